using System.Diagnostics;
using System.Globalization;
using EvalCore.Environments;
using EvalCore.Isolation;
using EvalCore.Policies;
using EvalCore.Recording;
using EvalCore.Results;
using EvalCore.Video;

namespace EvalCore.Rollout;

/// <summary>
/// Plays episodes, several at once. A slot starts its next episode as soon as the current one ends, without waiting for
/// the slowest of a batch. Commands, test cases, shards and API calls all use this class.
/// </summary>
public sealed class EpisodeScheduler : IDisposable
{
    /// <summary>How often an environment is lost in the same way before its episode is an error, and how often in any way.</summary>
    private const int MostSameLosses = 3;
    private const int MostLosses = 10;

    private readonly IBenchmark _benchmark;
    private readonly IPolicy _policy;
    private readonly EvalProgress _progress;
    private readonly RenderingNote _rendering;
    private readonly int _slots;
    private readonly bool _async;
    private readonly InferenceBatcher? _batcher;
    private readonly Action<EpisodeSlot> _infer;
    private readonly CancellationTokenSource _stop = new();
    private readonly object _lock = new();
    private readonly TaskQueue<Job> _queue = new();
    private readonly HashSet<EnvTask> _released = [];
    private readonly HashSet<Job> _playing = [];
    private readonly List<Thread> _workers = [];
    private int _maxWorkers;
    private int _idleWorkers;
    private readonly Action<string> _note;
    private readonly Watchdog _watchdog;
    private readonly CallWatch _inferenceWatch;
    private readonly EvalConfig _eval;
    private readonly RendererLimit _renderers;
    private readonly HashSet<Thread> _unresponsive = [];
    private Exception? _failure;
    private int _notedLoss;
    private int _notedLostEnvironment;
    private bool _disposed;
    private bool _stopped;

    /// <summary>Makes a scheduler. Threads and environments are made when they are needed.</summary>
    /// <param name="benchmark">Makes the environments; the caller disposes it.</param>
    /// <param name="policy">The policy; the caller disposes it.</param>
    /// <param name="slots">The maximum number of episodes in flight.</param>
    /// <param name="useAsyncEnvs">True for one thread per slot, false for one thread for all slots.</param>
    /// <param name="progress">Counts the steps.</param>
    /// <param name="note">Receives notes on the device that renders, and on lost connections; null for none. It must not throw.</param>
    /// <param name="eval">The limits of calls; null for those of the run's own times.</param>
    /// <param name="time">The clock of these limits; null for the system's.</param>
    public EpisodeScheduler(
        IBenchmark benchmark, IPolicy policy, int slots, bool useAsyncEnvs, EvalProgress progress, Action<string>? note = null, EvalConfig? eval = null, TimeProvider? time = null)
        : this(benchmark, policy, slots, useAsyncEnvs, progress, note, eval ?? new EvalConfig(), time ?? TimeProvider.System, RendererLimit.None)
    {
    }

    /// <param name="benchmark">Makes the environments.</param>
    /// <param name="policy">The policy.</param>
    /// <param name="slots">The maximum number of episodes in flight.</param>
    /// <param name="useAsyncEnvs">True for one thread per slot.</param>
    /// <param name="progress">Counts the steps.</param>
    /// <param name="note">Receives notes; null for none.</param>
    /// <param name="eval">The limits of calls.</param>
    /// <param name="time">The clock of these limits.</param>
    /// <param name="renderers">How many renderers render at once, shared with the run's videos.</param>
    internal EpisodeScheduler(
        IBenchmark benchmark, IPolicy policy, int slots, bool useAsyncEnvs, EvalProgress progress, Action<string>? note, EvalConfig eval, TimeProvider time, RendererLimit renderers)
    {
        (_eval, _renderers) = (eval, renderers);
        _watchdog = new Watchdog(new CallLimits(time, eval.EpisodeTimeout, limitsInference: !policy.LimitsItsWaits), eval.EpisodeTimeout, IsLate, IsSlow);
        _inferenceWatch = _watchdog.Watch();
        _rendering = new RenderingNote(benchmark, policy, note);
        _note = note ?? (_ => { });
        (_benchmark, _policy, _progress, _slots, _async) = (benchmark, policy, progress, slots, useAsyncEnvs && slots > 1);
        _maxWorkers = _async ? slots : 1;
        if (policy.Batching == PolicyBatching.PerSession)
        {
            _infer = slot => slot.Infer(_stop.Token);
        }
        else if (_async)
        {
            _batcher = new InferenceBatcher(policy, _inferenceWatch, _stop.Token);
            _infer = slot => slot.Inferred(_batcher.Infer(slot.Session, slot.Episode, slot.Steps));
        }
        else
        {
            // One thread plays all slots. It runs the network for all of them as one batch before it advances each.
            _infer = _ => { };
        }
    }

