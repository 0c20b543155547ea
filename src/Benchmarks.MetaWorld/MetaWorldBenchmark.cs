using Benchmarks.MetaWorld.Tasks;
using Benchmarks.MuJoCo;
using EvalCore;
using EvalCore.Assets;
using EvalCore.Environments;
using MuJoCo;

namespace Benchmarks.MetaWorld;

/// <summary>
/// Meta-World with the flags of one run. It owns the verified asset folder and one compiled model per task; an environment
/// edits a copy of its task's model, and all video renderers of a task share another one.
/// </summary>
public sealed class MetaWorldBenchmark : IBenchmark
{
    private readonly string _obsType;
    private readonly string _taskList;
    private readonly VerifiedAssets _assets;
    private readonly Lazy<IReadOnlyList<EnvTask>> _tasks;

    /// <summary>Opens the benchmark.</summary>
    /// <param name="config">Flags in their ranges; later changes have no effect.</param>
    /// <param name="assets">Where the model files are.</param>
    internal MetaWorldBenchmark(MetaWorldConfig config, AssetStore assets)
    {
        (_obsType, _taskList) = (config.ObsType, config.Task);
        string suite = config.Type;
        _tasks = new(() => Catalog.EnvTasks(suite, _taskList));
        AllTasks = Catalog.AllEnvTasks(suite);
        _assets = new VerifiedAssets(MetaWorldAssets.Set, assets);
        Models = new ModelCache(
            task => Load(Catalog.Get(task.Name).Model), model => model.vis.quality.shadowsize = SnapshotRenderer.ShadowSize);
        ObservationSpace = MetaWorldObservation.Types[_obsType];
    }

    /// <summary>
    /// The displacement of the hand along x, y, z in centimetres, relative, clipped to [-1, 1], and the effort of the
    /// gripper: -1 opens the fingers, 1 closes them.
    /// </summary>
    public static ActionSpace Actions { get; } = new(
        new ActionComponent("x", "cm", -1, 1, IsRelative: true),
        new ActionComponent("y", "cm", -1, 1, IsRelative: true),
        new ActionComponent("z", "cm", -1, 1, IsRelative: true),
        new ActionComponent("gripper", "", -1, 1, IsRelative: false));

    /// <inheritdoc/>
    public IReadOnlyList<EnvTask> Tasks => _tasks.Value;

    /// <inheritdoc/>
    public IReadOnlyList<EnvTask> AllTasks { get; }

    /// <inheritdoc/>
    public ObservationSpace ObservationSpace { get; }

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, ObservationSpace> ObservationSpaces => MetaWorldObservation.Types.ByFlag;

    /// <inheritdoc/>
    public ActionSpace ActionSpace => Actions;

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, string> EngineVersions =>
        new Dictionary<string, string>(MujocoEngine.Versions) { ["metaworld"] = "3.0.0" };

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, string> EngineLibraries => MujocoEngine.Libraries;

    /// <inheritdoc/>
    public IReadOnlyList<string> Notes => MujocoEngine.Notes;

    /// <inheritdoc/>
    public string? RenderingDevice => MujocoChecks.RenderingDevice;

    /// <inheritdoc/>
    public IReadOnlyList<string> RenderingNotes => MujocoChecks.RenderingNotes;

    /// <inheritdoc/>
    public bool RendersVideos => true;

    /// <summary>The compiled models.</summary>
    internal ModelCache Models { get; }

    /// <inheritdoc/>
    public IEnvironment Make(EnvTask task)
    {
        ArgumentNullException.ThrowIfNull(task);
        var info = Catalog.Get(task.Name);
        using var lease = Models.Rent(task);
        return new MetaWorldEnvironment(info, lease.Model.CopySharingAssets(), _obsType);
    }

    /// <inheritdoc/>
    public IFrameRenderer MakeRenderer(EnvTask task)
    {
        ArgumentNullException.ThrowIfNull(task);
        return new SnapshotRenderer(Models.RentForVideo(task), model => LeRobotCamera.Make(model, samples: 0));
    }

    /// <inheritdoc/>
    public void Release(EnvTask task) => Models.Release(task);

    /// <inheritdoc/>
    public void Dispose() => Models.Dispose();

    /// <summary>Loads and compiles a model.</summary>
    /// <param name="file">A file of <c>sawyer_xyz/</c>.</param>
    /// <exception cref="EvalCoreException">The files are missing or damaged, or MuJoCo is.</exception>
    internal MjModel Load(string file)
    {
        MujocoChecks.FindEngine();
        string path = Path.Combine(_assets.Folder, "sawyer_xyz", file);
        return MujocoErrors.Translate(() => MjModel.FromXmlFile(path), "Meta-World's model does not load: ");
    }
}
