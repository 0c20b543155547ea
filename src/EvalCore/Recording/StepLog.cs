using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text.Json;
using EvalCore.Environments;
using EvalCore.Files;

namespace EvalCore.Recording;

/// <summary>
/// The steps of finished episodes as they are, until a file of the final format is made of them: <c>steps/0001.log</c>. After a kill
/// the log has all episodes but those in flight. A power failure takes less than <see cref="UnflushedBytes"/> of finished episodes: a
/// resumed run plays those again. The episodes are also kept in memory, so that the file is made without reading the log, which only a
/// resumed run does.
/// </summary>
/// <remarks>
/// The file begins with <see cref="Magic"/>. An episode is the length of its description (int32), the description as JSON, the
/// rows (float64), and the first 8 bytes of the SHA-256 of all that; numbers are little-endian.
/// </remarks>
internal sealed class StepLog : IDisposable
{
    /// <summary>The bytes that may be with the operating system alone. To have each episode on disk costs PushT 4 % of its speed.</summary>
    internal const int UnflushedBytes = 128 << 10;

    private const int ChecksumLength = 8;
    private const int LongestDescription = 1 << 20;

    /// <summary>A log becomes a file after 8 MiB; the episodes in flight then are the most that it has besides.</summary>
    private const long LargestLog = 1L << 30;

    private readonly FileStream _stream;
    private readonly List<RecordedEpisode> _episodes = [];
    private int _unconfirmed;
    private long _flushed;

    private StepLog(FileStream stream, int number) => (_stream, Number) = (stream, number);

    private static ReadOnlySpan<byte> Magic => "EVCSTEP1"u8;

    /// <summary>The number in the file's name.</summary>
    public int Number { get; }

    /// <summary>The file.</summary>
    public string Path => _stream.Name;

    /// <summary>The length in bytes.</summary>
    public long Length => _stream.Position;

    /// <summary>The appended episodes; all are in the run's journal when the log <see cref="IsSettled"/>.</summary>
    public IReadOnlyList<RecordedEpisode> Episodes => _episodes;

    /// <summary>Whether no episode waits for its line in the journal.</summary>
    public bool IsSettled => _unconfirmed == 0;

    /// <summary>Starts a log.</summary>
    public static StepLog Create(string path, int number, Disk disk)
    {
        var stream = disk.Open(path, FileMode.CreateNew, FileShare.Read);
        try
        {
            stream.Write(Magic);
            return new StepLog(stream, number);
        }
        catch
        {
            stream.Dispose();
            throw;
        }
    }

    /// <summary>Writes an episode, and returns when the operating system has it.</summary>
    public void Append(StepRecording recording)
    {
        var episode = recording.ToEpisode();
        byte[] description = Describe(episode);
        Span<byte> length = stackalloc byte[sizeof(int)];
        BinaryPrimitives.WriteInt32LittleEndian(length, description.Length);
        var rows = MemoryMarshal.AsBytes(episode.Values.Span);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(length);
        hash.AppendData(description);
        hash.AppendData(rows);
        long before = _stream.Position;
        try
        {
            _stream.Write([.. length, .. description]);
            _stream.Write(rows);
            _stream.Write(hash.GetHashAndReset().AsSpan(0, ChecksumLength));
            if (_stream.Position - _flushed >= UnflushedBytes)
                Flush();
        }
        catch
        {
            // The next episode takes the place of the incomplete one.
            _stream.Position = before;
            throw;
        }

        _episodes.Add(episode);
        _unconfirmed++;
    }

    /// <summary>An appended episode is in the journal.</summary>
    public void Confirm() => _unconfirmed--;

    /// <summary>Returns when all episodes are on disk.</summary>
    public void Flush()
    {
        _stream.Flush(flushToDisk: true);
        _flushed = _stream.Position;
    }

    /// <summary>Closes the file.</summary>
    public void Dispose() => _stream.Dispose();

