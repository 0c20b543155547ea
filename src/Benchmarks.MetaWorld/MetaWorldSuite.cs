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
    /// <inheritdoc/>
    public IReadOnlyList<IPolicySource> Policies { get; } = [new MetaWorldPolicies()];

    /// <inheritdoc/>
    /// <remarks>Made when it is asked for: most commands need no list of files.</remarks>
    public IReadOnlyList<Check> Checks =>
        [MujocoChecks.Engine, MujocoChecks.Rendering, AssetStore.FilesCheck("Meta-World's model files", MetaWorldAssets.Set)];

    /// <inheritdoc/>
    public EnvConfig NewConfig() => new MetaWorldConfig();
}
