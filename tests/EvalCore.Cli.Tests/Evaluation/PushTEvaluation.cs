using System.Text.Json;
using Benchmarks.PushT;
using EvalCore.Options;
using EvalCore.Policies;
using EvalCore.Results;
using EvalCore.Rollout;

namespace EvalCore.Cli.Tests.Evaluation;

/// <summary>Evaluations of the trained PushT checkpoints, as the command makes them.</summary>
internal static class PushTEvaluation
{
    public static async Task<EvalInfo> Run(
        string checkpoint, int nEpisodes, int batchSize = 1, bool useAsyncEnvs = false, string? outputDir = null,
        int nEpisodesToRender = 0)
    {
        var env = new PushTConfig { ObsType = "environment_state_agent_pos" };
        var options = new PolicyOptions { Path = Goldens.Checkpoint(checkpoint), Type = "act", Device = "cpu" };
        using var policy = Suites.Registry().MakePolicy(options, env, line => Assert.Fail(line));
        using var run = new EvalRun(env, policy, new EvalRunOptions
        {
            Eval = new EvalConfig
            {
                NEpisodes = nEpisodes,
                BatchSize = batchSize,
                UseAsyncEnvs = useAsyncEnvs,
                NEpisodesToRender = nEpisodesToRender,
            },
            OutputDir = outputDir,
        });
        return await run.PlayAll();
    }

    /// <summary>Everything of the episodes that must not depend on how they were run, as text: to the last bit.</summary>
    public static string PerEpisode(EvalInfo info) => string.Join('\n', info.Episodes.Select(episode => JsonSerializer.Serialize(
        episode with { Timings = new EpisodeTimings(0, 0, 0, 0, 0), VideoPath = null })));
}
