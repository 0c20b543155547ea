using EvalCore.Environments;
using EvalCore.Evaluation;
using EvalCore.Options;
using EvalCore.Policies;
using EvalCore.Torch.Checkpoints;

namespace EvalCore.Torch.Tests;

/// <summary>Checkpoints as the command line loads them, on the CPU unless a flag says otherwise.</summary>
internal static class TestPolicy
{
    /// <summary>A checkpoint's flags.</summary>
    /// <param name="path">The folder.</param>
    /// <param name="flags">What <c>--policy.*</c> flags say: <c>n_action_steps=3</c>.</param>
    public static LeRobotConfig Config(string path, params IEnumerable<string> flags)
    {
        var config = (LeRobotConfig)new Registry().Add(new LeRobotPolicies()).Recognize(path);
        var set = new OptionSet([.. flags.Prepend("device=cpu").Select(flag => $"--policy.{flag}")]);
        config.Given = set.Bind(config, "policy.");
        set.Finish("eval");
        config.Validate();
        return config;
    }

    /// <summary>Loads a checkpoint.</summary>
    /// <param name="path">The folder.</param>
    /// <param name="space">What it observes.</param>
    /// <param name="flags">What <c>--policy.*</c> flags say.</param>
    public static LeRobotPolicy Load(string path, ObservationSpace space, params IEnumerable<string> flags) =>
        (LeRobotPolicy)Config(path, flags).Make(new PolicyContext(space) { Warn = Assert.Fail });
}
