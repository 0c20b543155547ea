using System.Text.Json;
using System.Text.Json.Nodes;
using EvalCore.Files;
using EvalCore.Options;
using EvalCore.Results;

namespace EvalCore.Training;

/// <summary>
/// The file <c>checkpoints.json</c> in the output folder: the options, with which a resumed evaluation goes on, and the results of
/// all checkpoints. It is written again after each checkpoint.
/// </summary>
public static class CheckpointsFile
{
    /// <summary>The file's name in the output folder.</summary>
    public const string FileName = "checkpoints.json";

    /// <summary>What to do about a damaged file. The results of the checkpoints are in their folders.</summary>
    private const string Repair = "delete the file and give the evaluation's first command again: what is finished is not played again";

    private static readonly JsonSerializerOptions Indented = new(Journal.Json) { WriteIndented = true };

    /// <summary>Whether a folder has the file.</summary>
    public static bool IsIn(string folder) => File.Exists(Path.Combine(folder, FileName));

    /// <summary>The options that an evaluation was started with.</summary>
    /// <exception cref="EvalCoreException">The file is damaged.</exception>
    public static JsonObject ReadOptions(string folder)
    {
        string path = Path.Combine(folder, FileName);
        return Read(path)["options"] is JsonObject options
            ? (JsonObject)options.DeepClone()
            : throw new EvalCoreException($"--resume: {path} has no options; {Repair}");
    }

    /// <summary>
    /// The results in the folder, also those of checkpoints that are no longer there: a training run may keep only its last ones.
    /// A result that cannot be read is left out.
    /// </summary>
    /// <exception cref="EvalCoreException">The file is damaged.</exception>
    public static IReadOnlyList<EvaluatedCheckpoint> ReadResults(string folder)
    {
        var results = new List<EvaluatedCheckpoint>();
        foreach (var entry in Read(Path.Combine(folder, FileName))["checkpoints"] as JsonArray ?? [])
        {
            if (!(entry is JsonObject fields && Merge.Text(fields["name"]) is { } name && Merge.Text(fields["path"]) is { } path
                && fields["step"] is JsonValue number && number.TryGetValue(out long step)))
                continue;
            if (step < 0)
                throw new EvalCoreException($"{Path.Combine(folder, FileName)}: has a checkpoint of step {step}, and steps are 0 or more; {Repair}");
            string output = Path.Combine(folder, Path.GetFileName(name));
            try
            {
                results.Add(EvaluatedCheckpoint.Of(new Checkpoint(step, name, path), output, EvalInfo.Load(Path.Combine(output, EvalInfo.FileName))));
            }
            catch (EvalCoreException)
            {
                // It was not evaluated, or not to the end.
            }
        }

        return results;
    }

    /// <summary>The first option of the evaluation in a folder that has another value now, with both values; null where none has.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="options">The options now.</param>
    /// <param name="mayAskForMore">Whether more episodes, videos or steps may be asked for, as with <c>--resume</c>.</param>
    /// <exception cref="EvalCoreException">The file is damaged.</exception>
    public static string? Change(string folder, JsonObject options, bool mayAskForMore) => OptionChanges.Between(ReadOptions(folder), options, mayAskForMore);

    /// <summary>Claims the output folder for this process.</summary>
    /// <returns>Releases the folder.</returns>
    /// <exception cref="EvalCoreException">Another process evaluates checkpoints into the folder, or it cannot be written.</exception>
    public static IDisposable Claim(string folder) => new ClaimedFile(Journal.Claim("--output_dir", Path.Combine(folder, FileName), Disk.Local));

    /// <summary>Writes the file.</summary>
    /// <param name="folder">The output folder.</param>
    /// <param name="options">The options.</param>
    /// <param name="ranking">The results so far.</param>
    /// <exception cref="EvalCoreException">The file cannot be written.</exception>
    public static void Save(string folder, JsonObject options, CheckpointRanking ranking) => Save(folder, options, ranking, Disk.Local);

    internal static void Save(string folder, JsonObject options, CheckpointRanking ranking, Disk disk)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(ranking);
        var ranked = ranking.Ranked.ToDictionary(checkpoint => checkpoint.Evaluated);
        var json = new JsonObject
        {
            ["options"] = options.DeepClone(),
            ["alpha"] = ranking.Alpha,
            ["best_step"] = ranking.Best?.Evaluated.Checkpoint.Step,
            ["checkpoints"] = new JsonArray([.. ranking.All.Select(checkpoint => Of(folder, checkpoint, ranked.GetValueOrDefault(checkpoint)))]),
        };
        WholeFile.Write(Path.Combine(folder, FileName), json.ToJsonString(Indented), disk);
    }

    private static JsonObject Read(string path)
    {
        try
        {
            return JsonFile.Read(path, "the results of a training run's checkpoints");
        }
        catch (EvalCoreException e) when (e.InnerException is null && File.Exists(path))
        {
            throw new EvalCoreException($"{e.Message}; {Repair}", e);
        }
    }

    private static JsonObject Of(string folder, EvaluatedCheckpoint evaluated, RankedCheckpoint? ranked)
    {
        var json = new JsonObject
        {
            ["step"] = evaluated.Checkpoint.Step,
            ["name"] = evaluated.Checkpoint.Name,
            ["path"] = Path.GetFullPath(evaluated.Checkpoint.Path),
            ["output_dir"] = Path.GetRelativePath(folder, evaluated.OutputDir),
        };
        if (evaluated.Problem is not null)
            json["problem"] = evaluated.Problem;
        if (ranked is not { Metrics: var metrics })
            return json;
        json["n_episodes"] = metrics.NEpisodes;
        if (ranked.Errors > 0)
            json["n_errors"] = ranked.Errors;
        json["n_success"] = metrics.NSuccess;
        json["pc_success"] = Number(metrics.PcSuccess);
        json["pc_success_ci95"] = new JsonArray(Number(metrics.PcSuccessCi95.Low), Number(metrics.PcSuccessCi95.High));
        json["avg_sum_reward"] = Number(metrics.AvgSumReward);
        json["avg_max_reward"] = Number(metrics.AvgMaxReward);
        if (metrics.AvgProgress is { } progress)
            json["avg_progress"] = progress;
        json["eval_s"] = Number(evaluated.Info!.EvalS);
        json["compared_with_best"] = new JsonObject
        {
            ["n"] = ranked.Outcomes.Count,
            ["only_best"] = ranked.Outcomes.FirstOnly,
            ["only_this"] = ranked.Outcomes.SecondOnly,
            ["difference"] = Number(ranked.Difference),
            ["tango_95"] = ranked.IsBest || ranked.Outcomes.Count == 0 ? null : new JsonArray(Number(ranked.Tango95.Low), Number(ranked.Tango95.High)),
            ["mcnemar_two_sided"] = ranked.IsBest ? null : ranked.PValue,
            ["holm"] = ranked.IsBest ? null : ranked.Holm,
            ["indistinguishable"] = ranked.IsIndistinguishable,
        };
        return json;
    }

    // JSON has no number for what is not finite.
    private static JsonNode? Number(double value) => double.IsFinite(value) ? value : null;

    private sealed class ClaimedFile(FileStream claim) : IDisposable
    {
        public void Dispose() => Journal.Release(claim, Disk.Local);
    }
}