    /// <summary>
    /// Queues an episode. The episodes of one task begin in the order they were queued, and one task after the other in the
    /// order of their first queued episodes: a slot keeps its environment as long as its task has episodes. The task that is
    /// returned fails when the simulator or the policy fails, and is cancelled when the scheduler is stopped first.
    /// </summary>
    /// <param name="episode">The episode.</param>
    /// <param name="recording">Receives the snapshots for the episode's video; null for no video.</param>
    /// <param name="steps">Receives the episode's steps; null where they are not recorded.</param>
    public Task<EpisodeRecord> Play(EpisodeSpec episode, FrameRecording? recording = null, StepRecording? steps = null)
    {
        var job = new Job(episode, recording, steps);
        lock (_lock)
        {
            if (_disposed)
                return Task.FromCanceled<EpisodeRecord>(new CancellationToken(canceled: true));
            if (_failure is not null)
                return Task.FromException<EpisodeRecord>(_failure);
            if (_queue.Count >= _idleWorkers && _workers.Count < _maxWorkers)
                StartWorker();
            _queue.Enqueue(episode.Task, job);
            _released.Remove(episode.Task);
            Monitor.Pulse(_lock);
        }

        return job.Result.Task;
    }

    /// <summary>
    /// Declares that no further episode of a task will be queued: its environments are disposed, those of the slots that play
    /// nothing at once. If another episode is queued all the same, an environment is made again.
    /// </summary>
    public void Release(EnvTask task)
    {
        lock (_lock)
        {
            if (_disposed)
                return;
            _released.Add(task);
            Monitor.PulseAll(_lock);
        }
    }

    /// <summary>
    /// The episodes that did not stop in time, because the policy or the simulator did not return from a call. Their threads
    /// still use both, so neither can be disposed. Empty until the scheduler is stopped.
    /// </summary>
    public IReadOnlyList<EpisodeSpec> Stuck { get; private set; } = [];

    /// <summary>
    /// Cancels the episodes that have not begun, and the others at their next step or forward pass, without waiting for them:
    /// <see cref="Stop"/> does. Episodes that are queued later are cancelled, too.
    /// </summary>
    public void Cancel()
    {
        lock (_lock)
        {
            if (_disposed)
                return;
            _disposed = true;
            foreach (var job in _queue.Clear())
                job.Result.TrySetCanceled();
            Monitor.PulseAll(_lock);
        }

        // What a policy registered to be called back may wait or throw.
        _ = _stop.CancelAsync();
    }

    /// <summary>Stops, and waits for up to half a minute.</summary>
    public void Dispose() => Stop(TimeSpan.FromSeconds(30));

    /// <summary>
    /// Cancels the episodes that have not begun, and waits until the others reach their next step or forward pass. The tasks
    /// of all of them are cancelled. A second call does nothing.
    /// </summary>
    /// <param name="patience">How long to wait. Episodes that go on after that are <see cref="Stuck"/>.</param>
    public void Stop(TimeSpan patience)
    {
        Cancel();
        lock (_lock)
        {
            if (_stopped)
                return;
            _stopped = true;
        }

        long started = Stopwatch.GetTimestamp();
        bool hasBatcher = _batcher is not null;
        bool stopped = Join();
        if (!stopped && _benchmark is IsolatedBenchmark isolated)
        {
            // What they wait for ends, and with it their calls.
            isolated.Kill();
            (started, patience) = (Stopwatch.GetTimestamp(), TimeSpan.FromSeconds(5));
            stopped = Join();
        }

        _watchdog.Dispose();
        if (stopped)
        {
            _stop.Dispose();
            return;
        }

        lock (_lock)
        {
            Stuck = [.. _playing.Select(job => job.Episode).OrderBy(episode => episode.Index)];
            foreach (var job in _playing)
                job.Result.TrySetCanceled();
        }

        bool Join()
        {
            bool ended = true;
            foreach (var worker in _workers)
                ended &= worker.Join(IsUnresponsive(worker) ? TimeSpan.Zero : Left());
            if (hasBatcher && _batcher!.Stop(Left()))
                hasBatcher = false;
            return ended && !hasBatcher;
        }

        TimeSpan Left() => TimeSpan.FromTicks(Math.Max(0, (patience - Stopwatch.GetElapsedTime(started)).Ticks));
    }

