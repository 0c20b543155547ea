using Benchmarks.MuJoCo;
using EvalCore.Assets;
using EvalCore.Diagnostics;
using EvalCore.Environments;
using EvalCore.Evaluation;

namespace Benchmarks.Libero;

/// <summary>LIBERO, as a program is composed of.</summary>
public sealed class LiberoSuite : ISuite
{
    // Most commands need no list of files.
    private readonly Lazy<IReadOnlyList<Check>> _checks = new(() =>
    [
        MujocoChecks.Engine, MujocoChecks.Rendering,
        AssetStore.FilesCheck("LIBERO's files", LiberoAssets.Libero), AssetStore.FilesCheck("the Panda's model files", LiberoAssets.Robosuite),
    ]);

    /// <inheritdoc/>
    public IReadOnlyList<Check> Checks => _checks.Value;

    /// <inheritdoc/>
    public EnvConfig NewConfig() => new LiberoConfig();
}
