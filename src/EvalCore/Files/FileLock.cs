namespace EvalCore.Files;

/// <summary>
/// A lock between processes: a file that is open exclusively. The operating system releases it when the process ends, however it ends.
/// </summary>
internal static class FileLock
{
    /// <summary>Takes a lock.</summary>
    /// <param name="path">The lock's file; made where it is missing.</param>
    /// <param name="disk">The disk.</param>
    /// <exception cref="IOException">Another process has it, or the file cannot be made.</exception>
    /// <exception cref="UnauthorizedAccessException">The file cannot be made.</exception>
    public static FileStream Take(string path, Disk disk)
    {
        while (true)
        {
            var file = disk.Open(path, FileMode.OpenOrCreate, FileShare.None);

            // A file that its last owner deleted after it was opened here locks nothing. The path then has no file, or
            // another one: the random length tells them apart.
            try
            {
                file.SetLength(Random.Shared.NextInt64(1, 1 << 20));
            }
            catch
            {
                file.Dispose();
                throw;
            }

            var atPath = new FileInfo(file.Name);
            if (atPath.Exists && atPath.Length == file.Length)
                return file;
            file.Dispose();
        }
    }

    /// <summary>Deletes the lock's file while the lock is held, and releases the lock.</summary>
    public static void Release(FileStream file, Disk disk)
    {
        try
        {
            disk.Delete(file.Name);
        }
        catch (Exception e) when (EvalCoreException.IsFileError(e))
        {
            // A file that stays locks nothing.
        }

        file.Dispose();
    }
}