    private bool Stopped => _stop.IsCancellationRequested;

    /// <summary>Starts a worker. When the system has no thread to give, those there are play everything.</summary>
    private void StartWorker()
    {
        var worker = new Thread(() => Guard(_async ? PlayOneByOne : PlayInTurns))
        {
            IsBackground = true,
            Name = $"env {_workers.Count}",
        };
        try
        {
            worker.Start();
            _workers.Add(worker);
        }
        catch (Exception e) when (e is OutOfMemoryException or ThreadStartException && _workers.Count > 0)
        {
            _maxWorkers = _workers.Count;
        }
    }

    /// <summary>
    /// The work of a thread. An exception that nothing else caught fails all episodes that the thread could have played; it
    /// would end the process.
    /// </summary>
    private void Guard(Action work)
    {
        try
        {
            work();
        }
#pragma warning disable CA1031 // Any exception.
        catch (Exception e)
#pragma warning restore CA1031
        {
            lock (_lock)
            {
                _failure = e;
                foreach (var job in _playing.Where(job => job.Worker == Thread.CurrentThread).Concat(_queue.Clear()))
                    job.Result.TrySetException(e);
                _playing.RemoveWhere(job => job.Worker == Thread.CurrentThread);
            }
        }
    }

    /// <summary>A worker with one slot: one episode after the other.</summary>
    private void PlayOneByOne()
    {
        using var slot = NewSlot();
        List<EpisodeSlot> idle = [slot];
        while (Next(idle, wait: true) is { } job)
        {
            while (Advance(slot, job))
            {
            }
        }
    }

    /// <summary>The only worker of a run without asynchronous environments: it advances all slots in turn.</summary>
    private void PlayInTurns()
    {
        var idle = new List<EpisodeSlot>();
        var playing = new List<(EpisodeSlot Slot, Job Job)>();
        while (true)
        {
            while (playing.Count < _slots && Next(idle, wait: playing.Count == 0) is { } job)
            {
                // A slot with an environment of the task, else any; it is made when an episode needs it.
                var slot = idle.Find(free => free.Task == job.Episode.Task) ?? idle.FirstOrDefault() ?? NewSlot();
                idle.Remove(slot);
                if (Advance(slot, job))
                    playing.Add((slot, job));
                else
                    idle.Add(slot);
            }

            if (playing.Count == 0)
                break;
            if (_policy.Batching == PolicyBatching.Batched)
                InferAll(playing);
            for (int i = playing.Count - 1; i >= 0; i--)
            {
                if (Advance(playing[i].Slot, playing[i].Job))
                    continue;
                idle.Add(playing[i].Slot);
                playing.RemoveAt(i);
            }
        }

        foreach (var slot in idle)
            slot.Dispose();
    }

    private EpisodeSlot NewSlot() => new(_benchmark, _policy, _progress, _rendering, _watchdog.Watch(), _renderers, _stop.Token);

    /// <summary>
    /// Plays an episode from its reset, or from its last forward pass, to its next forward pass. False when the episode
    /// is over, has failed, or was cancelled because the run stops; its task has the outcome. An episode in which the policy
    /// loses its connection, or the environment its simulator, begins again.
    /// </summary>
    private bool Advance(EpisodeSlot slot, Job job)
    {
        while (true)
        {
            try
            {
                return AdvanceOnce(slot, job);
            }
            catch (LostAttemptException e) when (!Stopped)
            {
                if (e is LostEnvironmentException)
                    slot.Abandon();
                else
                    slot.Interrupt();
                if (!PlayAgain(job, e))
                    return false;
            }
            catch (Exception e) when (Stopped && e is OperationCanceledException or LostAttemptException)
            {
                job.Result.TrySetCanceled();
                HasEnded(job);
                slot.Abandon();
                return false;
            }
            catch (OperationCanceledException e)
            {
                // A time-out of the policy or the simulator: the run was not stopped.
                Fail(slot, job, new EvalCoreException($"{job.Episode} gave up: {EvalCoreException.Reason(e)}", e));
                return false;
            }
            catch (Exception e)
            {
                Fail(slot, job, e);
                return false;
            }
        }
    }

