using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using Benchmarks.Libero.Bddl;
using Benchmarks.Libero.Resets;
using Benchmarks.Libero.Scenes;
using Benchmarks.Libero.Simulation;
using Benchmarks.Libero.Tasks;
using Benchmarks.MuJoCo;
using EvalCore;
using EvalCore.Assets;
using EvalCore.Environments;
using MuJoCo;

namespace Benchmarks.Libero;

/// <summary>
/// LIBERO with the flags of one run. It owns the verified files and, for each task, the scene and one compiled model; an
/// environment edits a copy of the model, and all video renderers of a task share another one.
/// </summary>
public sealed class LiberoBenchmark : IBenchmark
{
    private static readonly ActionSpace RelativeActions = Pose(1, "5 cm", "0.5 rad", isRelative: true);
    private static readonly ActionSpace AbsoluteActions = Pose(double.PositiveInfinity, "m", "rad", isRelative: false);

    /// <summary>The most steps of an episode of a task that belongs to no suite, as in LeRobot.</summary>
    private const int OwnMaxSteps = 500;

    private readonly LiberoObservation _observation;
    private readonly ControlMode _mode;
    private readonly int? _episodeLength;
    private readonly string? _bddlFile;
    private readonly bool _softReset;
    private readonly Lazy<IReadOnlyList<EnvTask>> _tasks;
    private readonly Dictionary<string, VerifiedAssets> _suiteFiles;
    private readonly VerifiedAssets _allFiles;
    private readonly VerifiedAssets _robotFiles;

    /// <summary>The scene of each compiled model: it is gone when the model is.</summary>
    private readonly ConditionalWeakTable<MjModel, TaskScene> _scenes = [];

    /// <summary>Opens the benchmark.</summary>
    /// <param name="config">Flags in their ranges; later changes have no effect.</param>
    /// <param name="assets">Where the files are.</param>
    internal LiberoBenchmark(LiberoConfig config, AssetStore assets)
    {
        _observation = new LiberoObservation(config);
        (_mode, _episodeLength, _bddlFile, _softReset) = (config.ControlMode, config.EpisodeLength, config.BddlFile, !config.HardReset);
        (string type, int? initStates) = (config.Type, config.InitStates ? LiberoTaskSuite.InitStates : null);
        (string list, var ids) = (config.Task, config.TaskIds);
        AllTasks = [.. Catalog.All.Select(EnvTaskOf)];
        _tasks = new(() => _bddlFile is null ? [.. Catalog.Select(list, ids).Select(EnvTaskOf)] : [OwnTask(type, _bddlFile)]);
        _suiteFiles = Catalog.Suites.ToDictionary(suite => suite.Name, suite => new VerifiedAssets(LiberoAssets.Libero.Part(suite.Name), assets));
        _allFiles = new VerifiedAssets(LiberoAssets.Libero, assets);
        _robotFiles = new VerifiedAssets(LiberoAssets.Robosuite, assets);
        Models = new ModelCache(Compile, PrepareForVideo);

        EnvTask EnvTaskOf(LiberoTask task) =>
            new(type, task.Suite.Name, task.Id, task.Name, task.Language) { InitStates = initStates, MaxSteps = _episodeLength ?? task.Suite.MaxSteps };
    }

    /// <inheritdoc/>
    public IReadOnlyList<EnvTask> Tasks => _tasks.Value;

    /// <inheritdoc/>
    public IReadOnlyList<EnvTask> AllTasks { get; }

    /// <inheritdoc/>
    public ObservationSpace ObservationSpace => _observation.Space;

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, ObservationSpace> ObservationSpaces => _observation.Types.ByFlag;

    /// <inheritdoc cref="ActionsOf"/>
    public ActionSpace ActionSpace => ActionsOf(_mode);

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, string> EngineVersions =>
        new Dictionary<string, string>(MujocoEngine.Versions) { ["libero"] = "0.1.4", ["robosuite"] = "1.4.0" };

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, string> EngineLibraries => MujocoEngine.Libraries;

    /// <inheritdoc/>
    public IReadOnlyList<string> Notes => _softReset
        ? [.. MujocoEngine.Notes, "--env.hard_reset=false has no effect: every reset gives the result of a hard reset, and costs no more than a soft one"]
        : MujocoEngine.Notes;

    /// <inheritdoc/>
    public string? RenderingDevice => MujocoChecks.RenderingDevice;

