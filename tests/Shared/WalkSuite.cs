using EvalCore.Diagnostics;
using EvalCore.Environments;
using EvalCore.Evaluation;
using EvalCore.Policies;

namespace EvalCore.Tests;

/// <summary>The toy suite, for a registry.</summary>
/// <param name="newConfig">Makes its flags with the hooks of a test; null for flags without hooks.</param>
internal sealed class WalkSuite(Func<WalkConfig>? newConfig = null) : ISuite
{
    public IReadOnlyList<IPolicySource> Policies { get; init; } = [];

    public IReadOnlyList<Check> Checks { get; init; } = [];

    public EnvConfig NewConfig() => newConfig?.Invoke() ?? new WalkConfig();
}
