using Benchmarks.MetaWorld.Simulation;
using Benchmarks.MetaWorld.Tasks;
using EvalCore;
using EvalCore.Environments;
using EvalCore.Numerics;

namespace Benchmarks.MetaWorld;

/// <summary>
/// A task of Meta-World 3.0.0 as LeRobot v0.6.1 plays it: a Sawyer arm whose hand the action drags through the world.
/// The same seed and actions give the same states as the Python original on MuJoCo 3.8.1, bit for bit.
/// </summary>
/// <remarks>
/// Rewards are float64 throughout. The original rounds some of them to float32 on the way, which moves them by less
/// than 2e-6.
/// </remarks>
public sealed class MetaWorldEnvironment : IEnvironment
{
    /// <summary>The length of Meta-World's observation.</summary>
    public const int ObservationLength = 2 * CurrentLength + 3;

    private const int CurrentLength = 4 + SawyerTask.ObjectLength;
    private const int Horizon = 500;
    private const float ActionScale = 0.01f;
    private const string Qpos = "qpos", Qvel = "qvel", MocapPos = "mocap_pos";

    private static readonly Box HandSpace = new(new(-0.525, 0.348, -0.0525), new(0.525, 1.025, 0.7));

    private readonly SawyerWorld _world;
    private readonly SawyerTask _task;
    private readonly double[] _current = new double[CurrentLength];
    private readonly double[] _previous = new double[CurrentLength];
    private readonly double[] _observation = new double[ObservationLength];
    private Camera? _camera;
    private int _steps = -1;

    /// <summary>Builds the world of a task; it must be reset before anything else.</summary>
    /// <param name="task">One of Meta-World's names, for example <c>push-v3</c>.</param>
    /// <param name="obsType">One of <see cref="MetaWorldObservation.Types"/>.</param>
    /// <exception cref="EvalCoreException">There is no such task, or something it needs is missing.</exception>
    public MetaWorldEnvironment(string task, string obsType = "pixels_agent_pos")
    {
        ObservationSpace = MetaWorldObservation.Of(obsType);
        TaskInfo info = Catalog.Get(task);
        _world = new SawyerWorld(MetaWorldAssets.Load(info.Model));
        Camera.Place(_world.Model);
        _task = info.Make(_world, info);
        StateSpace = new(
            ObservationField.Vector(Qpos, _world.Model.nq), ObservationField.Vector(Qvel, _world.Model.nv),
            ObservationField.Vector(MocapPos, 3));
        SnapshotLength = Frame.Length(_world.Data);
    }

    /// <inheritdoc/>
    public ObservationSpace ObservationSpace { get; }

    /// <summary>
    /// The hand's way along x, y, z in centimetres, clipped to [-1, 1], and the fingers' command: 1 closes.
    /// </summary>
    public ActionSpace ActionSpace => MetaWorldConfig.Actions;

    /// <inheritdoc/>
    public int MaxEpisodeSteps => Horizon;

    /// <inheritdoc/>
    public string? Warning => _world.Warning is { } text ? $"MuJoCo warns: {text.TrimEnd('.')}" : null;

    /// <summary><c>qpos [nq]</c>, <c>qvel [nv]</c> and <c>mocap_pos [3]</c>; metres, radians, seconds.</summary>
    public ObservationSpace StateSpace { get; }

    /// <inheritdoc/>
    public int SnapshotLength { get; }

    internal SawyerWorld World => _world;

    internal SawyerTask Task => _task;

    internal Outcome Outcome { get; private set; }

    internal ReadOnlySpan<double> Observation => _observation;

    /// <inheritdoc/>
    public void Reset(EpisodeSpec episode)
    {
        ArgumentNullException.ThrowIfNull(episode);
        if (episode.Seed < 0)
            throw new EvalCoreException($"--seed={episode.Seed}: a seed is 0 or more");
        var random = Generator.DefaultRng((ulong)episode.Seed);

        // Twice, as in the original: the second random vector counts, but the model keeps the edits of the first, and
        // what is read before the next kinematics pass is what the first left.
        _task.Begin(random);
        _world.Data.Reset();
        _task.Begin(random);
        _steps = 0;
        ReadCurrent();
        _current.CopyTo(_previous, 0);
        ComposeObservation();
    }

