using System.Text.Json;
using System.Text.Json.Nodes;

namespace EvalCore.Results;

/// <summary>
/// The result of a run: what <c>eval_info.json</c> holds. The keys, their order and their types are those of LeRobot
/// v0.6.1; ours come after them (<c>episodes</c> in each task, <c>provenance</c> at the end).
/// </summary>
public sealed class EvalInfo
{
    /// <summary>The file's name in the output folder.</summary>
    public const string FileName = "eval_info.json";

    /// <summary>Makes the result of finished episodes.</summary>
    /// <param name="episodes">The episodes; they are put in the order of their tasks and indices.</param>
    /// <param name="evalS">The wall clock of the run, in seconds, from its first episode to its last video.</param>
    /// <param name="outputDir">The folder that video paths are given under, or an empty string.</param>
    /// <param name="provenance">What produced the result.</param>
    public EvalInfo(IEnumerable<EpisodeRecord> episodes, double evalS, string outputDir, JsonObject provenance)
    {
        Episodes = [.. episodes];
        PerTask = [.. Episodes
            .GroupBy(episode => (episode.Suite, episode.TaskGroup, episode.TaskId))
            .Select(task => new TaskResult([.. task.OrderBy(episode => episode.EpisodeIndex)]))];
        Episodes = [.. PerTask.SelectMany(task => task.Episodes)];
        EvalS = evalS;
        OutputDir = outputDir;
        Provenance = provenance;
    }

    /// <summary>All episodes, task by task.</summary>
    public IReadOnlyList<EpisodeRecord> Episodes { get; }

    /// <summary>The results of each task.</summary>
    public IReadOnlyList<TaskResult> PerTask { get; }

    /// <summary>The results of each group of tasks.</summary>
    public IReadOnlyDictionary<string, Aggregate> PerGroup =>
        Episodes.GroupBy(episode => episode.TaskGroup).ToDictionary(group => group.Key, group => Aggregate.Of([.. group]));

    /// <summary>The result over all episodes.</summary>
    public Aggregate Overall => Aggregate.Of(Episodes);

    /// <summary>The wall clock of the run, in seconds.</summary>
    public double EvalS { get; }

    /// <summary>The wall clock per episode, in seconds.</summary>
    public double EvalEpS => EvalS / Math.Max(1, Episodes.Count);

    /// <summary>The folder the video paths are under.</summary>
    public string OutputDir { get; }

    /// <summary>What produced the result: versions, hashes, options.</summary>
    public JsonObject Provenance { get; }

    /// <summary>Writes the file, in one piece: a reader sees the old file or the new one.</summary>
    /// <exception cref="EvalCoreException">The file cannot be written.</exception>
    public void Save(string path)
    {
        try
        {
            File.WriteAllText(path + ".part", EvalInfoJson.Write(this));
            File.Move(path + ".part", path, overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new EvalCoreException($"{path}: cannot be written ({e.Message.TrimEnd('.')})", e);
        }
    }

    /// <summary>Reads a file that <see cref="Save"/> wrote.</summary>
    /// <exception cref="EvalCoreException">The file is missing, damaged, or was written by lerobot-eval itself.</exception>
    public static EvalInfo Load(string path)
    {
        try
        {
            return EvalInfoJson.Read(File.ReadAllText(path), path);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new EvalCoreException($"{path}: there is no such file; name the output folder of a finished run", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new EvalCoreException($"{path}: cannot be read ({e.Message.TrimEnd('.')})", e);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException or FormatException)
        {
            throw new EvalCoreException($"{path}: is not an eval_info.json ({e.Message.Split(". ")[0].Split(" Path:")[0].TrimEnd('.')})", e);
        }
    }
}
