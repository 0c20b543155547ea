using System.Text.Json.Nodes;
using EvalCore.Environments;

namespace EvalCore.Isolation;

/// <summary>What the process of an environment does at each command.</summary>
/// <param name="mailbox">The commands and replies.</param>
/// <param name="open">Opens the benchmark.</param>
internal sealed class WorkerPlay(Mailbox mailbox, Func<JsonObject, IBenchmark> open)
{
    private readonly List<Observation> _selections = [];
    private IBenchmark? _benchmark;
    private EnvTask? _task;
    private IEnvironment? _environment;
    private IFrameRenderer? _renderer;
    private EnvironmentLayout? _layout;
    private SharedMemory? _memory;
    private SimulatorState _state = new([]);
    private int _steps;

    /// <summary>Obeys the command in the mailbox, and writes the reply into it.</summary>
    public void Do()
    {
        switch (mailbox.Command)
        {
            case WorkerCommand.Open:
                _benchmark = open((JsonObject)JsonNode.Parse(mailbox.Text)!);
                break;
            case WorkerCommand.Make:
                Make(WorkerText.TaskOf(mailbox.Text));
                break;
            case WorkerCommand.MakeRenderer:
                MakeRenderer(WorkerText.TaskOf(mailbox.Text));
                break;
            case WorkerCommand.Map:
                _memory?.Dispose();
                _memory = SharedMemory.Open(mailbox.Text);
                break;
            case WorkerCommand.Reset:
                _steps = 0;
                _environment!.Reset(new EpisodeSpec(_task!, (int)mailbox[0], mailbox[1], mailbox[2] < 0 ? null : (int)mailbox[2]));
                break;
            case WorkerCommand.Steps:
                Play((int)mailbox[0], mailbox[1] != 0, (StepParts)mailbox[2], (int)mailbox[3]);
                break;
            case WorkerCommand.Read:
                ReadParts((StepParts)mailbox[0], 0);
                break;
            case WorkerCommand.Select:
                _selections.Add(new Observation(_environment!.ObservationSpace.Select(mailbox.Text.Split('\n', StringSplitOptions.RemoveEmptyEntries))));
                break;
            case WorkerCommand.Observe:
                Observe((int)mailbox[0]);
                break;
            case WorkerCommand.SetState:
                _layout!.Read(_memory!, 0, _state);
                ((IStateAccess)_environment!).SetState(_state);
                break;
            case WorkerCommand.Warning:
                string? warning = _environment!.Warning;
                mailbox[0] = warning is null ? 0 : 1;
                mailbox.Text = warning ?? "";
                break;
            case WorkerCommand.Render:
                int length = (int)mailbox[0];
                _renderer!.Render(_memory!.Doubles(0, length), _memory.Slice(length * sizeof(double), _renderer.Width * _renderer.Height * 3));
                break;
            case WorkerCommand.Close:
                Close();
                break;
            case WorkerCommand.Device:
                mailbox.Text = new JsonObject
                {
                    ["device"] = _benchmark!.RenderingDevice,
                    ["notes"] = new JsonArray([.. _benchmark.RenderingNotes.Select(note => JsonValue.Create(note))]),
                }.ToJsonString();
                break;
            default:
                throw new InvalidOperationException($"There is no command {mailbox.Command}.");
        }
    }

    private void Make(EnvTask task)
    {
        Enter(task);
        var environment = _environment = _benchmark!.Make(task);
        var state = (environment as IStateAccess)?.StateFields ?? [];
        _layout = new EnvironmentLayout(
            environment.ActionSpace.Dimension, environment.MaxEpisodeSteps, (environment as IVideoSource)?.SnapshotLength ?? 0,
            (environment as IGoalConditions)?.ConditionCount ?? 0, state, environment is IFloat64Actions, environment.ObservationSpace);
        _state = new SimulatorState(state);
        mailbox.Text = WorkerText.Of(_layout);
    }

    private void MakeRenderer(EnvTask task)
    {
        Enter(task);
        _renderer = _benchmark!.MakeRenderer(task);
        (mailbox[0], mailbox[1]) = (_renderer.Width, _renderer.Height);
    }

    /// <summary>Frees what the task before needed.</summary>
    private void Enter(EnvTask task)
    {
        Close();
        if (_task is { } before && before != task)
            _benchmark!.Release(before);
        _task = task;
    }

    private void Close()
    {
        var (environment, renderer) = (_environment, _renderer);
        (_environment, _renderer) = (null, null);
        _selections.Clear();
        environment?.Dispose();
        renderer?.Dispose();
    }

    /// <summary>Plays actions until the episode is over. Where one fails, the reply has the number of those before it, and the failure.</summary>
    private void Play(int count, bool areFloat64, StepParts parts, int selection)
    {
        var actions = _layout!.Actions(_memory!, count);
        (mailbox[0], mailbox[1]) = (0, -1);
        for (int row = 0; row < count; row++)
        {
            mailbox.Step = row + 1;
            var action = actions.Slice(row * _layout.ActionDimension, _layout.ActionDimension);
            var result = areFloat64 ? ((IFloat64Actions)_environment!).StepFloat64(action) : _environment!.Step(action);
            var numbers = _layout.Result(_memory!, row);
            (numbers[0], numbers[1], numbers[2], numbers[3]) = (result.Reward, One(result.Terminated), One(result.Truncated), One(result.Success));
            ReadParts(parts, row);
            mailbox[0] = row + 1;
            if (++_steps >= _layout.MaxEpisodeSteps || result.Terminated || result.Truncated)
                return;
        }

        if (selection >= 0)
        {
            Observe(selection);
            mailbox[1] = selection;
        }

        static double One(bool value) => value ? 1 : 0;
    }

    private void Observe(int selection)
    {
        _environment!.Observe(_selections[selection]);
        _layout!.Write(_memory!, _selections[selection]);
    }

    private void ReadParts(StepParts parts, int row)
    {
        if (parts.HasFlag(StepParts.Conditions))
            ((IGoalConditions)_environment!).GetConditions(_layout!.ConditionsOf(_memory!, row));
        if (parts.HasFlag(StepParts.Snapshot))
            ((IVideoSource)_environment!).Snapshot(_layout!.Snapshot(_memory!, row));
        if (parts.HasFlag(StepParts.State))
        {
            ((IStateAccess)_environment!).GetState(_state);
            _layout!.Write(_memory!, row, _state);
        }
    }
}
