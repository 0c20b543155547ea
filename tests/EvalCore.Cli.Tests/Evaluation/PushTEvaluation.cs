using System.Text.Json;
using Benchmarks.PushT;
using EvalCore.Evaluation;
using EvalCore.Policies;
using EvalCore.Results;
using EvalCore.Rollout;
using EvalCore.Torch;

namespace EvalCore.Cli.Tests.Evaluation;

/// <summary>Evaluations of the trained PushT checkpoints, as the command makes them.</summary>
internal static class PushTEvaluation
{
    public static async Task<EvalInfo> Run(
        string checkpoint, int nEpisodes, int batchSize = 1, bool useAsyncEnvs = false, string? outputDir = null,
        int nEpisodesToRender = 0, Func<EpisodePlan, IStoppingRule>? rule = null)
    {
        var env = new PushTConfig { ObsType = "environment_state_agent_pos" };
        using var policy = Eval.MakePolicy(
            new LeRobotPolicies(), Goldens.Checkpoint(checkpoint), env, config => config.Device = DeviceName.Cpu, line => Assert.Fail(line));
        using var run = new EvalRun(env, policy, new RolloutOptions
        {
            Eval = new EvalConfig
            {
                NEpisodes = nEpisodes,
                BatchSize = batchSize,
                UseAsyncEnvs = useAsyncEnvs,
                NEpisodesToRender = nEpisodesToRender,
            },
            OutputDir = outputDir,
        }, rule: rule);
        return await run.PlayAll();
    }

    /// <summary>
    /// All values of the episodes that must not depend on how they were run, as a string, exact to the last bit.
    /// </summary>
    public static string PerEpisode(EvalInfo info) => string.Join('\n', info.Episodes.Select(episode => JsonSerializer.Serialize(
        episode with { Timings = new EpisodeTimings(0, 0, 0, 0, 0), VideoPath = null })));
}
