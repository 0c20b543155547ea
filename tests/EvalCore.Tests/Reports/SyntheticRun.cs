using System.Text.Json.Nodes;
using EvalCore.Features;
using EvalCore.Reports;
using EvalCore.Results;

namespace EvalCore.Tests.Reports;

/// <summary>Results as a run would have them, of any size.</summary>
internal static class SyntheticRun
{
    /// <summary>Makes a run: in task t of group t modulo 4 an episode succeeds in a share of (t + 1) / tasks.</summary>
    public static ReportRun Of(
        int tasks, int episodes, double success = 1, Func<int, string>? name = null, Func<EpisodeRecord, EpisodeRecord>? change = null, int seed = 1, string folder = "run",
        JsonObject? provenance = null)
    {
        var random = new Random(seed);
        var records =
            from task in Enumerable.Range(0, tasks)
            from index in Enumerable.Range(0, episodes)
            let succeeds = random.NextDouble() < success * (task + 1) / tasks
            let reward = succeeds ? 1 : Math.Round(random.NextDouble(), 6)
            let record = new EpisodeRecord
            {
                Suite = "walk",
                TaskGroup = $"group{task % 4}",
                TaskId = task,
                Task = name?.Invoke(task) ?? $"walk-to-place-{task}-v3",
                EpisodeIndex = index,
                Seed = 1000 + index,
                Steps = succeeds ? random.Next(20, 200) : 300,
                SumReward = reward * 120,
                MaxReward = reward,
                Success = succeeds,
                Timings = new EpisodeTimings(0.2 + random.NextDouble(), 0.1, 0.4, 0.01, 0.004),
                Diagnostics = new EpisodeDiagnostics(new OrderedDictionary<string, FeatureCounts>
                {
                    ["action"] = new FeatureCounts { Observations = 300, Values = 300, Sum = [12.5, -3], Min = [-1, -0.5], Max = [1.25, 0.5], OutsideBounds = [4, 0] },
                }),
            }
            select change?.Invoke(record) ?? record;
        return new ReportRun(folder, new EvalInfo(records, 42, folder, provenance ?? Provenance(episodes: episodes)), folder);
    }

    /// <summary>The provenance of a run.</summary>
    public static JsonObject Provenance(string path = "outputs/train/checkpoint", int episodes = 50) => (JsonObject)JsonNode.Parse(
        $$"""
        {
          "evalcore": "0.1.0", "output_dir": "run", "seed": 1000,
          "policy": { "type": "walker", "config.json": "sha256:5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03" },
          "env": { "type": "walk", "fps": 10, "obs_type": "state" },
          "engines": { "walk": "1.0" },
          "features": { "action": { "kind": "action", "components": 2, "action_space": [
            { "name": "x", "unit": "m", "low": -1, "high": 1, "is_relative": false }, { "name": "y", "unit": "m", "low": -1, "high": 1, "is_relative": false } ] } },
          "shard": "0/1", "episodes_digest": "0123456789abcdef",
          "options": { "env": { "type": "walk", "task": "all", "obs_type": "state" }, "eval": { "n_episodes": {{episodes}}, "use_async_envs": true }, "policy": { "path": {{JsonValue.Create(path).ToJsonString()}}, "device": "cpu" },
                       "output_dir": "run", "seed": 1000, "rename_map": {} },
          "machine": { "os": "Linux", "cores": 2 }, "finished_at": "2026-01-31T12:00:00+00:00"
        }
        """)!;
}
