using System.IO.Compression;
using EvalCore;

namespace Benchmarks.Libero.Resets;

/// <summary>
/// Reads LIBERO's files of initial states (<c>.pruned_init</c>): zip archives that <c>torch.save</c> wrote, whose entry
/// <c>archive/data.pkl</c> is a pickle of one array of numpy. Unpickling can execute code; this reader executes none: it accepts the
/// instructions and names that such an array needs, and nothing else. See <see cref="ArrayPickle"/>.
/// </summary>
internal static class InitStatesFile
{
    private const string Entry = "archive/data.pkl";

    /// <summary>The published files have at most 60 kB.</summary>
    private const long MaxLength = 16 << 20;

    /// <summary>Reads a file.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="EvalCoreException">It cannot be read, or it contains anything else than initial states.</exception>
    public static InitStates Read(string path)
    {
        try
        {
            using var file = File.OpenRead(path);
            return Read(file, path);
        }
        catch (Exception e) when (EvalCoreException.IsFileError(e))
        {
            throw EvalCoreException.CannotRead(path, e);
        }
    }

    /// <summary>Reads a stream.</summary>
    /// <param name="file">The file's content, seekable.</param>
    /// <param name="path">The file's name, for messages.</param>
    internal static InitStates Read(Stream file, string path)
    {
        if (file.Length > MaxLength)
            throw Error(path, $"it has {file.Length} bytes, more than {MaxLength >> 20} MiB");
        byte[] pickle = ReadEntry(file, path);
        try
        {
            var (columns, values) = ArrayPickle.Read(pickle);
            int bad = values.AsSpan().IndexOfAnyExceptFinite();
            return bad < 0 ? new InitStates(path, values, columns) : throw Error(path, $"number {bad % columns} of state {bad / columns} is not finite");
        }
        catch (PickleException e)
        {
            throw Error(path, $"{Entry}, byte {e.Offset}: {e.Message}");
        }
    }

    private static byte[] ReadEntry(Stream file, string path)
    {
        try
        {
            using var archive = new ZipArchive(file, ZipArchiveMode.Read, leaveOpen: true);
            if (archive.Entries.Where(entry => entry.FullName == Entry).ToList() is not [var only])
                throw Error(path, $"it must have one entry {Entry}");

            // Both lengths are the file's own claims. An entry that is not compressed is no longer than its file.
            if (only.Length != only.CompressedLength || (ulong)only.Length > (ulong)file.Length)
                throw Error(path, $"{Entry} is compressed");
            byte[] pickle = new byte[only.Length];
            using var content = only.Open();
            content.ReadExactly(pickle);
            return pickle;
        }
        catch (Exception e) when (e is InvalidDataException || EvalCoreException.IsFileError(e))
        {
            throw Error(path, $"its archive is damaged ({EvalCoreException.Reason(e)})");
        }
    }

    private static EvalCoreException Error(string path, string what) => new(
        $"{path} is not a file of LIBERO's initial states: {what}; such a file is an uncompressed archive of torch.save with one numpy array of float64, one row for each state");

    private static int IndexOfAnyExceptFinite(this Span<double> values)
    {
        for (int i = 0; i < values.Length; i++)
        {
            if (!double.IsFinite(values[i]))
                return i;
        }

        return -1;
    }
}
