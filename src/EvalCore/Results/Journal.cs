using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace EvalCore.Results;

/// <summary>
/// The journal of a run, <c>journal.jsonl</c>: a first line with the run's identity and options, then a line for each
/// finished episode, which is on disk before the episode counts as finished. An interrupted run loses only the episodes
/// in flight; <c>--resume</c> continues from the journal.
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
    };

    private readonly FileStream _stream;
    private readonly FileStream _claim;
    private readonly Lock _lock = new();
    private bool _empty;

    private Journal(FileStream claim, FileStream stream, IReadOnlyList<EpisodeRecord> finished, double elapsedS)
    {
        (_claim, _stream) = (claim, stream);
        (Finished, ElapsedS) = (finished, elapsedS);
        _empty = finished.Count == 0;
    }

    /// <summary>
    /// The episodes that the journal contained when it was opened. When an episode is there twice, the later record is
    /// valid.
    /// </summary>
    public IReadOnlyList<EpisodeRecord> Finished { get; }

    /// <summary>The time the run had taken when the last of these episodes finished, in seconds.</summary>
    public double ElapsedS { get; }

    /// <summary>Starts a new journal.</summary>
    /// <param name="folder">The run's output folder; created when it is missing.</param>
    /// <param name="identity">The identity of the run. A resume with another identity is refused.</param>
    /// <param name="options">The options of the run, so that a resume need not repeat them.</param>
    /// <exception cref="EvalCoreException">The folder already contains a journal, or cannot be written.</exception>
    public static Journal Create(string folder, RunIdentity identity, JsonObject options)
    {
        string path = Path.Combine(folder, FileName);
        Journal? journal = null;
        try
        {
            Directory.CreateDirectory(folder);
            var stream = NewFile(folder, path);
            try
            {
                journal = new Journal(Claim(path), stream, [], 0);
            }
            catch
            {
                File.Delete(path);
                stream.Dispose();
                throw;
            }

            var run = new JsonObject { ["identity"] = identity.ToJson(), ["options"] = options.DeepClone() };
            journal.AppendLine(run.ToJsonString(Json));
            return journal;
        }
        catch (Exception e) when (EvalCoreException.IsFileError(e))
        {
            journal?.Dispose();
            throw EvalCoreException.CannotWrite($"--output_dir: {path}", e);
        }
    }

    /// <summary>The exception for a folder that another run has written to.</summary>
    /// <param name="folder">The output folder.</param>
    public static EvalCoreException AlreadyThere(string folder) =>
        new($"--output_dir: {folder} already contains a run; resume it with --resume={folder}, or name another folder");

    private static FileStream NewFile(string folder, string path)
    {
        try
        {
            return new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.Read);
        }
        catch (IOException) when (File.Exists(path))
        {
            throw AlreadyThere(folder);
        }
    }

    /// <summary>The options an interrupted run was started with.</summary>
    /// <exception cref="EvalCoreException">The folder has no journal, or it is damaged.</exception>
    public static JsonObject ReadOptions(string folder)
    {
        string path = Path.Combine(folder, FileName);
        return (JsonObject)ParseRun(path, ReadLines(path, out _)).Options.DeepClone();
    }

    /// <summary>Opens the journal of a run that was interrupted. An incomplete last line is dropped.</summary>
    /// <exception cref="EvalCoreException">The journal is missing, damaged, or of another run.</exception>
    public static Journal Resume(string folder, RunIdentity identity)
    {
        string path = Path.Combine(folder, FileName);
        if (!File.Exists(path))
            throw NoJournal(path);
        var claim = Claim(path);
        try
        {
            return Resume(path, claim, identity);
        }
        catch (EvalCoreException)
        {
            claim.Dispose();
            throw;
        }
    }

    private static Journal Resume(string path, FileStream claim, RunIdentity identity)
    {
        string[] lines = ReadLines(path, out long wholeLines);
        if (IdentityOf(path, lines).Difference(identity) is var (part, values))
            throw new EvalCoreException($"--resume: {path} belongs to another run: {part} differs ({values}, in the journal and now)");

        var finished = lines.Skip(1).Select((line, i) => ParseEpisode(path, line, i + 2)).ToList();
        try
        {
            var stream = new FileStream(path, FileMode.Open, FileAccess.Write, FileShare.Read);
            stream.SetLength(wholeLines);
            stream.Seek(0, SeekOrigin.End);
            return new Journal(
                claim, stream, [.. finished.Select(line => line.Episode)], finished.Select(line => line.Clock.ElapsedS).DefaultIfEmpty().Max());
        }
        catch (Exception e) when (EvalCoreException.IsFileError(e))
        {
            throw EvalCoreException.CannotWrite($"--resume: {path}", e);
        }
    }

    /// <summary>Writes a finished episode, and returns when it is on disk. Thread-safe.</summary>
    /// <param name="episode">The episode.</param>
    /// <param name="elapsedS">
    /// The time the run has taken so far, in seconds, including the time before a resume.
    /// </param>
    public void Append(EpisodeRecord episode, double elapsedS)
    {
        var line = JsonSerializer.SerializeToNode(episode, Json)!.AsObject();
        line.Add("elapsed_s", JsonSerializer.SerializeToNode(elapsedS, Json));
        AppendLine(line.ToJsonString(Json));
        _empty = false;
    }

    /// <summary>Closes the file. A journal without an episode is deleted, because there is nothing to resume.</summary>
    public void Dispose()
    {
        // Deleted while the lock is held, so no other process can have started to use it.
        if (_empty)
            File.Delete(_stream.Name);
        _stream.Dispose();
        _claim.Dispose();
    }

    /// <summary>
    /// Locks the run against other processes. The operating system releases the lock when this process ends, however it
    /// ends. The journal itself stays readable.
    /// </summary>
    private static FileStream Claim(string path)
    {
        try
        {
            return new FileStream(path + ".lock", FileMode.OpenOrCreate, FileAccess.Write, FileShare.None, 1, FileOptions.DeleteOnClose);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new EvalCoreException($"--resume: {path}: another process is writing it, or its folder is read-only ({EvalCoreException.Reason(e)})", e);
        }
    }

    private void AppendLine(string line)
    {
        byte[] bytes = System.Text.Encoding.UTF8.GetBytes(line + "\n");
        lock (_lock)
        {
            _stream.Write(bytes);
            _stream.Flush(flushToDisk: true);
        }
    }

    private static string[] ReadLines(string path, out long wholeLines)
    {
        byte[] bytes;
        try
        {
            bytes = File.ReadAllBytes(path);
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
        string text = System.Text.Encoding.UTF8.GetString(bytes, 0, (int)wholeLines);
        return text.Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    private static EvalCoreException NoJournal(string path) =>
        new($"--resume: {path} does not exist; name the output folder of an interrupted run");

    private static (JsonObject Identity, JsonObject Options) ParseRun(string path, string[] lines)
    {
        try
        {
            if (lines.Length > 0
                && JsonNode.Parse(lines[0]) is { } run
                && run["identity"] is JsonObject identity
                && run["options"] is JsonObject options)
                return (identity, options);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // Reported below as a damaged first line.
        }

        throw NoIdentity(path);
    }

    private static RunIdentity IdentityOf(string path, string[] lines)
    {
        try
        {
            return RunIdentity.FromJson(ParseRun(path, lines).Identity);
        }
        catch (JsonException)
        {
            throw NoIdentity(path);
        }
    }

    private static EvalCoreException NoIdentity(string path) =>
        new($"--resume: {path} is damaged: its first line does not contain the run's identity; start a new run");

    private static (EpisodeRecord Episode, Clock Clock) ParseEpisode(string path, string line, int number)
    {
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
