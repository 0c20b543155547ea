using System.Globalization;
using EvalCore.Environments;

namespace EvalCore.Isolation;

/// <summary>
/// An environment in a process of its own. It has all optional features; those that the environment in the process lacks are empty:
/// no conditions, no state, a snapshot of length 0.
/// </summary>
internal sealed class IsolatedEnvironment : IEnvironment, IFloat64Actions, IStateAccess, IVideoSource, IGoalConditions
{
    private readonly WorkerProcess _worker;
    private readonly EnvironmentLayout _layout;
    private readonly SharedMemory _memory;
    private readonly Action<WorkerProcess> _return;
    private readonly List<ObservationSpace> _selections = [];

    /// <summary>What the process reads after each step, and what it has read after the last ones.</summary>
    private StepParts _parts;
    private StepParts _read;

    /// <summary>The actions that were announced, those of them that were played, and the row of the step that comes next.</summary>
    private int _announced;
    private int _played;
    private int _next;

    /// <summary>The steps of the episode before the announced ones.</summary>
    private int _steps;
    private bool _isSent;

    /// <summary>The selection that is observed after the announced steps, and the one that was; -1 for none.</summary>
    private int _observeNext = -1;
    private int _observed = -1;
    private bool _hasObserved;
    private ObservationSpace? _observing;
    private Exception? _failure;
    private bool _disposed;

    /// <param name="worker">The process.</param>
    /// <param name="layout">What the environment has.</param>
    /// <param name="actions">The action space.</param>
    /// <param name="memory">The memory that is shared with the process.</param>
    /// <param name="giveBack">Closes the environment, and takes the process back.</param>
    public IsolatedEnvironment(WorkerProcess worker, EnvironmentLayout layout, ActionSpace actions, SharedMemory memory, Action<WorkerProcess> giveBack) =>
        (_worker, _layout, ActionSpace, _memory, _return) = (worker, layout, actions, memory, giveBack);

    /// <inheritdoc/>
    public ObservationSpace ObservationSpace => _layout.Space;

    /// <inheritdoc/>
    public ActionSpace ActionSpace { get; }

    /// <inheritdoc/>
    public int MaxEpisodeSteps => _layout.MaxEpisodeSteps;

    /// <inheritdoc/>
    public IReadOnlyList<StateField> StateFields => _layout.State;

    /// <inheritdoc/>
    public int SnapshotLength => _layout.SnapshotLength;

    /// <inheritdoc/>
    public int ConditionCount => _layout.Conditions;

    /// <summary>The most actions that <see cref="Announce"/> takes; at least 1.</summary>
    public int MostAhead => _layout.MostAhead;

    /// <inheritdoc/>
    public string? Warning
    {
        get
        {
            _worker.Call(WorkerCommand.Warning, "the end of the episode");
            return _worker.Mailbox[0] == 0 ? null : _worker.Mailbox.Text;
        }
    }

    /// <inheritdoc/>
    public void Reset(EpisodeSpec episode)
    {
        (_announced, _played, _next, _steps, _isSent, _failure, _observed) = (0, 0, 0, 0, false, null, -1);
        (_parts, _read) = (ConditionCount > 0 ? StepParts.Conditions : StepParts.None, StepParts.None);
        (_worker.Mailbox[0], _worker.Mailbox[1], _worker.Mailbox[2]) = (episode.Index, episode.Seed, episode.InitStateId ?? -1);
        _worker.Call(WorkerCommand.Reset, "its reset");
    }

    /// <summary>
    /// Says which actions the next calls of <see cref="Step(ReadOnlySpan{double})"/> will have, in their order. They are all played when
    /// the first is, up to the end of the episode: one exchange with the process for all of them.
    /// </summary>
    /// <param name="actions">Row-major [count, action dimension].</param>
    /// <param name="count">1 to <see cref="MostAhead"/>.</param>
    /// <param name="next">What is observed after them where the episode goes on, in the same exchange; null for nothing. Without images, which others may have to wait for.</param>
    public void Announce(ReadOnlySpan<double> actions, int count, ObservationSpace? next)
    {
        _steps += _next;
        actions[..(count * ActionSpace.Dimension)].CopyTo(_layout.Actions(_memory, count));
        (_announced, _played, _next, _isSent, _failure) = (count, 0, 0, false, null);
        (_observeNext, _observed) = (next is null ? -1 : _selections.IndexOf(next), -1);
    }

    /// <inheritdoc/>
    public StepResult Step(ReadOnlySpan<double> action) => Step(action, areFloat64: false);

    /// <inheritdoc/>
    public StepResult StepFloat64(ReadOnlySpan<double> action) => _layout.HasFloat64Actions
        ? Step(action, areFloat64: true)
        : throw new NotSupportedException("The environment plays no actions of float64 numbers.");

