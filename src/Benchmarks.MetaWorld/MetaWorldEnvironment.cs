using Benchmarks.MetaWorld.Simulation;
using Benchmarks.MetaWorld.Tasks;
using Benchmarks.MuJoCo;
using EvalCore;
using EvalCore.Environments;
using EvalCore.Numerics;
using MuJoCo;

namespace Benchmarks.MetaWorld;

/// <summary>
/// A task of Meta-World 3.0.0 (<c>sawyer_xyz_env.py</c>) as LeRobot v0.6.1 plays it: a Sawyer arm whose hand follows a mocap
/// body that the action moves. The same seed and actions give the same states as the Python original on MuJoCo 3.8.1, bit for
/// bit.
/// </summary>
/// <remarks>
/// Rewards are computed in the types of the original: an action's numbers are float32, and so is what a reward computes from
/// them and from Python's numbers (<see cref="NumpyScalar"/>). They are those of the original on a processor without AVX-512,
/// bit for bit; with AVX-512 numpy rounds norms, <c>exp</c> and <c>log</c> in another way, and the last places differ.
/// </remarks>
public sealed class MetaWorldEnvironment : IEnvironment, IFloat64Actions, IStateAccess, IVideoSource
{
    /// <summary>The length of Meta-World's observation.</summary>
    public const int ObservationLength = 2 * CurrentLength + 3;

    private const int CurrentLength = 4 + SawyerTask.ObjectLength;
    private const int Horizon = 500;

    /// <summary>The displacement of the hand by an action of 1, metres.</summary>
    private const double ActionScale = 1.0 / 100;

    private static readonly Box HandSpace = new(new(-0.525, 0.348, -0.0525), new(0.525, 1.025, 0.7));

    private readonly SawyerSimulation _simulation;
    private readonly SawyerTask _task;
    private readonly double[] _current = new double[CurrentLength];
    private readonly double[] _previous = new double[CurrentLength];
    private readonly double[] _observation = new double[ObservationLength];
    private Camera? _camera;
    private int _steps = -1;

    /// <summary>Makes the environment; it must be reset before anything else.</summary>
    /// <param name="task">The task.</param>
    /// <param name="model">The task's model as compiled; the environment edits it and disposes of it.</param>
    /// <param name="obsType">One of <see cref="MetaWorldObservation.Types"/>.</param>
    internal MetaWorldEnvironment(TaskInfo task, MjModel model, string obsType)
    {
        ObservationSpace = MetaWorldObservation.Types[obsType];
        _simulation = new SawyerSimulation(model);
        LeRobotCamera.Place(model);
        _task = task.Make(_simulation, task);
        StateFields = MujocoState.FieldsOf(model);
        SnapshotLength = FrameSnapshot.Length(_simulation.Data);
    }

    /// <inheritdoc/>
    public ObservationSpace ObservationSpace { get; }

    /// <inheritdoc cref="MetaWorldBenchmark.Actions"/>
    public ActionSpace ActionSpace => MetaWorldBenchmark.Actions;

    /// <inheritdoc/>
    public int MaxEpisodeSteps => Horizon;

    /// <inheritdoc/>
    public string? Warning => _simulation.Data.WarningLine();

    /// <summary><c>qpos [nq]</c>, <c>qvel [nv]</c> and <c>mocap_pos [3]</c>; metres, radians, seconds.</summary>
    public IReadOnlyList<StateField> StateFields { get; }

    /// <inheritdoc/>
    public int SnapshotLength { get; }

    internal SawyerSimulation Simulation => _simulation;

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

        // Twice, as in the original: the second random vector counts, but the model keeps the edits of the first pass, and
        // positions that are read before the next kinematics pass are those of the first pass.
        _task.Begin(random);
        _simulation.Data.Reset();
        _task.Begin(random);
        _steps = 0;
        ReadCurrent();
        _current.CopyTo(_previous, 0);
        ComposeObservation();
    }

    /// <inheritdoc/>
    public StepResult Step(ReadOnlySpan<double> action)
    {
        Check(action);
        return Step(
            new Vec3(Scaled(action[0]), Scaled(action[1]), Scaled(action[2])), NumpyScalar.Float32((float)action[3]));

        // float32 times float32 is rounded to float32.
        static double Scaled(double action) => Math.Clamp((float)action, -1f, 1f) * (float)ActionScale;
    }

    /// <inheritdoc/>
    public StepResult StepFloat64(ReadOnlySpan<double> action)
    {
        Check(action);
        return Step(
            new Vec3(Scaled(action[0]), Scaled(action[1]), Scaled(action[2])), NumpyScalar.Float64(action[3]));

        static double Scaled(double action) => Math.Clamp(action, -1, 1) * ActionScale;
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
                    _camera ??= LeRobotCamera.Make(_simulation.Model);
                    _camera.Render(_simulation.Data, observation.Image(i));
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
    public void GetState(SimulatorState state) => MujocoState.Get(_simulation.Data, state);

    /// <inheritdoc/>
    public void SetState(SimulatorState state)
    {
        MujocoState.Set(_simulation.Data, state);
        ReadCurrent();
        ComposeObservation();
    }

    /// <inheritdoc/>
    public void Snapshot(Span<double> snapshot) => FrameSnapshot.Write(_simulation.Data, snapshot);

    /// <inheritdoc/>
    public void Dispose()
    {
        _camera?.Dispose();
        _simulation.Dispose();
    }

    /// <summary>Sets the number of steps to 0, without a reset: for measurements.</summary>
    internal void Restart() => _steps = 0;

    private void Check(ReadOnlySpan<double> action)
    {
        ActionSpace.Check(action, _task.Info.Name);
        if (_steps < 0)
            throw new InvalidOperationException($"{_task.Info.Name} must be reset before it is stepped.");
        if (_steps >= Horizon)
            throw new InvalidOperationException($"An episode of {_task.Info.Name} has {Horizon} steps and must be reset after them.");
    }

    private StepResult Step(Vec3 displacement, NumpyScalar effort)
    {
        _simulation.MoveMocap(_task.Info.HandBounds.Clip(Vec3.From(_simulation.Data.mocap_pos) + displacement));
        _simulation.Simulate(effort.Value, -effort.Value);
        _steps++;
        _simulation.Data.Forward();

        _current.CopyTo(_previous, 0);
        ReadCurrent();
        ComposeObservation();
        ClipObservation();
        Outcome = _task.Evaluate(new TaskObservation(_observation), effort);
        return new StepResult(Outcome.Reward, Outcome.Success, _steps >= Horizon, Outcome.Success);
    }

    private void ReadCurrent()
    {
        _simulation.Hand.Position.CopyTo(_current);
        _current[3] = _simulation.Opening;
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

    /// <summary>Clips the observation to its space: after a step, and not after a reset.</summary>
    private void ClipObservation()
    {
        for (int frame = 0; frame <= CurrentLength; frame += CurrentLength)
        {
            var hand = _observation.AsSpan(frame, 3);
            HandSpace.Clip(Vec3.From(hand)).CopyTo(hand);
            _observation[frame + 3] = Math.Clamp(_observation[frame + 3], -1, 1);
        }

        _task.Info.GoalSpace.Clip(_task.Target).CopyTo(_observation.AsSpan(2 * CurrentLength));
    }
}
