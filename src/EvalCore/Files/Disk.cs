namespace EvalCore.Files;

/// <summary>
/// The operations by which a run's results are written. Tests replace them, to end a run at any of them as a kill, a power failure or a
/// full disk does.
/// </summary>
internal class Disk
{
    /// <summary>The disk itself.</summary>
    public static Disk Local { get; } = new();

    /// <summary>Opens a file to write it. What is written goes to the operating system at once.</summary>
    public virtual FileStream Open(string path, FileMode mode, FileShare share) => new(path, mode, FileAccess.Write, share, bufferSize: 0);

    /// <summary>Renames a file, in place of one that has the new name.</summary>
    public virtual void Move(string from, string to) => File.Move(from, to, overwrite: true);

    /// <summary>Deletes a file.</summary>
    public virtual void Delete(string path) => File.Delete(path);

    /// <summary>Writes a folder's entries to the disk: <see cref="Folder.Flush"/>.</summary>
    public virtual void Flush(string folder) => Folder.Flush(folder);
}
