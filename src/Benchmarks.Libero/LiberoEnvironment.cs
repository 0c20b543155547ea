using Benchmarks.Libero.Resets;
using Benchmarks.Libero.Simulation;
using Benchmarks.MuJoCo;
using EvalCore.Environments;
using MuJoCo;

namespace Benchmarks.Libero;

/// <summary>
/// A task of LIBERO (hf-libero 0.1.4 on robosuite 1.4.0) as LeRobot v0.6.1 plays it (<c>envs/libero.py</c>): a Panda arm
/// that an action moves by operational space control, and a goal that is a conjunction of conditions. The same task, seed,
/// initial state and actions give the states of the Python original on MuJoCo 3.8.1; see docs/libero.md for how equal.
/// </summary>
public sealed class LiberoEnvironment : IEnvironment, IFloat64Actions, IStateAccess, IVideoSource, IGoalConditions
{
    /// <summary>Control steps per second.</summary>
    public const int ControlFrequency = 20;

    /// <summary>The most steps of an episode: robosuite's horizon of 1000, less the steps in which objects come to rest.</summary>
    public const int Horizon = 1000 - LiberoSimulation.SettleSteps;

    private readonly TaskScene _task;
    private readonly LiberoObservation _observation;
    private readonly LiberoSimulation _simulation;
    private readonly ScenePoses _poses;
    private readonly byte[] _conditions;
    private SceneCameras? _cameras;
    private int _steps = -1;

    /// <summary>Makes the environment; it must be reset before anything else.</summary>
    /// <param name="task">What the task's environments share.</param>
    /// <param name="model">The task's model as compiled; the environment edits it and disposes of it.</param>
    /// <param name="observation">What is observed.</param>
    /// <param name="mode">What an action means.</param>
    /// <param name="maxSteps">The most steps of an episode.</param>
    internal LiberoEnvironment(TaskScene task, MjModel model, LiberoObservation observation, ControlMode mode, int maxSteps)
    {
        (_task, _observation, MaxEpisodeSteps) = (task, observation, maxSteps);
        _simulation = new LiberoSimulation(model, mode);
        _poses = new ScenePoses(task.Scene, _simulation.Data);
        _conditions = new byte[task.Goal.Count];
        ActionSpace = LiberoBenchmark.ActionsOf(mode);
        StateFields = MujocoState.FieldsOf(model);
    }

    /// <inheritdoc/>
    public ObservationSpace ObservationSpace => _observation.Space;

    /// <inheritdoc cref="LiberoBenchmark.ActionsOf"/>
    public ActionSpace ActionSpace { get; }

    /// <inheritdoc/>
    public int MaxEpisodeSteps { get; }

    /// <inheritdoc/>
    public string? Warning => _simulation.Data.WarningLine();

    /// <summary><c>qpos [nq]</c> and <c>qvel [nv]</c>; metres, radians, seconds.</summary>
    public IReadOnlyList<StateField> StateFields { get; }

    /// <inheritdoc/>
    public int SnapshotLength => _simulation.Observables.Poses.Length;

    /// <inheritdoc/>
    public int ConditionCount => _conditions.Length;

    internal LiberoSimulation Simulation => _simulation;

    /// <summary>
    /// Places the fixtures as the seed has them, starts from the stored initial state, and plays ten steps in which objects come
    /// to rest. Episode k is the reset number k + 1 of its environment, as with <c>batch_size=1</c>.
    /// </summary>
    /// <inheritdoc/>
    public void Reset(EpisodeSpec episode)
    {
        ArgumentNullException.ThrowIfNull(episode);
        int number = episode.Index + 1;
        _simulation.Reset();
        if (episode.InitStateId is { } id)
        {
            _poses.Place(_task.Reset.FixturePoses(episode.Seed, number));
            _simulation.SetInitState(_task.InitStates.Row(id));
        }
        else
        {
            _poses.Set(_task.Reset.Sample(episode.Seed, number, _poses));
            _simulation.BeginFromSampledState();
        }

        _simulation.Settle();
        _task.Goal.Evaluate(_simulation.Data, _conditions);
        _steps = 0;
    }

    /// <inheritdoc/>
    public StepResult Step(ReadOnlySpan<double> action) => Step(action, areFloat64: false);

    /// <inheritdoc/>
    public StepResult StepFloat64(ReadOnlySpan<double> action) => Step(action, areFloat64: true);

    /// <inheritdoc/>
    public void Observe(Observation observation)
    {
        ArgumentNullException.ThrowIfNull(observation);
        for (int i = 0; i < observation.Space.Count; i++)
        {
            string key = observation.Space[i].Key;
            switch (key)
            {
                case LiberoObservation.State:
                    _simulation.Observables.CopyPolicyState(observation.Vector(i));
                    continue;
                case LiberoObservation.EefPosition:
                    _simulation.Observables.EefPosition.CopyTo(observation.Vector(i));
                    continue;
                case LiberoObservation.EefQuaternion:
                    _simulation.Observables.EefQuaternion.CopyTo(observation.Vector(i));
                    continue;
                case LiberoObservation.GripperQpos:
                    _simulation.Observables.GripperQpos.CopyTo(observation.Vector(i));
                    continue;
            }

            if (key == LiberoObservation.EefMatrix)
            {
                _simulation.EefMatrix.CopyTo(observation.Vector(i));
                continue;
            }

            int camera = _observation.ImageIndex(key);
            if (camera < 0)
                throw new KeyNotFoundException($"LIBERO observes no '{key}'.");
            _cameras ??= _task.Cameras.Rent(_simulation.Model, _observation);
            _cameras.Render(camera, _simulation.Observables.Poses, observation.Image(i));
        }
    }

    /// <inheritdoc/>
    public void GetConditions(Span<byte> conditions) => _conditions.CopyTo(conditions);

    /// <inheritdoc/>
    public void GetState(SimulatorState state) => MujocoState.Get(_simulation.Data, state);

    /// <inheritdoc/>
    public void SetState(SimulatorState state)
    {
        MujocoState.Set(_simulation.Data, state);
        _simulation.Refresh();
        _task.Goal.Evaluate(_simulation.Data, _conditions);
    }

    /// <inheritdoc/>
    public void Snapshot(Span<double> snapshot) => _simulation.Observables.Poses.CopyTo(snapshot);

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_cameras is not null)
            _task.Cameras.Return(_cameras);
        _cameras = null;
        _simulation.Dispose();
    }

    private StepResult Step(ReadOnlySpan<double> action, bool areFloat64)
    {
        ActionSpace.Check(action, _task.Name);
        if (_steps < 0)
            throw new InvalidOperationException($"{_task.Name} must be reset before it is stepped.");
        if (_steps >= Horizon)
            throw new InvalidOperationException($"An episode of {_task.Name} has {Horizon} steps and must be reset after them.");
        _simulation.Controller.HasFloat64Actions = areFloat64;
        _simulation.Step(action);
        _steps++;
        bool success = _task.Goal.Evaluate(_simulation.Data, _conditions);
        return new StepResult(success ? 1 : 0, Terminated: success, Truncated: _steps >= MaxEpisodeSteps, success);
    }
}
