using System.Diagnostics;
using EvalCore.Environments;
using EvalCore.Policies;
using EvalCore.Results;
using EvalCore.Video;

namespace EvalCore.Rollout;

/// <summary>
/// Plays episodes, several at once. A slot starts its next episode as soon as the current one ends, without waiting for
/// the slowest of a batch. Commands, test cases, shards and API calls all use this class.
/// </summary>
public sealed class EpisodeScheduler : IDisposable
{
    private readonly IBenchmark _benchmark;
    private readonly IPolicy _policy;
    private readonly EvalProgress _progress;
    private readonly int _slots;
    private readonly bool _async;
    private readonly InferenceBatcher? _batcher;
    private readonly Action<EpisodeSlot> _infer;
    private readonly CancellationTokenSource _stop = new();
    private readonly object _lock = new();
    private readonly Queue<Job> _queue = new();
    private readonly List<Thread> _workers = [];
    private int _idleWorkers;
    private bool _disposed;

    /// <summary>Makes a scheduler. Threads and environments are made when they are needed.</summary>
    /// <param name="benchmark">Makes the environments; the caller disposes it.</param>
    /// <param name="policy">The policy; the caller disposes it.</param>
    /// <param name="slots">The maximum number of episodes in flight.</param>
    /// <param name="useAsyncEnvs">True for one thread per slot, false for one thread for all slots.</param>
    /// <param name="progress">Counts the steps.</param>
    public EpisodeScheduler(IBenchmark benchmark, IPolicy policy, int slots, bool useAsyncEnvs, EvalProgress progress)
    {
        (_benchmark, _policy, _progress, _slots, _async) = (benchmark, policy, progress, slots, useAsyncEnvs && slots > 1);
        if (policy.Batching == PolicyBatching.PerSession)
        {
            _infer = slot => slot.Infer(_stop.Token);
        }
        else if (_async)
        {
            _batcher = new InferenceBatcher(policy, _stop.Token);
            _infer = slot => slot.Inferred(_batcher.Infer(slot.Session));
        }
        else
        {
            // One thread plays all slots. It runs the network for all of them as one batch before it advances each.
            _infer = _ => { };
        }
    }

    /// <summary>
    /// Queues an episode. Episodes begin in the order they were queued; the task fails when the simulator or the policy
    /// fails.
    /// </summary>
    /// <param name="episode">The episode.</param>
    /// <param name="recording">Receives the snapshots for the episode's video; null for no video.</param>
    public Task<EpisodeRecord> Play(EpisodeSpec episode, FrameRecording? recording = null)
    {
        var job = new Job(episode, recording);
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            _queue.Enqueue(job);
            if (_queue.Count > _idleWorkers && _workers.Count < (_async ? _slots : 1))
                StartWorker();
            Monitor.Pulse(_lock);
        }

        return job.Result.Task;
    }

    /// <summary>
    /// Cancels the episodes that have not begun, and waits until the others reach their next forward pass.
    /// </summary>
    public void Dispose()
    {
        lock (_lock)
        {
            if (_disposed)
                return;
            _disposed = true;
            _stop.Cancel();
            while (_queue.TryDequeue(out var job))
                job.Result.TrySetCanceled();
            Monitor.PulseAll(_lock);
        }

        foreach (var worker in _workers)
            worker.Join();
        _batcher?.Dispose();
        _stop.Dispose();
    }

    private bool Stopped => _stop.IsCancellationRequested;

    private void StartWorker()
    {
        var worker = new Thread(_async ? PlayOneByOne : PlayInTurns)
        {
            IsBackground = true,
            Name = $"env {_workers.Count}",
        };
        _workers.Add(worker);
        worker.Start();
    }

    /// <summary>A worker with one slot: one episode after the other.</summary>
    private void PlayOneByOne()
    {
        using var slot = new EpisodeSlot(_benchmark, _policy, _progress);
        while (Next(wait: true) is { } job)
        {
            while (Advance(slot, job))
            {
            }
        }
    }

    /// <summary>The only worker of a run without asynchronous environments: it advances all slots in turn.</summary>
    private void PlayInTurns()
    {
        EpisodeSlot[] slots = [.. Enumerable.Range(0, _slots).Select(_ => new EpisodeSlot(_benchmark, _policy, _progress))];
        var idle = new Stack<EpisodeSlot>(slots.Reverse());
        var playing = new List<(EpisodeSlot Slot, Job Job)>();
        while (true)
        {
            while (idle.Count > 0 && Next(wait: playing.Count == 0) is { } job)
            {
                var slot = idle.Pop();
                if (Advance(slot, job))
                    playing.Add((slot, job));
                else
                    idle.Push(slot);
            }

            if (playing.Count == 0)
                break;
            if (_policy.Batching == PolicyBatching.Batched)
                InferAll(playing);
            for (int i = playing.Count - 1; i >= 0; i--)
            {
                if (Advance(playing[i].Slot, playing[i].Job))
                    continue;
                idle.Push(playing[i].Slot);
                playing.RemoveAt(i);
            }
        }

        foreach (var slot in slots)
            slot.Dispose();
    }

    /// <summary>
    /// Plays an episode from its reset, or from its last forward pass, to its next forward pass. False when the episode
    /// is over, has failed, or was cancelled because the run stops; its task has the outcome.
    /// </summary>
    private bool Advance(EpisodeSlot slot, Job job)
    {
        try
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
                slot.Begin(job.Episode, job.Recording);
                waits = slot.PlayUntilInference();
            }

            if (waits)
                return true;
            job.Result.TrySetResult(slot.End());
        }
        catch (OperationCanceledException) when (Stopped)
        {
            job.Result.TrySetCanceled();
            slot.Abandon();
        }
        catch (OperationCanceledException e)
        {
            // A time-out of the policy or the simulator: the run was not stopped.
            job.Result.TrySetException(new EvalCoreException($"{job.Episode} gave up: {EvalCoreException.Reason(e)}", e));
            slot.Abandon();
        }
        catch (Exception e)
        {
            job.Result.TrySetException(e);
            slot.Abandon();
        }

        return false;
    }

    /// <summary>
    /// Runs the network for all slots as one batch. When that fails, each episode fails when it is advanced.
    /// </summary>
    private void InferAll(List<(EpisodeSlot Slot, Job Job)> playing)
    {
        long start = Stopwatch.GetTimestamp();
        try
        {
            _policy.Infer([.. playing.Select(episode => episode.Slot.Session)], _stop.Token);
            long ticks = Stopwatch.GetTimestamp() - start;
            foreach (var (slot, _) in playing)
                slot.Inferred(ticks);
        }
        catch (Exception e)
        {
            foreach (var (_, job) in playing)
                job.Failure = e;
        }
    }

    /// <summary>
    /// The next episode; null when there is none, or, if waiting is allowed, when the scheduler is disposed.
    /// </summary>
    private Job? Next(bool wait)
    {
        lock (_lock)
        {
            while (!_disposed)
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

    private sealed class Job(EpisodeSpec episode, FrameRecording? recording)
    {
        public EpisodeSpec Episode { get; } = episode;

        public FrameRecording? Recording { get; } = recording;

        public TaskCompletionSource<EpisodeRecord> Result { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public bool HasBegun { get; set; }

        /// <summary>The exception of its batch's forward pass; null for none.</summary>
        public Exception? Failure { get; set; }
    }
}
