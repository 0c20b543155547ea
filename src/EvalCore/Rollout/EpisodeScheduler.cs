using System.Diagnostics;
using EvalCore.Environments;
using EvalCore.Policies;
using EvalCore.Results;
using EvalCore.Video;

namespace EvalCore.Rollout;

/// <summary>
/// Plays episodes, as many at once as the vector environment has worlds. A world takes the next episode as soon as its
/// own is over: nobody waits for the slowest of a batch. A command, a test case, a shard and a call of the API all go
/// through here.
/// </summary>
public sealed class EpisodeScheduler : IDisposable
{
    private readonly VectorEnvironment _env;
    private readonly IPolicy _policy;
    private readonly EvalProgress _progress;
    private readonly InferenceBatcher? _batcher;
    private readonly object _lock = new();
    private readonly Queue<Job> _queue = new();
    private readonly List<Thread> _workers = [];
    private int _idleWorkers;
    private volatile bool _stopped;

    /// <summary>Makes a scheduler. Threads and worlds come when they are needed.</summary>
    public EpisodeScheduler(VectorEnvironment env, IPolicy policy, EvalProgress progress)
    {
        (_env, _policy, _progress) = (env, policy, progress);
        if (env.IsAsync && policy.Batching == PolicyBatching.Batched)
            _batcher = new InferenceBatcher(policy);
    }

    /// <summary>
    /// Queues an episode. Episodes begin in the order they were queued; a failure of the simulator or the policy is
    /// the task's.
    /// </summary>
    /// <param name="episode">The episode.</param>
    /// <param name="recording">Takes what the frames of the episode's video show; null for no video.</param>
    public Task<EpisodeRecord> Play(EpisodeSpec episode, FrameRecording? recording = null)
    {
        var job = new Job(episode, recording);
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_stopped, this);
            _queue.Enqueue(job);
            if (_queue.Count > _idleWorkers && _workers.Count < (_env.IsAsync ? _env.NumEnvs : 1))
                StartWorker();
            Monitor.Pulse(_lock);
        }

        return job.Result.Task;
    }

    /// <summary>Drops what has not begun, and waits for what has to reach its next forward pass.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            _stopped = true;
            while (_queue.TryDequeue(out var job))
                job.Result.TrySetCanceled();
            Monitor.PulseAll(_lock);
        }

        foreach (var worker in _workers)
            worker.Join();
        _batcher?.Dispose();
    }

    private void StartWorker()
    {
        var worker = new Thread(_env.IsAsync ? PlayOneByOne : PlayInTurns)
        {
            IsBackground = true,
            Name = $"env {_workers.Count}",
        };
        _workers.Add(worker);
        worker.Start();
    }

    /// <summary>A worker of an asynchronous vector environment: one world, one episode after the other.</summary>
    private void PlayOneByOne()
    {
        using var slot = new EpisodeSlot(_env.Config, _policy, _progress);
        while (Next(wait: true) is { } job)
        {
            bool waits = Begin(slot, job);
            while (waits && !_stopped)
                waits = _batcher is null ? PlayOn(slot, job) : InferAndPlayOn(slot, job, _batcher);
            if (waits)
                job.Result.TrySetCanceled();
        }
    }

    /// <summary>The one thread of a synchronous vector environment: all worlds in turns.</summary>
    private void PlayInTurns()
    {
        var slots = new EpisodeSlot[_env.NumEnvs];
        for (int i = 0; i < slots.Length; i++)
            slots[i] = new EpisodeSlot(_env.Config, _policy, _progress);
        var idle = new Stack<EpisodeSlot>(slots.Reverse());
        var playing = new List<(EpisodeSlot Slot, Job Job)>();
        var sessions = new List<IPolicySession>();

        while (true)
        {
            while (idle.Count > 0 && Next(wait: playing.Count == 0) is { } job)
            {
                var slot = idle.Pop();
                if (Begin(slot, job))
                    playing.Add((slot, job));
                else
                    idle.Push(slot);
            }

            if (playing.Count == 0 || _stopped)
                break;

            bool inferred = _policy.Batching == PolicyBatching.PerSession || TryInferAll(playing, sessions);
            for (int i = playing.Count - 1; i >= 0; i--)
            {
                if (inferred && PlayOn(playing[i].Slot, playing[i].Job))
                    continue;
                idle.Push(playing[i].Slot);
                playing.RemoveAt(i);
            }
        }

        foreach (var (_, job) in playing)
            job.Result.TrySetCanceled();
        foreach (var slot in slots)
            slot.Dispose();
    }

    /// <summary>
    /// Plays an episode from its reset to its first forward pass; false when it is over, or has failed: whatever goes
    /// wrong is reported by the task that stands for the episode.
    /// </summary>
    private static bool Begin(EpisodeSlot slot, Job job)
    {
        try
        {
            slot.Begin(job.Episode, job.Recording);
            return slot.PlayUntilInference() || End(slot, job);
        }
        catch (Exception e)
        {
            return Fail(slot, job, e);
        }
    }

    /// <summary>Plays an episode from one forward pass to the next; false when it is over, or has failed.</summary>
    private bool PlayOn(EpisodeSlot slot, Job job)
    {
        try
        {
            if (_policy.Batching == PolicyBatching.PerSession)
                slot.Infer();
            return slot.PlayOn() || End(slot, job);
        }
        catch (Exception e)
        {
            return Fail(slot, job, e);
        }
    }

    private static bool InferAndPlayOn(EpisodeSlot slot, Job job, InferenceBatcher batcher)
    {
        try
        {
            slot.Inferred(batcher.Infer(slot.Session));
            return slot.PlayOn() || End(slot, job);
        }
        catch (Exception e)
        {
            return Fail(slot, job, e);
        }
    }

    private static bool End(EpisodeSlot slot, Job job)
    {
        job.Result.TrySetResult(slot.End());
        return false;
    }

    private static bool Fail(EpisodeSlot slot, Job job, Exception e)
    {
        slot.Abandon();
        job.Result.TrySetException(e);
        return false;
    }

    private bool TryInferAll(List<(EpisodeSlot Slot, Job Job)> playing, List<IPolicySession> sessions)
    {
        sessions.Clear();
        foreach (var (slot, _) in playing)
            sessions.Add(slot.Session);
        long start = Stopwatch.GetTimestamp();
        bool done = true;
        try
        {
            _policy.Infer(sessions);
        }
        catch (Exception e)
        {
            done = false;
            foreach (var (slot, job) in playing)
                Fail(slot, job, e);
        }

        long ticks = Stopwatch.GetTimestamp() - start;
        if (done)
        {
            foreach (var (slot, _) in playing)
                slot.Inferred(ticks);
        }

        return done;
    }

    /// <summary>The next episode; null when there is none (and, if waiting is allowed, never will be).</summary>
    private Job? Next(bool wait)
    {
        lock (_lock)
        {
            while (!_stopped)
            {
                if (_queue.TryDequeue(out var job))
                    return job;
                if (!wait)
                    return null;
                _idleWorkers++;
                Monitor.Wait(_lock);
                _idleWorkers--;
            }

            return null;
        }
    }

    private sealed record Job(EpisodeSpec Episode, FrameRecording? Recording)
    {
        public TaskCompletionSource<EpisodeRecord> Result { get; } =
            new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
