using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace EvalCore.Results;

/// <summary>
/// The journal of a run, <c>journal.jsonl</c>: a first line that says which run it is, then a line for each finished
/// episode, on disk before the episode counts as finished. A run that is killed loses what was in flight and nothing
/// else; <c>--resume</c> goes on from here.
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

    /// <summary>The episodes that were there when the journal was opened; where one is there twice, the later is valid.</summary>
    public IReadOnlyList<EpisodeRecord> Finished { get; }

    /// <summary>The time the run had taken when the last of them was finished, in seconds.</summary>
    public double ElapsedS { get; }

    /// <summary>Starts a new journal.</summary>
    /// <param name="folder">The run's output folder; created where it is missing.</param>
    /// <param name="identity">What makes the run: a resume with anything else is refused.</param>
    /// <param name="options">The options it was started with, for a resume without repeating them.</param>
    /// <exception cref="EvalCoreException">The folder has a journal already, or cannot be written.</exception>
    public static Journal Create(string folder, JsonObject identity, JsonObject options)
    {
        string path = Path.Combine(folder, FileName);
        try
        {
            Directory.CreateDirectory(folder);
            var stream = new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.Read);
            var journal = new Journal(Claim(path), stream, [], 0);
            var run = new JsonObject { ["identity"] = identity.DeepClone(), ["options"] = options.DeepClone() };
            journal.AppendLine(run.ToJsonString(Json));
            return journal;
        }
        catch (IOException) when (File.Exists(path))
        {
            throw new EvalCoreException(
                $"--output_dir: {folder} has a run already; go on with it by --resume={folder}, or name another folder");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new EvalCoreException($"--output_dir: {path} cannot be written ({e.Message.TrimEnd('.')})", e);
        }
    }

    /// <summary>The options an interrupted run was started with.</summary>
    /// <exception cref="EvalCoreException">The folder has no journal, or it is damaged.</exception>
    public static JsonObject ReadOptions(string folder)
    {
        string path = Path.Combine(folder, FileName);
        return (JsonObject)ParseRun(path, ReadLines(path, out _)).Options.DeepClone();
    }

    /// <summary>Opens the journal of a run that was interrupted. A last line torn by the kill is dropped.</summary>
    /// <exception cref="EvalCoreException">The journal is missing, damaged, or of another run.</exception>
    public static Journal Resume(string folder, JsonObject identity)
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

    private static Journal Resume(string path, FileStream claim, JsonObject identity)
    {
        string[] lines = ReadLines(path, out long wholeLines);
        var before = ParseRun(path, lines).Identity;
        foreach (string key in before.Concat(identity).Select(entry => entry.Key).Distinct())
        {
            if (!JsonNode.DeepEquals(before[key], identity[key]))
            {
                throw new EvalCoreException(
                    $"--resume: {path} is of another run: {key} differs ({Provenance.Difference(before[key], identity[key])}, then and now)");
            }
        }

        var finished = lines.Skip(1).Select((line, i) => ParseEpisode(path, line, i + 2)).ToList();
        try
        {
            var stream = new FileStream(path, FileMode.Open, FileAccess.Write, FileShare.Read);
            stream.SetLength(wholeLines);
            stream.Seek(0, SeekOrigin.End);
            return new Journal(
                claim, stream, [.. finished.Select(line => line.Episode)], finished.Select(line => line.Clock.ElapsedS).DefaultIfEmpty().Max());
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new EvalCoreException($"--resume: {path} cannot be written ({e.Message.TrimEnd('.')})", e);
        }
    }

    /// <summary>Writes a finished episode, and returns when it is on disk. Thread-safe.</summary>
    /// <param name="episode">The episode.</param>
    /// <param name="elapsedS">The time the run has taken so far, in seconds, that before a resume included.</param>
    public void Append(EpisodeRecord episode, double elapsedS)
    {
        var line = JsonSerializer.SerializeToNode(episode, Json)!.AsObject();
        line.Add("elapsed_s", JsonSerializer.SerializeToNode(elapsedS, Json));
        AppendLine(line.ToJsonString(Json));
        _empty = false;
    }

    /// <summary>Closes the file. One without an episode is taken away again: nothing ran, nothing is to be resumed.</summary>
    public void Dispose()
    {
        // While it is still open: nobody else can have begun to use it.
        if (_empty)
            File.Delete(_stream.Name);
        _stream.Dispose();
        _claim.Dispose();
    }

    /// <summary>
    /// Keeps other processes from going on with the same run: the system lets the file go when this process ends, however
    /// it ends. The journal itself stays readable.
    /// </summary>
    private static FileStream Claim(string path)
    {
        try
        {
            return new FileStream(path + ".lock", FileMode.OpenOrCreate, FileAccess.Write, FileShare.None, 1, FileOptions.DeleteOnClose);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new EvalCoreException($"--resume: {path}: another process is writing it, or its folder is read-only ({e.Message.TrimEnd('.')})", e);
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
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new EvalCoreException($"--resume: {path} cannot be read ({e.Message.TrimEnd('.')})", e);
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
            // Reported below, as a first line that is something else.
        }

        throw new EvalCoreException($"--resume: {path} is damaged: its first line does not say which run it is; start anew");
    }

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

    /// <summary>What a line has besides its episode.</summary>
    private sealed record Clock(double ElapsedS = 0);
}
