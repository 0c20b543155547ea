using System.Diagnostics;
using EvalCore.Environments;
using EvalCore.Features;
using EvalCore.Isolation;
using EvalCore.Policies;
using EvalCore.Recording;
using EvalCore.Results;
using EvalCore.Video;

namespace EvalCore.Rollout;

/// <summary>
/// Plays one episode at a time: an environment, the buffers between it and the policy, and the clock for the timings.
/// It belongs to one thread. The environment is built when a task's first episode starts here, and disposed when an
/// episode of another task starts.
/// </summary>
/// <param name="benchmark">Makes the environments.</param>
/// <param name="policy">The policy.</param>
/// <param name="progress">Counts the steps.</param>
/// <param name="rendering">Notes what renders.</param>
/// <param name="watch">The calls of the slot's thread.</param>
/// <param name="renderers">How many renderers render at once.</param>
/// <param name="stop">Cancelled when the run stops.</param>
internal sealed class EpisodeSlot(
    IBenchmark benchmark, IPolicy policy, EvalProgress progress, RenderingNote rendering, CallWatch watch, RendererLimit renderers, CancellationToken stop) : IDisposable
{
    private IEnvironment? _environment;
    private EnvTask? _task;
    private Observation? _observation;
    private Observation? _vectors;
    private EpisodeCounter? _counter;
    private readonly IPolicySession[] _alone = new IPolicySession[1];
    private double[] _action = [];
    private IsolatedEnvironment? _isolated;
    private double[] _ahead = [];
    private int _queued;
    private int _nextQueued;
    private bool _rendersImages;
    private Action? _observe;
    private Func<string?>? _askForDevice;
    private IVideoSource? _video;
    private IGoalConditions? _goal;
    private byte[] _conditions = [];
    private IPolicySession? _session;
    private EpisodeSpec? _episode;
    private FrameRecording? _recording;
    private StepRecording? _stepRecording;

    private int _steps;
    private double _sumReward;
    private double _maxReward;
    private bool _success;
    private int _mostConditions;

    private long _lap;
    private long _physics;
    private long _rendering;
    private long _inference;
    private long _waiting;
    private long _harness;

    /// <summary>The task that there is an environment of; null for none.</summary>
    public EnvTask? Task => _task;

    /// <summary>The policy's session for the episode.</summary>
    public IPolicySession Session => _session!;

    /// <summary>The episode that is played.</summary>
    public EpisodeSpec? Episode => _episode;

    /// <summary>The steps of the episode that were played.</summary>
    public int Steps => _steps;

    /// <summary>Resets the environment for an episode.</summary>
    /// <param name="episode">The episode.</param>
    /// <param name="recording">Receives the snapshots for the video; null for no video.</param>
    /// <param name="steps">Receives the steps; null where they are not recorded.</param>
    public void Begin(EpisodeSpec episode, FrameRecording? recording, StepRecording? steps)
    {
        _lap = Stopwatch.GetTimestamp();
        (_physics, _rendering, _inference, _waiting, _harness) = (0, 0, 0, 0, 0);
        (_steps, _sumReward, _maxReward, _success, _mostConditions) = (0, 0, double.NegativeInfinity, false, 0);
        (_episode, _recording, _stepRecording) = (episode, recording, steps);
        (_queued, _nextQueued) = (0, 0);
        if (_task != episode.Task)
            Release();
        _recording?.WaitForRoom();
        Lap(ref _waiting);

        if (_environment is null)
        {
            _environment = Make(episode);
            _task = episode.Task;
            _observation = new Observation(_environment.ObservationSpace.Select(policy.ObservationKeys));
            _rendersImages = _observation.Space.Any(field => field.Kind == ObservationKind.Image);
            _vectors = new Observation(new ObservationSpace(_observation.Space.Where(field => field.Kind != ObservationKind.Image)));
            _action = new double[_environment.ActionSpace.Dimension];
            _counter = new EpisodeCounter(_observation.Space, _environment.ActionSpace, policy.Statistics);
            _isolated = _environment as IsolatedEnvironment;
            _ahead = new double[(_isolated?.MostAhead ?? 0) * _action.Length];
            _video = _environment is IVideoSource { SnapshotLength: > 0 } video ? video : null;
            _goal = _environment is IGoalConditions { ConditionCount: > 0 } goal ? goal : null;
            _conditions = new byte[_goal?.ConditionCount ?? 0];
        }

        watch.Begin(WatchedCall.Reset, episode);
        _environment.Reset(episode);
        watch.End();
        _counter!.Reset();
        Lap(ref _physics);
        watch.Begin(WatchedCall.NewSession, episode);
        _session = policy.NewSession(episode);
        watch.End();
        Lap(ref _inference);
        watch.Begin(WatchedCall.Read, episode);
        if (_video is not null)
            _recording?.Start(_video);
        _stepRecording?.Start(_environment);
        watch.End();
        Lap(ref _harness);
    }

    /// <summary>Plays until the network must run (true) or the episode is over (false).</summary>
    /// <exception cref="OperationCanceledException">The run was stopped.</exception>
    public bool PlayUntilInference()
    {
        while (true)
        {
            stop.ThrowIfCancellationRequested();
            if (_nextQueued < _queued)
            {
                if (Step())
                    return false;
                continue;
            }

            if (Session.NeedsObservation)
            {
                Lap(ref _harness);
                rendering.Observe(_observation!, _observe ??= Observe, _askForDevice ??= AskForDevice);
                Lap(ref _rendering);
                watch.Begin(WatchedCall.Planning, _episode, _steps);
                Session.Observe(_observation!);
                watch.End();
                Lap(ref _inference);
                _counter!.Observe(_observation!);
            }
            else if (Session.NeedsVectors)
            {
                Lap(ref _harness);
                watch.Begin(WatchedCall.Observation, _episode, _steps);
                _environment!.Observe(_vectors!);
                watch.End();
                Lap(ref _rendering);
                watch.Begin(WatchedCall.Planning, _episode, _steps);
                Session.ObserveVectors(_vectors!);
                watch.End();
                Lap(ref _inference);
            }

            if (Session.NeedsInference)
                return true;
            if (Step())
                return false;
        }
    }

    /// <summary>Runs the network for this episode alone, on this thread.</summary>
    /// <param name="cancellation">Cancelled when the run stops.</param>
    public void Infer(CancellationToken cancellation)
    {
        Lap(ref _waiting);
        _alone[0] = Session;
        watch.Begin(WatchedCall.Inference, _episode, _steps);
        policy.Infer(_alone, cancellation);
        watch.End();
        Lap(ref _inference);
    }

    /// <summary>Adds the time of a batch's forward pass to the timings of this episode.</summary>
    public void Inferred(long inferenceTicks)
    {
        Lap(ref _waiting);
        _waiting -= inferenceTicks;
        _inference += inferenceTicks;
    }

    /// <summary>
    /// Plays the first action of the last forward pass, then continues as <see cref="PlayUntilInference"/>.
    /// </summary>
    public bool PlayAfterInference() => !Step() && PlayUntilInference();

    /// <summary>Ends the episode and returns its record.</summary>
    public EpisodeRecord End()
    {
        Session.End(_success, _steps);
        watch.Begin(WatchedCall.Read, _episode, _steps);
        string? warning = _environment!.Warning;
        watch.End();
        var diagnostics = _counter!.End();
        Release(_session);
        _session = null;
        Lap(ref _harness);
        return EpisodeRecord.Unplayed(_episode!) with
        {
            Steps = _steps,
            SumReward = _sumReward,
            MaxReward = _maxReward,
            Success = _success,
            Progress = _goal is null ? null : _success ? 1 : (double)_mostConditions / _conditions.Length,
            NConditions = _goal is null ? null : _conditions.Length,
            Warning = warning,
            Diagnostics = diagnostics,
            Timings = new EpisodeTimings(
                Seconds(_physics), Seconds(_rendering), Seconds(_inference), Seconds(_waiting), Seconds(_harness)),
        };
    }

    /// <summary>The record of the episode as an error, which counts neither as a failure nor as a success.</summary>
    /// <param name="episode">The episode.</param>
    /// <param name="attempts">How often it was begun.</param>
    /// <param name="error">What happened each time, in one line.</param>
    public static EpisodeRecord Error(EpisodeSpec episode, int attempts, string error) =>
        EpisodeRecord.Unplayed(episode) with { Attempts = attempts, Error = error };

    /// <summary>Disposes the session of an episode that is played again. The next reset of the environment begins anew.</summary>
    public void Interrupt()
    {
        watch.GiveUp();
        var session = _session;
        _session = null;
        Release(session);
    }

    /// <summary>
    /// Disposes the session and the environment of a failed episode: the environment's state is unknown.
    /// </summary>
    public void Abandon()
    {
        Interrupt();
        Release();
    }

    /// <summary>Disposes the environment: no further episode of its task starts here.</summary>
    public void Release()
    {
        var environment = _environment;
        (_environment, _task, _video, _goal, _isolated) = (null, null, null, null, null);
        if (environment is not null)
        {
            watch.Begin(WatchedCall.Close, _episode, _steps);
            Release(environment);
            watch.End();
        }

        watch.Process = null;
    }

    /// <summary>
    /// Disposes of a part of an episode that is over: its result stands, whatever its disposal fails with, and an exception
    /// would end the process.
    /// </summary>
    private static void Release(IDisposable? part)
    {
        try
        {
            part?.Dispose();
        }
#pragma warning disable CA1031 // Any exception: it is foreign code.
        catch (Exception)
#pragma warning restore CA1031
        {
        }
    }

    public void Dispose() => Abandon();

    /// <summary>Makes an environment. Its process, if it has one, can be ended already while it is made.</summary>
    private IEnvironment Make(EpisodeSpec episode)
    {
        watch.Renew();
        watch.Begin(WatchedCall.Start, episode);
        var environment = benchmark is IsolatedBenchmark isolated ? isolated.Make(episode.Task, process => watch.Process = process) : benchmark.Make(episode.Task);
        watch.End();
        return environment;
    }

    private void Observe() => Render(WatchedCall.Observation, static slot => slot._environment!.Observe(slot._observation!));

    /// <summary>The device that renders. A process that has just rendered is asked for its own.</summary>
    private string? AskForDevice()
    {
        string? device = null;
        Render(WatchedCall.Read, slot => device =
            benchmark is IsolatedBenchmark isolated && slot._isolated is { } environment ? isolated.DeviceOf(environment) : benchmark.RenderingDevice);
        return device;
    }

    private void Render(WatchedCall call, Action<EpisodeSlot> render)
    {
        if (_rendersImages)
            renderers.Enter(stop);
        try
        {
            watch.Begin(call, _episode, _steps);
            render(this);
            watch.End();
        }
        finally
        {
            if (_rendersImages)
                renderers.Exit();
        }
    }

    /// <summary>
    /// Takes the next action of the policy. An environment in another process is told all actions of the policy's queue, which are
    /// then taken one by one as they are played.
    /// </summary>
    private void Act()
    {
        if (_nextQueued == _queued)
        {
            if (_isolated is null || !Session.CanActAhead)
            {
                Session.Act(_action);
                return;
            }

            (_queued, _nextQueued) = (0, 0);
            do
            {
                Session.Act(_ahead.AsSpan(_queued++ * _action.Length, _action.Length));
            }
            while (_queued < _isolated.MostAhead && !Session.NeedsObservation && !Session.NeedsVectors && !Session.NeedsInference);
            var next = Session.NeedsObservation ? (_rendersImages ? null : _observation!.Space) : Session.NeedsVectors ? _vectors!.Space : null;
            _isolated.Announce(_ahead, _queued, next);
        }

        _ahead.AsSpan(_nextQueued++ * _action.Length, _action.Length).CopyTo(_action);
    }

    private StepResult StepEnvironment()
    {
        try
        {
            var result = _environment!.Step(_action);
            if (_goal is not null && !result.Success)
                CountConditions();
            return result;
        }
        catch (ArgumentException e)
        {
            throw new EvalCoreException($"the policy's action {_steps} in {_episode}: {EvalCoreException.Reason(e)}", e);
        }
    }

    /// <summary>Plays one step; true when the episode is over.</summary>
    private bool Step()
    {
        Act();
        if (!AllFinite(_action))
        {
            throw new EvalCoreException(
                $"the policy's action {_steps} in {_episode} is not finite: its weights or its normalisation statistics are damaged");
        }

        Lap(ref _inference);
        _counter!.Act(_action);
        Lap(ref _harness);
        watch.Begin(WatchedCall.Step, _episode, _steps);
        var result = StepEnvironment();
        Lap(ref _physics);

        _steps++;
        _sumReward += result.Reward;
        _maxReward = Math.Max(_maxReward, result.Reward);
        _success |= result.Success;
        _stepRecording?.Add(_action, result);
        progress.Step();

        bool over = result.Terminated || result.Truncated || _steps >= _environment!.MaxEpisodeSteps;

        // LeRobot's videos end before the last step: with its automatic reset, that frame would show the next episode.
        if (!over && _video is not null)
            _recording?.Add(_video);
        watch.End();
        Lap(ref _harness);
        return over;
    }

    private void CountConditions()
    {
        _goal!.GetConditions(_conditions);
        _mostConditions = Math.Max(_mostConditions, _conditions.Length - _conditions.AsSpan().Count((byte)0));
    }

    private static bool AllFinite(ReadOnlySpan<double> values)
    {
        foreach (double value in values)
        {
            if (!double.IsFinite(value))
                return false;
        }

        return true;
    }

    private void Lap(ref long account)
    {
        long now = Stopwatch.GetTimestamp();
        account += now - _lap;
        _lap = now;
    }

    private static double Seconds(long ticks) => (double)ticks / Stopwatch.Frequency;
}
