using Benchmarks.MuJoCo;
using EvalCore.Assets;
using EvalCore.Diagnostics;
using EvalCore.Environments;
using EvalCore.Evaluation;

namespace Benchmarks.Libero;

/// <summary>LIBERO, as a program is composed of.</summary>
public sealed class LiberoSuite : ISuite
{
    /// <inheritdoc/>
    /// <remarks>Made when it is asked for: most commands need no list of files.</remarks>
    public IReadOnlyList<Check> Checks =>
    [
        MujocoChecks.Engine, MujocoChecks.Rendering,
        AssetStore.FilesCheck("LIBERO's files", LiberoAssets.Libero), AssetStore.FilesCheck("the Panda's model files", LiberoAssets.Robosuite),
    ];

    /// <inheritdoc/>
    public EnvConfig NewConfig() => new LiberoConfig();
}
