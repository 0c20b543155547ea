using EvalCore.Policies;
using EvalCore.Results;
using EvalCore.Rollout;

namespace EvalCore.Remote.Tests;

/// <summary>Runs of the toy suite, 20 episodes of 40 steps at most, with a policy behind a server.</summary>
internal static class WalkRuns
{
    /// <summary>Plays a run.</summary>
    /// <param name="address">The server.</param>
    /// <param name="protocol">Its protocol.</param>
    /// <param name="configure">Changes the flags; null for none.</param>
    /// <param name="env">The suite; null for the usual flags.</param>
    /// <param name="batchSize">Episodes in flight.</param>
    /// <param name="folder">The output folder; null for none.</param>
    /// <param name="notes">Receives the notes; null for none.</param>
    /// <param name="isAsync">Whether each has a thread.</param>
    public static async Task<EvalInfo> Play(
        string address, string protocol, Action<RemoteConfig>? configure = null, WalkConfig? env = null, int batchSize = 4, string? folder = null,
        List<string>? notes = null, bool isAsync = true)
    {
        env ??= new WalkConfig();
        using var policy = Make(address, protocol, env, configure, notes, folder);
        using var run = new EvalRun(
            env, policy,
            new RolloutOptions { Eval = new EvalConfig { NEpisodes = 10, BatchSize = batchSize, UseAsyncEnvs = isAsync, NEpisodesToRender = 0 }, OutputDir = folder },
            line => Add(notes, line));
        return await run.PlayAll();
    }

    /// <summary>Makes the policy.</summary>
    public static IPolicy Make(
        string address, string protocol, WalkConfig env, Action<RemoteConfig>? configure = null, List<string>? notes = null, string? folder = null)
    {
        var config = new RemoteConfig { Path = address, Protocol = protocol, NActionSteps = protocol == RemoteConfig.Openpi ? 2 : null, ConnectTimeout = 20, AnswerTimeout = 60 };
        configure?.Invoke(config);
        return config.Make(PolicyContext.Of(env) with { Warn = line => Add(notes, line), OutputDir = folder });
    }

    /// <summary>The results of the episodes, without what a repetition or the machine changes.</summary>
    public static IEnumerable<EpisodeRecord> Results(EvalInfo info) =>
        info.Episodes.Select(episode => episode with { Timings = new EpisodeTimings(0, 0, 0, 0, 0), Attempts = null });

    private static void Add(List<string>? notes, string line)
    {
        if (notes is null)
            return;
        lock (notes)
            notes.Add(line);
    }
}