    /// <inheritdoc/>
    public IReadOnlyList<string> RenderingNotes => MujocoChecks.RenderingNotes;

    /// <inheritdoc/>
    public bool RendersVideos => true;

    /// <summary>The compiled models.</summary>
    internal ModelCache Models { get; }

    /// <summary>
    /// Six numbers for the hand's position and orientation (axis times angle), in the world's frame, and one for the fingers:
    /// below 0 opens them, above 0 closes them, and only the sign counts. Relative numbers are clipped to [-1, 1].
    /// </summary>
    public static ActionSpace ActionsOf(ControlMode mode) => mode == ControlMode.Relative ? RelativeActions : AbsoluteActions;

    /// <inheritdoc/>
    public IEnvironment Make(EnvTask task)
    {
        ArgumentNullException.ThrowIfNull(task);
        using var lease = Models.Rent(task);
        _scenes.TryGetValue(lease.Model, out var scene);
        return new LiberoEnvironment(scene!, lease.Model.CopySharingAssets(), _observation, _mode, _episodeLength ?? MaxStepsOf(task));
    }

    /// <inheritdoc/>
    public IFrameRenderer MakeRenderer(EnvTask task)
    {
        ArgumentNullException.ThrowIfNull(task);
        var image = _observation.Space[0];
        string camera = _observation.Cameras[image.Key];
        return new SnapshotRenderer(
            Models.RentForVideo(task), model => LiberoCamera.MakeForVideo(model, camera, image.Shape[0], image.Shape[1], samples: 0));
    }

    /// <inheritdoc/>
    public void Release(EnvTask task) => Models.Release(task);

    /// <inheritdoc/>
    public void Dispose() => Models.Dispose();

    private static ActionSpace Pose(double limit, string length, string angle, bool isRelative)
    {
        return new(
            Component("x", length), Component("y", length), Component("z", length),
            Component("rotation x", angle), Component("rotation y", angle), Component("rotation z", angle),
            new ActionComponent("gripper", "", -1, 1, IsRelative: false));

        ActionComponent Component(string name, string unit) => new(name, unit, -limit, limit, isRelative);
    }

    /// <summary>The task of a user's own file. Its group has the file's SHA-256: results of an edited file are those of another task.</summary>
    private static EnvTask OwnTask(string type, string file)
    {
        string name = Path.GetFileNameWithoutExtension(file);
        try
        {
            string hash = Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(file)));
            return new EnvTask(type, $"bddl_file_{hash[..8]}", 0, name, LiberoTask.LanguageOf(name));
        }
        catch (Exception e) when (EvalCoreException.IsFileError(e))
        {
            throw EvalCoreException.CannotRead(file, e);
        }
    }

    private static int MaxStepsOf(EnvTask task) =>
        Catalog.Suites.FirstOrDefault(suite => suite.Name == task.Group)?.MaxSteps ?? OwnMaxSteps;

    private static void PrepareForVideo(MjModel model)
    {
        model.vis.quality.shadowsize = SnapshotRenderer.ShadowSize;
        LiberoCamera.HideSites(model);
    }

    /// <summary>Composes a task's scene and compiles its model.</summary>
    /// <exception cref="EvalCoreException">Files are missing or damaged, or MuJoCo is.</exception>
    private MjModel Compile(EnvTask task)
    {
        MujocoChecks.FindEngine();
        string robosuite = _robotFiles.Folder;
        if (_bddlFile is not null)
            return Compile(task, _bddlFile, initStates: null, _allFiles.Folder, robosuite);
        string libero = _suiteFiles[task.Group].Folder;
        var published = Catalog.All.First(published => published.Suite.Name == task.Group && published.Id == task.Id);
        return Compile(
            task, Path.Combine(libero, published.BddlFile), task.InitStates is null ? null : Path.Combine(libero, published.InitStatesFile), libero, robosuite);
    }

    private MjModel Compile(EnvTask task, string bddlFile, string? initStates, string libero, string robosuite)
    {
        var scene = SceneComposer.Compose(BddlReader.Read(bddlFile), libero, robosuite);
        var model = scene.Compile();
        try
        {
            _scenes.Add(model, new TaskScene(task.Name, scene, model, initStates is null ? null : InitStatesFile.Read(initStates)));
        }
        catch
        {
            model.Dispose();
            throw;
        }

        return model;
    }
}
