using EvalCore.Results;

namespace EvalCore.Evaluation;

/// <summary>The output folder of a run. A folder into which nothing was written is removed on dispose.</summary>
public sealed class OutputFolder : IDisposable
{
    private readonly IReadOnlyList<string> _made;

    private OutputFolder(IReadOnlyList<string> made) => _made = made;

    /// <summary>Creates the output folder and checks that it can be written, before a policy is loaded.</summary>
    /// <exception cref="EvalCoreException">The folder contains a run, or cannot be written.</exception>
    public static OutputFolder Create(EvalOptions options)
    {
        string folder = options.OutputDir;
        if (options.Resume)
            return new OutputFolder([]);
        if (File.Exists(Path.Combine(folder, Journal.FileName)))
            throw Journal.AlreadyThere(folder);
        var above = Above(folder).ToList();
        if (above.Find(File.Exists) is { } file)
            throw new EvalCoreException($"--output_dir: {folder} cannot be written ({file} is a file)");
        var made = new OutputFolder(above.TakeWhile(path => !Directory.Exists(path)).ToList());
        try
        {
            Directory.CreateDirectory(folder);
            string probe = Path.Combine(folder, Path.GetRandomFileName());
            File.Create(probe).Dispose();
            File.Delete(probe);
            return made;
        }
        catch (Exception e) when (EvalCoreException.IsFileError(e))
        {
            made.Dispose();
            throw EvalCoreException.CannotWrite($"--output_dir: {folder}", e);
        }
    }

    /// <summary>Removes the folders that were created and contain no file.</summary>
    public void Dispose()
    {
        foreach (string folder in _made)
        {
            try
            {
                if (Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Any())
                    return;
                Directory.Delete(folder, recursive: true);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // The folder is gone or can no longer be changed. A remaining empty folder is harmless.
                return;
            }
        }
    }

    /// <summary>A folder and its parents, innermost first.</summary>
    private static IEnumerable<string> Above(string folder)
    {
        for (string? path = Path.TrimEndingDirectorySeparator(folder); !string.IsNullOrEmpty(path); path = Path.GetDirectoryName(path))
            yield return path;
    }
}
