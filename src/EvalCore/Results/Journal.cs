using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using EvalCore.Environments;
using EvalCore.Files;
using EvalCore.Options;

namespace EvalCore.Results;

/// <summary>
/// The journal of a run, <c>journal.jsonl</c>: a first line with the run's identity and options, then a line for each
/// finished episode, which is on disk before the episode counts as finished. An interrupted run loses only the episodes
/// in flight; <c>--resume</c> continues from the journal. Each line ends with a checksum of its text; a journal of an older
/// version, whose first line has none, is read without them.
/// </summary>
public sealed class Journal : IDisposable
{
    /// <summary>The file's name in the output folder.</summary>
    public const string FileName = "journal.jsonl";

    internal static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { new PythonFloat.Converter() },
        RespectRequiredConstructorParameters = true,
        RespectNullableAnnotations = true,
        AllowDuplicateProperties = false,
    };

    /// <summary>A file whose first line is longer, in bytes, is something else; a device has no end at all.</summary>
    private const int LongestFirstLine = 1 << 24;

    /// <summary>A longer file, in bytes, is something else: its text has no room in a string.</summary>
    internal const long LargestFile = 1L << 29;

    private static readonly JsonDocumentOptions NoDuplicates = new() { AllowDuplicateProperties = false };

    private readonly FileStream _stream;
    private readonly FileStream _claim;
    private readonly Disk _disk;
    private readonly Lock _lock = new();
    private readonly bool _isNew;
    private long _length;
    private bool _disposed;

    private Journal(Disk disk, FileStream claim, FileStream stream, IReadOnlyList<EpisodeRecord> finished, double elapsedS, bool isNew)
    {
        (_disk, _claim, _stream, _isNew, _length) = (disk, claim, stream, isNew, stream.Length);
        (Finished, ElapsedS) = (finished, elapsedS);
    }

    /// <summary>
    /// The episodes that the journal contained when it was opened, in the order of the file. When an episode is there
    /// twice, because it was played again for its video, the later record is valid.
    /// </summary>
    public IReadOnlyList<EpisodeRecord> Finished { get; }

    /// <summary>The number of episodes written since the journal was opened.</summary>
    public int Written { get; private set; }

    /// <summary>The time the run had taken when the last of these episodes finished, in seconds.</summary>
    public double ElapsedS { get; }

    /// <summary>Starts a new journal.</summary>
    /// <param name="folder">The run's output folder; created when it is missing.</param>
    /// <param name="identity">The identity of the run. A resume with another identity is refused.</param>
    /// <param name="options">The options of the run, so that a resume need not repeat them.</param>
    /// <exception cref="EvalCoreException">The folder already contains a journal, or cannot be written.</exception>
    public static Journal Create(string folder, RunIdentity identity, JsonObject options) => Create(folder, identity, options, Disk.Local);

    internal static Journal Create(string folder, RunIdentity identity, JsonObject options, Disk disk)
    {
        string path = Path.Combine(folder, FileName);
        Journal? journal = null;
        FileStream? claim = null;
        try
        {
            Directory.CreateDirectory(folder);
            claim = Claim("--output_dir", path, disk);
            if (HasRun(folder))
                throw AlreadyThere(folder);

            // A file without a whole first line is that of a run that was killed before it began.
            var stream = disk.Open(path, FileMode.Create, FileShare.Read);
            journal = new Journal(disk, claim, stream, [], 0, isNew: true);
            var run = new JsonObject { ["identity"] = identity.ToJson(), ["options"] = options.DeepClone() };
            journal.AppendLine(run);
            disk.Flush(folder);
            return journal;
        }
        catch (Exception e)
        {
            if (journal is not null)
                journal.Dispose();
            else if (claim is not null)
                Release(claim, disk);
            if (EvalCoreException.IsFileError(e))
                throw EvalCoreException.CannotWrite($"--output_dir: {path}", e);
            throw;
        }
    }

    /// <summary>
    /// Whether a folder contains a run. A journal without a whole first line is that of a run that was killed before it
    /// began, and so is one with a zero byte in it, which a power failure leaves of a line that did not reach the disk: there is
    /// nothing in it to resume or to lose.
    /// </summary>
    public static bool HasRun(string folder)
    {
        try
        {
            using var file = InputFile.Open(Path.Combine(folder, FileName), FileShare.ReadWrite);
            for (int i = 0; i < LongestFirstLine; i++)
            {
                int value = file.ReadByte();
                if (value is '\n' or 0 or < 0)
                    return value == '\n';
            }

            return true;
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return false;
        }
        catch (Exception e) when (EvalCoreException.IsFileError(e))
        {
            // A file that cannot be read is not overwritten.
            return true;
        }
    }

    /// <summary>The exception for a folder that another run has written to.</summary>
    /// <param name="folder">The output folder.</param>
    public static EvalCoreException AlreadyThere(string folder) =>
        new($"--output_dir: {folder} already contains a run; resume it with --resume={ShellWord.Quote(folder)}, or name another folder");

    /// <summary>The options an interrupted run was started with.</summary>
    /// <exception cref="EvalCoreException">The folder has no journal, or it is damaged.</exception>
    public static JsonObject ReadOptions(string folder)
    {
        string path = Path.Combine(folder, FileName);
        return (JsonObject)ParseRun(path, ReadLines(path, out _)).Options.DeepClone();
    }

    /// <summary>The identity of the run in a folder.</summary>
    /// <exception cref="EvalCoreException">The folder has no journal, or it is damaged.</exception>
    public static RunIdentity ReadIdentity(string folder)
    {
        string path = Path.Combine(folder, FileName);
        return IdentityOf(path, ReadLines(path, out _)).Identity;
    }

    /// <summary>Reads the journal of a run, which may go on meanwhile.</summary>
    /// <param name="folder">The run's output folder.</param>
    /// <returns>The run's identity, its options, its finished episodes in the order of the file, and the time it had taken, in seconds.</returns>
    /// <exception cref="EvalCoreException">The journal is missing, damaged, or contradicts itself; the message names the line.</exception>
    internal static (RunIdentity Identity, JsonObject Options, IReadOnlyList<EpisodeRecord> Finished, double ElapsedS) Read(string folder)
    {
        string path = Path.Combine(folder, FileName);
        string[] lines = ReadLines(path, out _);
        var (identity, isChecked) = IdentityOf(path, lines);
        var finished = lines.Skip(1).Select((line, i) => ParseEpisode(path, line, i + 2, isChecked)).ToList();
        EpisodeRecord[] episodes = [.. finished.Select(line => line.Episode)];
        CheckEpisodes(path, identity, episodes);
        return (identity, (JsonObject)ParseRun(path, lines).Options.DeepClone(), episodes, finished.Select(line => line.Clock.ElapsedS).DefaultIfEmpty().Max());
    }

    /// <summary>Opens the journal of a run that was interrupted. An incomplete last line is dropped.</summary>
    /// <exception cref="EvalCoreException">
    /// The journal is missing, damaged, of another run, or contradicts itself; the message names the line.
    /// </exception>
    public static Journal Resume(string folder, RunIdentity identity) => Resume(folder, identity, Disk.Local);

    internal static Journal Resume(string folder, RunIdentity identity, Disk disk)
    {
        string path = Path.Combine(folder, FileName);
        if (!File.Exists(path))
            throw NoJournal(path);
        var claim = Claim("--resume", path, disk);
        try
        {
            return Resume(path, claim, identity, disk);
        }
        catch
        {
            Release(claim, disk);
            throw;
        }
    }

    private static Journal Resume(string path, FileStream claim, RunIdentity identity, Disk disk)
    {
        string[] lines = ReadLines(path, out long wholeLines);
        var (stored, isChecked) = IdentityOf(path, lines);
        if (stored.Difference(identity) is var (part, values))
            throw new EvalCoreException($"--resume: {path} belongs to another run: {part} differs ({values}, in the journal and now)");

        var finished = lines.Skip(1).Select((line, i) => ParseEpisode(path, line, i + 2, isChecked)).ToList();
        CheckEpisodes(path, identity, [.. finished.Select(line => line.Episode)]);
        FileStream? stream = null;
        try
        {
            stream = disk.Open(path, FileMode.Open, FileShare.Read);
            if (stream.Length != wholeLines)
                stream.SetLength(wholeLines);
            return new Journal(
                disk, claim, stream, [.. finished.Select(line => line.Episode)],
                finished.Select(line => line.Clock.ElapsedS).DefaultIfEmpty().Max(), isNew: false);
        }
        catch (Exception e)
        {
            stream?.Dispose();
            if (EvalCoreException.IsFileError(e))
                throw EvalCoreException.CannotWrite($"--resume: {path}", e);
            throw;
        }
    }

    /// <summary>Checks each episode's seed, and that records of one episode agree.</summary>
    private static void CheckEpisodes(string path, RunIdentity identity, EpisodeRecord[] episodes)
    {
        var lineOf = new Dictionary<EpisodeKey, int>();
        for (int i = 0; i < episodes.Length; i++)
        {
            var episode = episodes[i];
            if (episode.EpisodeIndex < 0 || episode.Seed != identity.Seed + episode.EpisodeIndex)
            {
                throw new EvalCoreException(
                    $"--resume: {path}: line {i + 2} was changed: episode {episode.EpisodeIndex} of {episode.Task} has seed {episode.Seed?.ToString() ?? "null"}, "
                    + $"not {identity.Seed + episode.EpisodeIndex}; delete that line to play its episode again");
            }

            if (lineOf.TryAdd(episode.Key, i) || episode.Error is not null)
                continue;

            // An error may have been played again.
            if (episodes[lineOf[episode.Key]].Error is not null)
            {
                lineOf[episode.Key] = i;
            }
            else if (!episodes[lineOf[episode.Key]].HasResultOf(episode))
            {
                throw new EvalCoreException(
                    $"--resume: {path}: lines {lineOf[episode.Key] + 2} and {i + 2} give different results of episode {episode.EpisodeIndex} of {episode.Task}; "
                    + "delete both to play it again");
            }
        }
    }

    /// <summary>Writes a finished episode, and returns when it is on disk. Thread-safe.</summary>
    /// <param name="episode">The episode.</param>
    /// <param name="elapsedS">
    /// The time the run has taken so far, in seconds, including the time before a resume.
    /// </param>
    /// <exception cref="IOException">The line cannot be written, for example because the disk is full.</exception>
    public void Append(EpisodeRecord episode, double elapsedS)
    {
        var line = JsonSerializer.SerializeToNode(episode, Json)!.AsObject();
        line.Add("elapsed_s", JsonSerializer.SerializeToNode(elapsedS, Json));
        lock (_lock)
        {
            AppendLine(line);
            Written++;
        }
    }

    /// <summary>
    /// Closes the file. A new journal without an episode is deleted, because there is nothing to resume. Never throws: each
    /// line is on disk already.
    /// </summary>
    public void Dispose()
    {
        if (_disposed)
            return;
        _disposed = true;
        try
        {
            // Deleted while the lock is held, so no other process can have started to use it.
            if (_isNew && Written == 0)
                _disk.Delete(_stream.Name);
            _stream.Dispose();
        }
        catch (Exception e) when (EvalCoreException.IsFileError(e))
        {
            // An empty journal that stays is no obstacle to a new run.
        }
        finally
        {
            Release(_claim, _disk);
        }
    }

    /// <summary>
    /// Locks the run against other processes. The operating system releases the lock when this process ends, however it
    /// ends. The journal itself stays readable.
    /// </summary>
    internal static FileStream Claim(string flag, string path, Disk disk)
    {
        try
        {
            return FileLock.Take(path + ".lock", disk);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new EvalCoreException($"{flag}: {path}: another process is writing it, or its folder is read-only ({EvalCoreException.Reason(e)})", e);
        }
    }

    /// <summary>Deletes the lock's file while the lock is held, and unlocks the run.</summary>
    internal static void Release(FileStream claim, Disk disk) => FileLock.Release(claim, disk);

    /// <summary>Writes a line with its checksum. A line that failed halfway is overwritten by the next.</summary>
    private void AppendLine(JsonObject line)
    {
        string text = line.ToJsonString(Json);
        byte[] bytes = Encoding.UTF8.GetBytes($"{text[..^1]}{ChecksumKey}{Checksum(text)}\"}}\n");
        lock (_lock)
        {
            try
            {
                if (_stream.Length != _length)
                    _stream.SetLength(_length);
                _stream.Seek(_length, SeekOrigin.Begin);
                _stream.Write(bytes);
                _stream.Flush(flushToDisk: true);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // .NET's message ends with the path.
                string reason = EvalCoreException.Reason(e).Replace($" : '{_stream.Name}'", "", StringComparison.Ordinal);
                throw new IOException($"{_stream.Name} cannot be written ({reason})", e);
            }

            _length += bytes.Length;
        }
    }

    private const string ChecksumKey = ",\"checksum\":\"";

    /// <summary>The checksum of a line: the first 16 hexadecimal digits of the SHA-256 of its text without the checksum.</summary>
    private static string Checksum(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..16];

    /// <summary>Whether a line has a checksum, and whether it is that of its text.</summary>
    private static (bool HasOne, bool IsRight) CheckLine(string line)
    {
        int at = line.LastIndexOf(ChecksumKey, StringComparison.Ordinal);
        return at < 0 ? (false, false) : (true, line[at..] == $"{ChecksumKey}{Checksum(line[..at] + "}")}\"}}");
    }

    private static string[] ReadLines(string path, out long wholeLines)
    {
        byte[] bytes;
        try
        {
            using var file = InputFile.Open(path);
            if (file.Length > LargestFile)
                throw new EvalCoreException($"--resume: {path} is no journal (it has {file.Length} bytes, more than {LargestFile >> 20} MiB)");
            bytes = new byte[file.Length];
            file.ReadExactly(bytes);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw NoJournal(path);
        }
        catch (Exception e) when (EvalCoreException.IsFileError(e))
        {
            throw EvalCoreException.CannotRead($"--resume: {path}", e);
        }

        wholeLines = Array.LastIndexOf(bytes, (byte)'\n') + 1;

        // A power failure can keep the end of the last line and lose its beginning, in place of which are zero bytes. Lines before it
        // were on disk before it was written.
        int last = bytes.AsSpan(0, Math.Max((int)wholeLines - 1, 0)).LastIndexOf((byte)'\n') + 1;
        if (bytes.AsSpan(last, (int)wholeLines - last).Contains((byte)0))
            wholeLines = last;
        if (wholeLines == 0)
        {
            throw new EvalCoreException(
                $"--resume: {path} contains no run: it was interrupted before it began; start it again without --resume");
        }

        string text = Encoding.UTF8.GetString(bytes, 0, (int)wholeLines);
        return text.Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    private static EvalCoreException NoJournal(string path) =>
        new($"--resume: {path} does not exist; name the output folder of an interrupted run");

    private static (JsonObject Identity, JsonObject Options) ParseRun(string path, string[] lines)
    {
        if (lines.Length > 0 && CheckLine(lines[0]) is (true, false))
        {
            throw new EvalCoreException(
                $"--resume: {path}: line 1, the run's identity and options, is damaged or was changed: its checksum is not that of its text; undo the change, or start a new run");
        }

        try
        {
            if (lines.Length > 0
                && JsonNode.Parse(lines[0], documentOptions: NoDuplicates) is JsonObject run
                && run["identity"] is JsonObject identity
                && run["options"] is JsonObject options
                && run.All(entry => entry.Key is "identity" or "options" or "checksum"))
                return (identity, options);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // Reported below as a damaged first line.
        }

        throw NoIdentity(path);
    }

    private static (RunIdentity Identity, bool IsChecked) IdentityOf(string path, string[] lines)
    {
        try
        {
            return (RunIdentity.FromJson(ParseRun(path, lines).Identity), CheckLine(lines[0]).HasOne);
        }
        catch (JsonException)
        {
            throw NoIdentity(path);
        }
    }

    private static EvalCoreException NoIdentity(string path) =>
        new($"--resume: {path} is damaged: its first line does not contain the run's identity; start a new run");

    private static (EpisodeRecord Episode, Clock Clock) ParseEpisode(
        string path, string line, int number, bool isChecked)
    {
        var (hasChecksum, isRight) = CheckLine(line);
        if (hasChecksum ? !isRight : isChecked)
        {
            throw new EvalCoreException(
                $"--resume: {path}: line {number} is damaged or was changed; delete that line to play its episode again");
        }

        try
        {
            return (JsonSerializer.Deserialize<EpisodeRecord>(line, Json) ?? throw new JsonException("null"),
                JsonSerializer.Deserialize<Clock>(line, Json)!);
        }
        catch (JsonException e)
        {
            throw new EvalCoreException(
                $"--resume: {path}: line {number} is damaged; delete that line to play its episode again", e);
        }
    }

    /// <summary>The fields of a line besides its episode.</summary>
    private sealed record Clock(double ElapsedS = 0);
}
