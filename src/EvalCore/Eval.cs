using EvalCore.Environments;
using EvalCore.Options;
using EvalCore.Policies;
using EvalCore.Results;
using EvalCore.Rollout;

namespace EvalCore;

/// <summary>
/// LeRobot's three functions of an evaluation, <c>make_env</c>, <c>make_policy</c> and <c>eval_policy</c>, for programs.
/// </summary>
public static class Eval
{
    /// <summary>Makes the environments of a suite. Worlds are built when they are needed.</summary>
    /// <param name="config">The suite and its settings.</param>
    /// <param name="nEnvs">How many episodes play at once; the results do not depend on it.</param>
    /// <param name="useAsyncEnvs">A thread per environment, or (false) one thread for all.</param>
    public static VectorEnvironment MakeEnv(EnvConfig config, int nEnvs = 1, bool useAsyncEnvs = true)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(nEnvs, 1);
        return new VectorEnvironment(config, nEnvs, useAsyncEnvs);
    }

    /// <summary>Makes a policy.</summary>
    /// <param name="factory">Where it comes from: for LeRobot's checkpoints <c>EvalCore.Torch</c>'s factory.</param>
    /// <param name="options">Which one, and how; the type of a checkpoint is read from its <c>config.json</c>.</param>
    /// <param name="env">The environment it will play in.</param>
    /// <param name="warn">Takes one line for each thing the user should know.</param>
    /// <exception cref="EvalCoreException">The checkpoint is missing, damaged, or does not fit the environment.</exception>
    public static IPolicy MakePolicy(
        IPolicyFactory factory, PolicyOptions options, EnvConfig env, Action<string>? warn = null)
    {
        if (options.Path is not null)
            options.Type ??= Checkpoint.TypeOf(options.Path);
        return factory.Make(options, env, warn ?? (_ => { }));
    }

    /// <summary>Evaluates a policy on every task of the environments.</summary>
    /// <param name="env">The environments.</param>
    /// <param name="policy">The policy; stays the caller's.</param>
    /// <param name="nEpisodes">Episodes per task.</param>
    /// <param name="startSeed">The seed of each task's first episode; episode k has this plus k.</param>
    /// <param name="outputDir">Where journal, videos and <c>eval_info.json</c> go; null writes nothing.</param>
    /// <param name="maxEpisodesRendered">How many episodes of each task are recorded, where there is a folder.</param>
    /// <exception cref="EvalCoreException">The output folder cannot be used, or something is missing on the machine.</exception>
    public static async Task<EvalInfo> EvalPolicy(
        VectorEnvironment env, IPolicy policy, int nEpisodes, long startSeed = 1000,
        string? outputDir = null, int maxEpisodesRendered = 10)
    {
        using var run = new EvalRun(env.Config, policy, new EvalRunOptions
        {
            Eval = new EvalConfig
            {
                NEpisodes = nEpisodes,
                BatchSize = env.NumEnvs,
                UseAsyncEnvs = env.IsAsync,
                NEpisodesToRender = maxEpisodesRendered,
            },
            Seed = startSeed,
            OutputDir = outputDir,
        });
        return await run.PlayAll();
    }
}