    /// <summary>
    /// What becomes of an episode whose attempt was lost: it begins again, or it is over. Without the policy's server no other episode
    /// can be played either, so the run ends; an environment is lost by its own episode, which becomes an error.
    /// </summary>
    /// <returns>Whether it begins again.</returns>
    private bool PlayAgain(Job job, LostAttemptException lost)
    {
        var (same, ofKind) = job.Lose(lost);
        bool isEnvironment = lost is LostEnvironmentException;
        if (isEnvironment ? same < MostSameLosses && ofKind < MostLosses : ofKind < _policy.EpisodeAttempts)
        {
            job.BeginAgain();
            if (Interlocked.Exchange(ref (isEnvironment ? ref _notedLostEnvironment : ref _notedLoss), 1) == 0)
                _note($"{lost.Message}; {job.Episode} is played again from its initial state (further ones are only in {EvalInfo.FileName})");
            return true;
        }

        if (isEnvironment)
        {
            string error = same == job.Attempts ? lost.Message
                : same >= MostSameLosses ? $"{lost.Message}, {same} times in {job.Attempts} attempts"
                : $"lost in {job.Attempts} attempts in different ways, the last time: {lost.Message}";
            job.Result.TrySetResult(EpisodeSlot.Error(job.Episode, job.Attempts, error));
        }
        else
        {
            string others = ofKind == job.Attempts ? "" : $" and lost the policy in {ofKind} of them";
            job.Result.TrySetException(new EvalCoreException($"{job.Episode} was begun {job.Attempts} times{others}: {lost.Message}", lost));
        }

        HasEnded(job);
        return false;
    }

    /// <summary>Whether the attempts of an episode that is an error were all lost in the same way: its error is then that of each.</summary>
    internal static bool IsLostInOneWay(EpisodeRecord error) => error.Attempts == MostSameLosses;

    /// <summary>
    /// Ends a call that does not return in time: the process of an environment, which costs its episode an attempt. A thread of this
    /// process cannot be ended: its episode ends the run, and with it all others.
    /// </summary>
    private void IsLate(CallWatch thread)
    {
        if (!CallLimits.IsOfPolicy(thread.Call) && thread.Process is { } process)
        {
            process.Kill();
            return;
        }

        if (thread.Episode is not { } episode)
            return;
        var limit = thread.Limit ?? TimeSpan.Zero;
        string call = thread.Call switch
        {
            WatchedCall.Start => "the start of its environment",
            WatchedCall.Reset => "its reset",
            WatchedCall.Step => string.Create(CultureInfo.InvariantCulture, $"step {thread.Steps + 1}"),
            WatchedCall.Observation => string.Create(CultureInfo.InvariantCulture, $"the observation after {thread.Steps} steps"),
            WatchedCall.Read => string.Create(CultureInfo.InvariantCulture, $"the reading of its state or device after {thread.Steps} steps"),
            WatchedCall.Close => "the end of an environment",
            WatchedCall.NewSession => "the policy's reset",
            _ => string.Create(CultureInfo.InvariantCulture, $"the policy's inference after {thread.Steps} steps"),
        };
        string advice = thread.Call switch
        {
            _ when CallLimits.IsOfPolicy(thread.Call) => "the policy does not answer",
            WatchedCall.Observation when thread.IsFirst && _eval.MaxRenderers == 0 => "the simulator hangs at its first image: some drivers do with many renderers at once, and --eval.max_renderers=N allows N; --eval.isolation=process plays on without what hangs",
            _ => "the simulator hangs; --eval.isolation=process plays on without what hangs",
        };
        var unresponsive = new UnresponsiveException(string.Create(
            CultureInfo.InvariantCulture, $"{episode} did not return from {call} within {limit.TotalSeconds:0.###} s (--eval.episode_timeout): {advice}"), episode);
        lock (_lock)
        {
            // Queued episodes, and those that wait for what the thread holds, would never end.
            _failure ??= unresponsive;
            foreach (var job in _playing.Where(job => job.Episode == episode && thread != _inferenceWatch))
                _unresponsive.Add(job.Worker!);
            foreach (var job in _playing.Concat(_queue.Clear()))
                job.Result.TrySetException(unresponsive);
        }
    }

    private void IsSlow(CallWatch thread)
    {
        if (thread.Limit is { } limit)
        {
            _note(string.Create(
                CultureInfo.InvariantCulture,
                $"the environment of {thread.Episode} has been starting for a minute; {(thread.Process is null ? "the run ends" : "its process is replaced")} after {limit.TotalMinutes:0} minutes"));
        }
    }

    private bool IsUnresponsive(Thread worker)
    {
        lock (_lock)
            return _unresponsive.Contains(worker);
    }

