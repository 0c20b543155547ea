using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace EvalCore.Results;

/// <summary>Finds values in an <c>eval_info.json</c> that its own episodes contradict: the file was changed or damaged.</summary>
internal static class Contradictions
{
    /// <summary>Checks what was read against the episodes.</summary>
    /// <param name="info">The result of the file's episodes.</param>
    /// <param name="file">The file.</param>
    /// <exception cref="JsonException">A value contradicts the episodes; the message names it.</exception>
    public static void Check(EvalInfo info, EvalInfoReader.InfoFile file)
    {
        if (info.Provenance is not null)
            CheckProgress(info);

        // LeRobot averages in the precision of its rewards.
        double tolerance = info.Provenance is null ? 1e-5 : 1e-9;
        Check("overall", file.Overall ?? file.Aggregated!, info.Overall, info.Errors.Count, tolerance);
        foreach (var (name, group) in file.PerGroup ?? new Dictionary<string, EvalInfoReader.AggregatePart?>())
        {
            if (group is not null && info.PerGroup.TryGetValue(name, out var episodes))
                Check($"group {name}", group, episodes, info.Errors.Count(episode => episode.TaskGroup == name), tolerance);
        }

        if (info.Provenance is not null)
        {
            if (info.Episodes.FirstOrDefault(episode => episode.Steps < 1) is { } without)
                throw new JsonException($"episode {without.EpisodeIndex} of {without.Task} has {without.Steps} steps: the file was changed");
            foreach (var part in file.PerTask!)
                Check(part!);
            CheckSeeds(info, [.. Seeds(info.Provenance)]);
        }
    }

    private static void Check(string name, EvalInfoReader.AggregatePart stored, Aggregate episodes, int errors, double tolerance)
    {
        Compare(name, "n_errors", stored.NErrors, errors, tolerance);
        Compare(name, "n_episodes", stored.NEpisodes, episodes.NEpisodes, tolerance);
        Compare(name, "n_success", stored.NSuccess, episodes.NSuccess, tolerance);
        Compare(name, "pc_success", stored.PcSuccess, episodes.PcSuccess, tolerance);
        Compare(name, "avg_sum_reward", stored.AvgSumReward, episodes.AvgSumReward, tolerance);
        Compare(name, "avg_max_reward", stored.AvgMaxReward, episodes.AvgMaxReward, tolerance);
        Compare(name, "avg_progress", stored.AvgProgress, episodes.AvgProgress ?? double.NaN, tolerance);
    }

    private static void CheckProgress(EvalInfo info)
    {
        if (info.Episodes.FirstOrDefault(episode => !HasPossibleProgress(episode)) is { } impossible)
        {
            throw new JsonException(
                $"episode {impossible.EpisodeIndex} of {impossible.Task} has progress {Text(impossible.Progress)} of {Text(impossible.NConditions)} conditions "
                + $"and {(impossible.Success ? "a" : "no")} success: the file was changed");
        }
    }

    /// <summary>Whether an episode's progress is a share of its conditions, and 1 if it succeeded.</summary>
    private static bool HasPossibleProgress(EpisodeRecord episode) => (episode.Progress, episode.NConditions) switch
    {
        (null, null) => true,
        ({ } progress, > 0) => episode.Success ? progress == 1 : progress is >= 0 and <= 1,
        _ => false,
    };

    private static string Text<T>(T? value) where T : struct => string.Create(CultureInfo.InvariantCulture, $"{(value is { } one ? one : "null")}");

    /// <summary>Compares a task's metrics with its episodes.</summary>
    private static void Check(EvalInfoReader.TaskPart task)
    {
        EpisodeRecord[] episodes = [.. task.Episodes!.OfType<EpisodeRecord>().OrderBy(episode => episode.EpisodeIndex)];
        string name = $"task {task.TaskGroup}_{task.TaskId}";
        if (episodes.FirstOrDefault(episode => (episode.TaskGroup, episode.TaskId) != (task.TaskGroup, task.TaskId)) is { } other)
            throw new JsonException($"{name} has an episode of task {other.TaskGroup}_{other.TaskId}: the file was changed");
        if ((task.Errors ?? []).FirstOrDefault(episode => (episode!.TaskGroup, episode.TaskId) != (task.TaskGroup, task.TaskId)) is { } stray)
            throw new JsonException($"{name} has an error of task {stray.TaskGroup}_{stray.TaskId}: the file was changed");
        int errors = task.Errors?.Count ?? 0;
        if (episodes.Length > 0 || errors > 0)
        {
            Check(
                name, new EvalInfoReader.AggregatePart(
                    PcSuccess: task.PcSuccess, NEpisodes: task.NEpisodes, NSuccess: task.NSuccess, AvgProgress: task.AvgProgress, NErrors: task.NErrors),
                Aggregate.Of(episodes), errors, tolerance: 1e-9);
        }

        if (task.Metrics is not { } metrics)
            return;
        if (!metrics.Successes.SequenceEqual(episodes.Select(episode => episode.Success))
            || !metrics.SumRewards.SequenceEqual(episodes.Select(episode => episode.SumReward))
            || !metrics.MaxRewards.SequenceEqual(episodes.Select(episode => episode.MaxReward)))
        {
            throw new JsonException($"the metrics of {name} are not those of its episodes: the file was changed");
        }
    }

    private static void CheckSeeds(EvalInfo info, long[] seeds)
    {
        if (seeds.Length == 0)
            return;
        if (info.Episodes.Concat(info.Errors).FirstOrDefault(episode => !seeds.Contains((episode.Seed ?? long.MinValue) - episode.EpisodeIndex)) is { } wrong)
        {
            throw new JsonException(
                $"episode {wrong.EpisodeIndex} of {wrong.Task} has seed {wrong.Seed?.ToString() ?? "null"}, not the run's seed {seeds[0]} + {wrong.EpisodeIndex}: "
                + "the file was changed");
        }
    }

    /// <summary>The seed of the run, or the seeds of the runs that were merged.</summary>
    private static IEnumerable<long> Seeds(JsonObject provenance) => provenance["merged"] is JsonArray parts
        ? parts.OfType<JsonObject>().SelectMany(Seeds)
        : provenance["seed"] is JsonValue seed && seed.TryGetValue(out long value) ? [value] : [];

    private static void Compare(string name, string key, double? stored, double episodes, double tolerance)
    {
        // Where LeRobot's file has a NaN its averages leave it out.
        if (stored is not { } value || double.IsNaN(episodes) || value.Equals(episodes))
            return;
        if (!(Math.Abs(value - episodes) <= tolerance * Math.Max(1, Math.Abs(episodes))))
            throw new JsonException($"{name} has {key} {PythonFloat.Format(value)}, but its episodes give {PythonFloat.Format(episodes)}: the file was changed");
    }
}
