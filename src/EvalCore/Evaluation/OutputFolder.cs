using EvalCore.Files;
using EvalCore.Results;

namespace EvalCore.Evaluation;

/// <summary>The output folder of a run. A folder into which nothing was written is removed on dispose.</summary>
public sealed class OutputFolder : IDisposable
{
    private readonly IReadOnlyList<string> _made;

    private OutputFolder(IReadOnlyList<string> made) => _made = made;

    /// <summary>
    /// Creates the output folder and checks that it can be written, before a policy is loaded. When a folder of the default
    /// name is there, because another run began in the same second, the next free number is added to the name.
    /// </summary>
    /// <exception cref="EvalCoreException">The folder contains a run, or cannot be written.</exception>
    public static OutputFolder Create(EvalOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (options.Resume)
            return new OutputFolder([]);
        if (options.HasDefaultOutputDir)
            return CreateNumbered(options);
        string folder = options.OutputDir;
        if (folder.Any(char.IsControl))
            throw new EvalCoreException("--output_dir: the name has a line break or another control character, which is not possible");
        if (Journal.HasRun(folder))
            throw Journal.AlreadyThere(folder);
        var above = Above(folder).ToList();
        if (above.Find(File.Exists) is { } file)
            throw new EvalCoreException($"--output_dir: {folder} cannot be written ({file} is a file)");
        var made = new OutputFolder(above.TakeWhile(path => !Directory.Exists(path)).ToList());
        try
        {
            Directory.CreateDirectory(folder);
            Folder.CheckWritable(folder);
            return made;
        }
        catch (Exception e) when (EvalCoreException.IsFileError(e))
        {
            made.Dispose();
            throw CannotWrite(folder, e);
        }
    }

    /// <summary>
    /// Creates a folder that no other process uses: of the name given, or with the first free number added, <c>name_2</c>.
    /// </summary>
    /// <param name="folder">The folder's path.</param>
    /// <returns>The path of the folder that was created.</returns>
    /// <exception cref="EvalCoreException">The folder cannot be written.</exception>
    public static string CreateNew(string folder)
    {
        try
        {
            string path = folder;
            for (int number = 2; !Folder.TryCreate(path); number++)
                path = $"{folder}_{number}";
            return path;
        }
        catch (Exception e) when (EvalCoreException.IsFileError(e))
        {
            throw CannotWrite(folder, e);
        }
    }

    /// <summary>A file system without folders of users, as /proc, answers that the folder is not there.</summary>
    private static EvalCoreException CannotWrite(string folder, Exception cause) => cause is FileNotFoundException or DirectoryNotFoundException
        ? new EvalCoreException($"--output_dir: {folder} cannot be written (no folder can be made there)", cause)
        : EvalCoreException.CannotWrite($"--output_dir: {folder}", cause);

    private static OutputFolder CreateNumbered(EvalOptions options)
    {
        var made = Above(options.OutputDir).Skip(1).TakeWhile(path => !Directory.Exists(path)).ToList();
        options.OutputDir = CreateNew(options.OutputDir);
        return new OutputFolder([options.OutputDir, .. made]);
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

                // A folder above may have got folders of other runs.
                Directory.Delete(folder, recursive: folder == _made[0]);
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