    private bool AdvanceOnce(EpisodeSlot slot, Job job)
    {
        if (job.Failure is { } failure)
            throw failure;
        if (Stopped)
            throw new OperationCanceledException(_stop.Token);
        bool waits;
        if (job.HasBegun)
        {
            _infer(slot);
            waits = slot.PlayAfterInference();
        }
        else
        {
            job.HasBegun = true;
            slot.Begin(job.Episode, job.Recording, job.Steps);
            waits = slot.PlayUntilInference();
        }

        if (waits)
            return true;
        var record = slot.End();
        job.Result.TrySetResult(job.Attempts == 1 ? record : record with { Attempts = job.Attempts });
        HasEnded(job);
        return false;
    }

    private void Fail(EpisodeSlot slot, Job job, Exception e)
    {
        job.Result.TrySetException(e);
        HasEnded(job);
        slot.Abandon();
    }

    private void HasEnded(Job job)
    {
        lock (_lock)
            _playing.Remove(job);
    }

    /// <summary>
    /// Runs the network for all slots as one batch. When that fails, each episode fails when it is advanced.
    /// </summary>
    private void InferAll(List<(EpisodeSlot Slot, Job Job)> playing)
    {
        long start = Stopwatch.GetTimestamp();
        try
        {
            _inferenceWatch.Begin(WatchedCall.Inference, playing[0].Job.Episode, playing[0].Slot.Steps);
            _policy.Infer([.. playing.Select(episode => episode.Slot.Session)], _stop.Token);
            _inferenceWatch.End();
            long ticks = Stopwatch.GetTimestamp() - start;
            foreach (var (slot, _) in playing)
                slot.Inferred(ticks);
        }
        catch (Exception e)
        {
            _inferenceWatch.GiveUp();
            foreach (var (_, job) in playing)
                job.Failure = e;
        }
    }

    /// <summary>
    /// The next episode; null when there is none, or, if waiting is allowed, when the scheduler is disposed. Environments of
    /// released tasks are disposed when there is no episode.
    /// </summary>
    /// <param name="idle">The slots of this thread that play nothing. An episode of a task that one of them has is preferred.</param>
    /// <param name="wait">Whether to wait for an episode.</param>
    private Job? Next(List<EpisodeSlot> idle, bool wait)
    {
        while (true)
        {
            EpisodeSlot? unused;
            lock (_lock)
            {
                if (_disposed)
                    return null;
                if (Take(idle) is { } job)
                {
                    job.Worker = Thread.CurrentThread;
                    _playing.Add(job);
                    return job;
                }

                unused = idle.Find(slot => slot.Task is { } task && _released.Contains(task));
                if (unused is null)
                {
                    if (!wait)
                        return null;
                    _idleWorkers++;
                    Monitor.Wait(_lock);
                    _idleWorkers--;
                }
            }

            unused?.Release();
        }
    }

    private Job? Take(List<EpisodeSlot> idle)
    {
        foreach (var slot in idle)
        {
            if (slot.Task is { } task && _queue.TryDequeue(task, out var next))
                return next;
        }

        return _queue.TryDequeue(null, out var first) ? first : null;
    }

    private sealed class Job(EpisodeSpec episode, FrameRecording? recording, StepRecording? steps)
    {
        private readonly Dictionary<string, int> _losses = [];
        private readonly Dictionary<Type, int> _lossesOfKind = [];

        public EpisodeSpec Episode { get; } = episode;

        public FrameRecording? Recording { get; } = recording;

        public StepRecording? Steps { get; } = steps;

        public TaskCompletionSource<EpisodeRecord> Result { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        /// <summary>The thread that plays the episode; null while it is queued.</summary>
        public Thread? Worker { get; set; }

        public bool HasBegun { get; set; }

        /// <summary>How often the episode was begun, or is to be.</summary>
        public int Attempts { get; private set; } = 1;

        /// <summary>The exception of its batch's forward pass; null for none.</summary>
        public Exception? Failure { get; set; }

        /// <summary>Notes a lost attempt; returns how many were lost in the same way, and how many with an exception of the same type.</summary>
        public (int Same, int OfKind) Lose(LostAttemptException lost) => (
            _losses[lost.Message] = _losses.GetValueOrDefault(lost.Message) + 1,
            _lossesOfKind[lost.GetType()] = _lossesOfKind.GetValueOrDefault(lost.GetType()) + 1);

        public void BeginAgain()
        {
            (HasBegun, Failure) = (false, null);
            Attempts++;
        }
    }
}
