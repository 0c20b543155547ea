using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Unicode;
using EvalCore.Files;

namespace EvalCore.Results;

/// <summary>
/// The result of a run: the content of <c>eval_info.json</c>, written by this program or by lerobot-eval. What
/// lerobot-eval does not record is null.
/// </summary>
public sealed class EvalInfo
{
    /// <summary>The file's name in the output folder.</summary>
    public const string FileName = "eval_info.json";

    /// <summary>The key in <c>provenance</c> of what a gate demanded and decided.</summary>
    internal const string Gate = "gate";

    /// <summary>Makes the result of finished episodes.</summary>
    /// <param name="episodes">The episodes, and those that could not be played; they are sorted by index within their tasks.</param>
    /// <param name="evalS">The wall clock of the run, in seconds, from its first episode to its last video.</param>
    /// <param name="outputDir">The folder that video paths are given under, or an empty string.</param>
    /// <param name="provenance">What produced the result; null where that is unknown.</param>
    public EvalInfo(IEnumerable<EpisodeRecord> episodes, double evalS, string outputDir, JsonObject? provenance)
    {
        PerTask = [.. episodes
            .GroupBy(episode => (episode.Suite, episode.TaskGroup, episode.TaskId))
            .Select(task => new TaskResult([.. task.OrderBy(episode => episode.EpisodeIndex)]))];
        Episodes = [.. PerTask.SelectMany(task => task.Episodes)];
        Errors = [.. PerTask.SelectMany(task => task.Errors)];
        EvalS = evalS;
        OutputDir = outputDir;
        Provenance = provenance;
    }

    /// <summary>All episodes that were played, task by task.</summary>
    public IReadOnlyList<EpisodeRecord> Episodes { get; }

    /// <summary>The episodes that could not be played (<see cref="EpisodeRecord.Error"/>), task by task. No rate and no mean counts them.</summary>
    public IReadOnlyList<EpisodeRecord> Errors { get; }

    /// <summary>The results of each task.</summary>
    public IReadOnlyList<TaskResult> PerTask { get; }

    /// <summary>The results of each group of tasks.</summary>
    public IReadOnlyDictionary<string, Aggregate> PerGroup =>
        PerTask.GroupBy(task => task.TaskGroup).ToDictionary(group => group.Key, group => Aggregate.Of([.. group.SelectMany(task => task.Episodes)]));

    /// <summary>The result over all episodes.</summary>
    public Aggregate Overall => Aggregate.Of(Episodes);

    /// <summary>The wall clock of the run, in seconds.</summary>
    public double EvalS { get; }

    /// <summary>The wall clock per episode, in seconds.</summary>
    public double EvalEpS => EvalS / Math.Max(1, Episodes.Count);

    /// <summary>The folder that the video paths are relative to; empty for the working folder.</summary>
    public string OutputDir { get; }

    /// <summary>What produced the result: versions, hashes, options. Null for a file that lerobot-eval wrote.</summary>
    public JsonObject? Provenance { get; }

    /// <summary>
    /// Writes the file atomically: a reader sees the old file or the new one, also after a power failure.
    /// </summary>
    /// <exception cref="EvalCoreException">The file cannot be written.</exception>
    public void Save(string path) => Save(path, Disk.Local);

    internal void Save(string path, Disk disk) => WholeFile.Write(path, EvalInfoWriter.Write(this), disk);

    /// <summary>
    /// Reads a file that <see cref="Save(string)"/> or lerobot-eval wrote: LeRobot 0.7, 0.6.1, or a version that evaluated one task
    /// only and listed its episodes under <c>per_episode</c>.
    /// </summary>
    /// <exception cref="EvalCoreException">The file is missing or damaged.</exception>
    public static EvalInfo Load(string path)
    {
        byte[] text;
        try
        {
            using var file = InputFile.Open(path);
            if (file.CanSeek && file.Length > Journal.LargestFile)
                throw new EvalCoreException($"{path}: is not an {FileName} (it has {file.Length} bytes, more than {Journal.LargestFile >> 20} MiB)");
            text = TextOf(file);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            string[] runs = RunFolder.In(Path.GetDirectoryName(path) ?? "");
            throw new EvalCoreException(runs.Length == 0
                ? $"{path}: there is no such file; name the output folder of a finished run"
                : $"{path}: there is no such file; the folder has those of {runs.Length} runs: name one, for example {runs[^1]}", e);
        }
        catch (Exception e) when (EvalCoreException.IsFileError(e))
        {
            throw EvalCoreException.CannotRead($"{path}:", e);
        }

        try
        {
            return EvalInfoReader.Read(text);
        }
        catch (JsonException e)
        {
            throw new EvalCoreException($"{path}: is not an {FileName} ({e.Message})", e);
        }
    }

    /// <summary>The text of a file in UTF-8, which it is already but for one that another program changed.</summary>
    private static byte[] TextOf(FileStream file)
    {
        using var content = new MemoryStream(file.CanSeek ? (int)file.Length : 0);
        file.CopyTo(content);
        byte[] bytes = content.GetBuffer().Length == content.Length ? content.GetBuffer() : content.ToArray();
        if (bytes is [(byte)'{', ..] && Utf8.IsValid(bytes))
            return bytes;
        content.Position = 0;
        using var reader = new StreamReader(content);
        return Encoding.UTF8.GetBytes(reader.ReadToEnd());
    }
}
