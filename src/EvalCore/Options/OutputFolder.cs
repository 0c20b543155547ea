using EvalCore.Results;

namespace EvalCore.Options;

/// <summary>The folder a run writes its results to. One that nothing was written to is taken away again.</summary>
public sealed class OutputFolder : IDisposable
{
    private readonly IReadOnlyList<string> _made;

    private OutputFolder(IReadOnlyList<string> made) => _made = made;

    /// <summary>
    /// Makes the folder of a run before any work is done: one that cannot be used is found out before a policy is
    /// loaded.
    /// </summary>
    /// <exception cref="EvalCoreException">The folder holds another run, or cannot be written.</exception>
    public static OutputFolder Create(EvalOptions options)
    {
        string folder = options.OutputDir;
        if (options.Resume)
            return new OutputFolder([]);
        if (File.Exists(Path.Combine(folder, Journal.FileName)))
            throw new EvalCoreException(
                $"--output_dir: {folder} has a run already; go on with it by --resume={folder}, or name another folder");
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
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            made.Dispose();
            throw new EvalCoreException($"--output_dir: {folder} cannot be written ({e.Message.TrimEnd('.')})", e);
        }
    }

    /// <summary>Takes away the folders that were made and hold no file.</summary>
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
                // It is not there, or no longer ours: an empty folder is no harm.
                return;
            }
        }
    }

    /// <summary>A folder and those it is in, the innermost first.</summary>
    private static IEnumerable<string> Above(string folder)
    {
        for (string? path = Path.TrimEndingDirectorySeparator(folder); !string.IsNullOrEmpty(path); path = Path.GetDirectoryName(path))
            yield return path;
    }
}
