using Benchmarks.Libero.Bddl;
using Benchmarks.MuJoCo;
using MuJoCo;

namespace Benchmarks.Libero.Scenes;

/// <summary>
/// A task's scene: its MJCF, and what LIBERO knows of its instances and regions besides. Immutable: one for each task, shared.
/// </summary>
internal sealed class Scene
{
    /// <summary>The task.</summary>
    public required BddlProblem Problem { get; init; }

    /// <summary>The table or floor that it is played on.</summary>
    public required Workspace Workspace { get; init; }

    /// <summary>The composed MJCF; its files have absolute paths.</summary>
    public required string Mjcf { get; init; }

    /// <summary>Objects in the order of the file, then fixtures (without the workspace).</summary>
    public required IReadOnlyList<SceneInstance> Instances { get; init; }

    /// <summary>The regions that belong to an instance, by key: <c>wooden_cabinet_1_top_region</c>. Zones of the workspace are not among them.</summary>
    public required IReadOnlyDictionary<string, SceneRegion> Regions { get; init; }

    /// <summary>The files that the scene loads from LIBERO's folder, relative to it: MJCF, textures, meshes. In ordinal order.</summary>
    public required IReadOnlyList<string> LiberoFiles { get; init; }

    /// <summary>The files that the scene loads from robosuite's folder, relative to it. In ordinal order.</summary>
    public required IReadOnlyList<string> RobosuiteFiles { get; init; }

    /// <summary>Compiles the model. Its fixtures are where the MJCF has them: a reset places them.</summary>
    /// <exception cref="EvalCore.EvalCoreException">MuJoCo is missing, or a file is damaged.</exception>
    public MjModel Compile() => MujocoErrors.Translate(() => MjModel.FromXml(Mjcf), $"{Problem.File}: the scene does not compile: ");
}