    /// <inheritdoc/>
    public void Observe(Observation observation)
    {
        ArgumentNullException.ThrowIfNull(observation);
        CheckIsCurrent();
        int selection = _selections.IndexOf(observation.Space);
        if (selection < 0)
        {
            selection = _selections.Count;
            _worker.Call(WorkerCommand.Select, "an observation", string.Join('\n', observation.Space.Select(field => field.Key)));
            _selections.Add(observation.Space);
        }

        _observing = observation.Space;
        if (selection != _observed)
        {
            _worker.Mailbox[0] = selection;
            _worker.Call(WorkerCommand.Observe, this, static (_, environment) => ((IsolatedEnvironment)environment).Observation);
            (_hasObserved, _observed) = (true, -1);
        }

        _layout.Read(_memory, observation);
    }

    /// <inheritdoc/>
    public void GetConditions(Span<byte> conditions) => _layout.ConditionsOf(_memory, RowOf(StepParts.Conditions)).CopyTo(conditions);

    /// <inheritdoc/>
    public void Snapshot(Span<double> snapshot) => _layout.Snapshot(_memory, RowOf(StepParts.Snapshot)).CopyTo(snapshot);

    /// <inheritdoc/>
    public void GetState(SimulatorState state) => _layout.Read(_memory, RowOf(StepParts.State), state);

    /// <inheritdoc/>
    public void SetState(SimulatorState state)
    {
        CheckIsCurrent();
        _layout.Write(_memory, 0, state);
        _worker.Call(WorkerCommand.SetState, "a change of its state");

        // What was read of earlier steps is not that of this state.
        _steps += _next;
        (_announced, _played, _next, _isSent, _observed) = (0, 0, 0, false, -1);
    }

    /// <summary>Asks the process for the device that renders.</summary>
    public WorkerDevice AskForDevice() => _worker.AskForDevice();

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_disposed)
            return;
        _disposed = true;
        _memory.Dispose();
        _return(_worker);
    }

    /// <summary>Where the episode is, for messages.</summary>
    private string Place => _steps + _next == 0 ? "after its reset" : string.Create(CultureInfo.InvariantCulture, $"after step {_steps + _next}");

    /// <summary>The current observation, for messages. A driver that hangs with many renderers does so at their first images.</summary>
    private string Observation => _hasObserved || _observing?.Any(part => part.Kind == ObservationKind.Image) != true
        ? $"the observation {Place}"
        : "its first observation (--eval.max_renderers=N limits how many render at once)";

    private StepResult Step(ReadOnlySpan<double> action, bool areFloat64)
    {
        if (_next == _announced)
            Announce(action, 1, next: null);
        if (!_isSent)
            Play(areFloat64);
        if (_next == _played)
            throw _failure ?? new InvalidOperationException("The environment must be reset first.");
        var result = _layout.Result(_memory, _next++);
        return new StepResult(result[0], result[1] != 0, result[2] != 0, result[3] != 0);
    }

    private void Play(bool areFloat64)
    {
        (_isSent, _read) = (true, _parts);
        (_worker.Mailbox[0], _worker.Mailbox[1], _worker.Mailbox[2], _worker.Mailbox[3]) = (_announced, areFloat64 ? 1 : 0, (long)_parts, _observeNext);
        try
        {
            _worker.Call(
                WorkerCommand.Steps, this,
                static (begun, environment) => string.Create(CultureInfo.InvariantCulture, $"step {((IsolatedEnvironment)environment)._steps + begun}"));
        }
        catch (Exception e) when (e is not LostEnvironmentException)
        {
            // The steps before it count.
            _failure = e;
        }

        _played = (int)Math.Clamp(_worker.Mailbox[0], 0, _announced);
        _observed = (int)_worker.Mailbox[1];
    }

    /// <summary>
    /// The row that has a part of the current state. A part that was not read after the last step is read now, and after each step
    /// from now on.
    /// </summary>
    private int RowOf(StepParts part)
    {
        if (_next > 0 && _read.HasFlag(part))
            return _next - 1;
        CheckIsCurrent();
        _parts |= part;
        _worker.Mailbox[0] = (long)part;
        _worker.Call(WorkerCommand.Read, this, static (_, environment) => $"the state {((IsolatedEnvironment)environment).Place}");

        // Row 0 may be that of an earlier step, which has been read.
        return 0;
    }

    /// <summary>Refuses to read a state that the process has left behind.</summary>
    private void CheckIsCurrent()
    {
        if (_next < _played)
            throw new InvalidOperationException("Further actions have been played already.");
    }
}
