using EvalCore.Environments;
using EvalCore.Evaluation;
using EvalCore.Policies;

namespace EvalCore.Tests.Options;

internal sealed class ToySuite : ISuite
{
    /// <summary>The toy suite and its policies.</summary>
    public static Registry Registry { get; } = new Registry().Add(new ToySuite());

    public IReadOnlyList<IPolicySource> Policies { get; } = [new ToyPolicies()];

    public EnvConfig NewConfig() => new ToyConfig();
}
