using System.Text;

namespace EvalCore.Files;

/// <summary>Writes files atomically: a reader sees the old file or the new one, also after a power failure.</summary>
internal static class WholeFile
{
    /// <summary>Writes a file, in place of one that is there.</summary>
    /// <param name="path">The file.</param>
    /// <param name="text">Its content.</param>
    /// <param name="disk">The disk; null for <see cref="Disk.Local"/>.</param>
    /// <exception cref="EvalCoreException">The file cannot be written.</exception>
    public static void Write(string path, string text, Disk? disk = null)
    {
        disk ??= Disk.Local;
        string? unfinished = null;
        try
        {
            using (var file = disk.Open(path + ".part", FileMode.Create, FileShare.None))
            {
                unfinished = file.Name;
                file.Write(Encoding.UTF8.GetBytes(text));
                file.Flush(flushToDisk: true);
            }

            disk.Move(path + ".part", path);
            disk.Flush(Path.GetDirectoryName(path) ?? "");
        }
        catch (Exception e) when (EvalCoreException.IsFileError(e))
        {
            Delete(unfinished, disk);
            throw EvalCoreException.CannotWrite($"{path}:", e);
        }
    }

    /// <summary>Deletes what could not be finished: on a full disk it would take the space that is left.</summary>
    private static void Delete(string? unfinished, Disk disk)
    {
        try
        {
            if (unfinished is not null)
                disk.Delete(unfinished);
        }
        catch (Exception e) when (EvalCoreException.IsFileError(e))
        {
            // The reason why it could not be written is what the user has to know.
        }
    }
}
