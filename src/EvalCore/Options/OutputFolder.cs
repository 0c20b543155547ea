using System.Text.Json;

namespace EvalCore.Options;

/// <summary>The folder a run writes its results to.</summary>
public static class OutputFolder
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    /// <summary>
    /// Makes the folder of a run and stores its options there (<see cref="EvalOptions.FileName"/>), before any work is
    /// done: a folder that cannot be written is found out first.
    /// </summary>
    /// <exception cref="OptionException">The folder holds files of another run, or cannot be written.</exception>
    public static void Create(EvalOptions options)
    {
        string folder = options.OutputDir;
        try
        {
            if (!options.Resume && Directory.Exists(folder) && Directory.EnumerateFileSystemEntries(folder).Any())
                throw new OptionException(
                    File.Exists(Path.Combine(folder, EvalOptions.FileName))
                        ? $"--output_dir: '{folder}' holds a run already; give another folder, or --resume={folder} to go on with it"
                        : $"--output_dir: '{folder}' is not empty; give another folder");
            Directory.CreateDirectory(folder);
            if (!options.Resume)
                File.WriteAllText(Path.Combine(folder, EvalOptions.FileName), options.ToJson().ToJsonString(Indented) + "\n");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new OptionException($"--output_dir: '{folder}' cannot be written ({e.Message.TrimEnd('.')})", e);
        }
    }
}