    /// <inheritdoc/>
    public StepResult Step(ReadOnlySpan<double> action)
    {
        CheckAction(action);
        if (_steps < 0)
            throw new InvalidOperationException($"{_task.Info.Name} must be reset before it is stepped.");
        if (_steps >= Horizon)
            throw new InvalidOperationException($"An episode of {_task.Info.Name} has {Horizon} steps and must be reset after them.");

        var way = new Vec3(Scaled(action[0]), Scaled(action[1]), Scaled(action[2]));
        _world.MoveMocap(_task.Info.Reach.Clip(Vec3.From(_world.Data.mocap_pos) + way));
        _world.Simulate(action[3], -action[3]);
        _steps++;
        _world.Data.Forward();

        _current.CopyTo(_previous, 0);
        ReadCurrent();
        ComposeObservation();
        ClipObservation();
        Outcome = _task.Evaluate(new Seen(_observation), action[3]);
        return new StepResult(Outcome.Reward, Outcome.Success, _steps >= Horizon, Outcome.Success);
    }

    /// <inheritdoc/>
    public void Observe(Observation observation)
    {
        ArgumentNullException.ThrowIfNull(observation);
        for (int i = 0; i < observation.Space.Count; i++)
        {
            switch (observation.Space[i].Key)
            {
                case MetaWorldObservation.Image:
                    _camera ??= new Camera(_world.Model);
                    _camera.Draw(_world.Data, observation.Image(i));
                    break;
                case MetaWorldObservation.State:
                    _observation.AsSpan(0, 4).CopyTo(observation.Vector(i));
                    break;
                case MetaWorldObservation.EnvironmentState:
                    _observation.CopyTo(observation.Vector(i));
                    break;
                default:
                    throw new KeyNotFoundException($"Meta-World observes no '{observation.Space[i].Key}'.");
            }
        }
    }

    /// <inheritdoc/>
    public void GetState(Observation state)
    {
        ArgumentNullException.ThrowIfNull(state);
        _world.Data.qpos.CopyTo(state.Vector(Qpos));
        _world.Data.qvel.CopyTo(state.Vector(Qvel));
        _world.Data.mocap_pos.CopyTo(state.Vector(MocapPos));
    }

    /// <inheritdoc/>
    public void SetState(Observation state)
    {
        ArgumentNullException.ThrowIfNull(state);
        state.Vector(Qpos).CopyTo(_world.Data.qpos);
        state.Vector(Qvel).CopyTo(_world.Data.qvel);
        if (state.Has(MocapPos))
            state.Vector(MocapPos).CopyTo(_world.Data.mocap_pos);
        _world.Data.Forward();
        ReadCurrent();
        ComposeObservation();
    }

    /// <inheritdoc/>
    public void Snapshot(Span<double> snapshot) => Frame.Write(_world.Data, snapshot);

    /// <inheritdoc/>
    public void Dispose()
    {
        _camera?.Dispose();
        _world.Dispose();
    }

    /// <summary>Counts steps from 0 again, without a reset: for measurements.</summary>
    internal void Restart() => _steps = 0;

    /// <summary>
    /// The way along one axis in metres. The original computes it in float32, which the action's numbers are.
    /// </summary>
    private static double Scaled(double action) => Math.Clamp((float)action, -1f, 1f) * ActionScale;

    private void CheckAction(ReadOnlySpan<double> action)
    {
        string name = _task.Info.Name;
        if (action.Length != ActionSpace.Dimension)
            throw new ArgumentException($"An action of {name} has 4 numbers, not {action.Length}.", nameof(action));
        for (int i = 0; i < action.Length; i++)
        {
            if (!double.IsFinite(action[i]))
                throw new ArgumentException($"Number {i} of the action of {name} is {action[i]}.", nameof(action));
        }
    }

    private void ReadCurrent()
    {
        _world.Hand.Position.CopyTo(_current);
        _current[3] = _world.Opening;
        var objects = _current.AsSpan(4);
        objects.Clear();
        _task.Observe(objects);
    }

    private void ComposeObservation()
    {
        _current.CopyTo(_observation, 0);
        _previous.CopyTo(_observation, CurrentLength);
        _task.Target.CopyTo(_observation.AsSpan(2 * CurrentLength));
    }

    /// <summary>To the observation space: after a step, and not after a reset.</summary>
    private void ClipObservation()
    {
        for (int frame = 0; frame <= CurrentLength; frame += CurrentLength)
        {
            var hand = _observation.AsSpan(frame, 3);
            HandSpace.Clip(Vec3.From(hand)).CopyTo(hand);
            _observation[frame + 3] = Math.Clamp(_observation[frame + 3], -1, 1);
        }

        _task.Info.Goal.Clip(_task.Target).CopyTo(_observation.AsSpan(2 * CurrentLength));
    }
}
