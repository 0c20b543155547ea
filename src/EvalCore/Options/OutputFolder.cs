using EvalCore.Results;

namespace EvalCore.Options;

/// <summary>The folder a run writes its results to.</summary>
public static class OutputFolder
{
    /// <summary>
    /// Makes the folder of a run before any work is done: one that cannot be used is found out before a policy is
    /// loaded.
    /// </summary>
    /// <exception cref="OptionException">The folder holds another run, or cannot be written.</exception>
    public static void Create(EvalOptions options)
    {
        string folder = options.OutputDir;
        if (options.Resume)
            return;
        if (File.Exists(Path.Combine(folder, Journal.FileName)))
            throw new OptionException(
                $"--output_dir: {folder} has a run already; go on with it by --resume={folder}, or name another folder");
        try
        {
            Directory.CreateDirectory(folder);
            string probe = Path.Combine(folder, Path.GetRandomFileName());
            File.Create(probe).Dispose();
            File.Delete(probe);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new OptionException($"--output_dir: {folder} cannot be written ({e.Message.TrimEnd('.')})", e);
        }
    }
}
