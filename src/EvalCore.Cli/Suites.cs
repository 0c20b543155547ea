using Benchmarks.MetaWorld;
using Benchmarks.PushT;
using EvalCore.Torch;

namespace EvalCore.Cli;

/// <summary>
/// The one place where the program is composed: the suites and sources of policies this build has. Whoever adds a
/// suite adds a line here.
/// </summary>
public static class Suites
{
    /// <summary>Everything that is built in.</summary>
    public static Registry Registry() => new Registry()
        .Add(() => new PushTConfig())
        .Add(() => new MetaWorldConfig())
        .Add(new LeRobotPolicyFactory())
        .Add(new MetaWorldPolicies())
        .Add(PushTChecks.All)
        .Add(MetaWorldChecks.All)
        .Add(TorchChecks.All);
}