    /// <summary>Reads a log up to its end, or up to the first incomplete or damaged episode.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="EvalCoreException">The file cannot be read.</exception>
    public static IReadOnlyList<RecordedEpisode> Read(string path)
    {
        byte[] bytes;
        try
        {
            using var file = InputFile.Open(path);
            if (file.Length > LargestLog)
                throw new EvalCoreException($"{path}: is no log of steps (it has {file.Length} bytes, more than {LargestLog >> 20} MiB)");
            bytes = new byte[file.Length];
            file.ReadExactly(bytes);
        }
        catch (Exception e) when (EvalCoreException.IsFileError(e))
        {
            throw EvalCoreException.CannotRead($"{path}:", e);
        }

        return Parse(bytes);
    }

    /// <summary>Reads the bytes of a log up to their end, or up to the first incomplete or damaged episode.</summary>
    internal static IReadOnlyList<RecordedEpisode> Parse(byte[] bytes)
    {
        var episodes = new List<RecordedEpisode>();
        if (!bytes.AsSpan().StartsWith(Magic))
            return episodes;
        int at = Magic.Length;
        while (Next(bytes, at) is var (episode, end))
        {
            episodes.Add(episode);
            at = end;
        }

        return episodes;
    }

    private static (RecordedEpisode Episode, int End)? Next(byte[] bytes, int at)
    {
        if (bytes.Length - at < sizeof(int))
            return null;
        int length = BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(at));
        int rows = at + sizeof(int) + length;
        if (length is <= 0 or > LongestDescription || rows > bytes.Length)
            return null;
        try
        {
            var description = JsonSerializer.Deserialize<Description>(bytes.AsSpan(at + sizeof(int), length), Results.Journal.Json);
            if (description?.Layout() is not { } layout)
                return null;
            long end = checked(rows + (long)sizeof(double) * layout.Width * description.Rows);
            if (description.Rows < 1 || end + ChecksumLength > bytes.Length
                || !SHA256.HashData(bytes.AsSpan(at, (int)end - at)).AsSpan(0, ChecksumLength).SequenceEqual(bytes.AsSpan((int)end, ChecksumLength)))
                return null;
            double[] values = MemoryMarshal.Cast<byte, double>(bytes.AsSpan(rows, (int)end - rows)).ToArray();
            return (description.Episode(layout, values), (int)end + ChecksumLength);
        }
        catch (Exception e) when (e is JsonException or OverflowException)
        {
            return null;
        }
    }

    private static byte[] Describe(RecordedEpisode episode)
    {
        var layout = episode.Layout;
        return JsonSerializer.SerializeToUtf8Bytes(
            new Description(
                episode.Suite, episode.TaskGroup, episode.TaskId, episode.Task, episode.EpisodeIndex, episode.Seed, episode.InitStateId,
                layout.ActionDimension, layout.Conditions, [.. layout.State.Select(field => field.Name)], [.. layout.State.Select(field => field.Length)], episode.Rows),
            Results.Journal.Json);
    }

    /// <summary>The description of an episode.</summary>
    private sealed record Description(
        string Suite, string TaskGroup, int TaskId, string Task, int EpisodeIndex, long Seed, int? InitStateId,
        int ActionDimension, int Conditions, IReadOnlyList<string> State, IReadOnlyList<int> Lengths, int Rows)
    {
        private const int MostValues = 1 << 20;

        /// <summary>The layout; null where it is impossible.</summary>
        public StepLayout? Layout() =>
            State.Count == Lengths.Count && Lengths.Append(ActionDimension).Append(Conditions).All(count => count is >= 0 and < MostValues) && Lengths.Count < MostValues / 1024
                ? new StepLayout(ActionDimension, Conditions, [.. State.Zip(Lengths, (name, length) => new StateField(name, length))])
                : null;

        public RecordedEpisode Episode(StepLayout layout, double[] values) =>
            new(Suite, TaskGroup, TaskId, Task, EpisodeIndex, Seed, InitStateId, layout, values);
    }
}
