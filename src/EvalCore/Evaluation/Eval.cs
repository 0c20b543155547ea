using EvalCore.Environments;
using EvalCore.Policies;
using EvalCore.Results;
using EvalCore.Rollout;

namespace EvalCore.Evaluation;

/// <summary>
/// Makes and evaluates policies from a program, like LeRobot's <c>make_policy</c> and <c>eval_policy</c>.
/// </summary>
public static class Eval
{
    /// <summary>Makes the policy at a path for an environment.</summary>
    /// <param name="source">
    /// The source that recognizes the path, for example <c>EvalCore.Torch</c>'s for LeRobot checkpoints.
    /// </param>
    /// <param name="path">The policy's folder, file, address or name.</param>
    /// <param name="env">The suite that the policy will play.</param>
    /// <param name="configure">Changes the flags: <c>config.Device = DeviceName.Cpu</c>, <c>config.Set("n_action_steps", "4")</c>.</param>
    /// <param name="warn">Receives notes for the user, one line each.</param>
    /// <exception cref="EvalCoreException">The policy is missing, damaged, or does not fit the environment.</exception>
    public static IPolicy MakePolicy(
        IPolicySource source, string path, EnvConfig env, Action<PolicyConfig>? configure = null, Action<string>? warn = null)
    {
        ArgumentNullException.ThrowIfNull(source);
        var config = source.Recognize(path) ?? throw new EvalCoreException(source.Explain(path) ?? $"'{path}' is not a policy that this source can load");
        config.Path ??= path;
        configure?.Invoke(config);
        config.Validate();
        return config.Make(PolicyContext.Of(env) with { Warn = warn ?? (_ => { }) });
    }

    /// <summary>Evaluates a policy on every task that the suite's flags name.</summary>
    /// <param name="env">The suite and its flags.</param>
    /// <param name="policy">The policy; the caller disposes it.</param>
    /// <param name="options">The number of episodes, the seed and the output folder; null for the defaults.</param>
    /// <exception cref="EvalCoreException">The output folder cannot be used, or something is missing on the machine.</exception>
    public static async Task<EvalInfo> EvalPolicy(EnvConfig env, IPolicy policy, RolloutOptions? options = null)
    {
        using var run = new EvalRun(env, policy, options ?? new RolloutOptions());
        return await run.PlayAll().ConfigureAwait(false);
    }
}
