using Benchmarks.MuJoCo;
using EvalCore.Assets;
using EvalCore.Diagnostics;
using EvalCore.Environments;
using EvalCore.Evaluation;
using EvalCore.Policies;

namespace Benchmarks.MetaWorld;

/// <summary>Meta-World, as a program is composed of.</summary>
public sealed class MetaWorldSuite : ISuite
{
    // Most commands need no list of files.
    private readonly Lazy<IReadOnlyList<Check>> _checks =
        new(() => [MujocoChecks.Engine, MujocoChecks.Rendering, AssetStore.FilesCheck("Meta-World's model files", MetaWorldAssets.Set)]);

    /// <inheritdoc/>
    public IReadOnlyList<IPolicySource> Policies { get; } = [new MetaWorldPolicies()];

    /// <inheritdoc/>
    public IReadOnlyList<Check> Checks => _checks.Value;

    /// <inheritdoc/>
    public EnvConfig NewConfig() => new MetaWorldConfig();
}
