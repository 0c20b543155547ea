using System.Text;

namespace EvalCore.Files;

/// <summary>Writes files atomically: a reader sees the old file or the new one, also after a power failure.</summary>
internal static class WholeFile
{
    /// <summary>Writes a file, in place of one that is there.</summary>
    /// <exception cref="EvalCoreException">The file cannot be written.</exception>
    public static void Write(string path, string text)
    {
        try
        {
            using (var file = new FileStream(path + ".part", FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0))
            {
                file.Write(Encoding.UTF8.GetBytes(text));
                file.Flush(flushToDisk: true);
            }

            File.Move(path + ".part", path, overwrite: true);
            Folder.Flush(Path.GetDirectoryName(path) ?? "");
        }
        catch (Exception e) when (EvalCoreException.IsFileError(e))
        {
            throw EvalCoreException.CannotWrite($"{path}:", e);
        }
    }
}
