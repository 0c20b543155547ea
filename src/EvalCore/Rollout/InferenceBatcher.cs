using System.Diagnostics;
using System.Runtime.ExceptionServices;
using EvalCore.Environments;
using EvalCore.Policies;

namespace EvalCore.Rollout;

/// <summary>
/// Runs the network in batches: each batch has all sessions that wait when the network becomes free. Meanwhile other
/// episodes keep stepping.
/// </summary>
internal sealed class InferenceBatcher : IDisposable
{
    private readonly IPolicy _policy;
    private readonly CallWatch _watch;
    private readonly Thread _thread;
    private readonly Lock _lock = new();
    private readonly SemaphoreSlim _arrived = new(0);
    private readonly CancellationToken _stop;
    private readonly CancellationTokenSource _end = new();
    private List<Request> _waiting = [];

    /// <param name="policy">The policy; the caller disposes it.</param>
    /// <param name="watch">The calls of its thread.</param>
    /// <param name="stop">Passed to forward passes; cancelled when the run stops.</param>
    public InferenceBatcher(IPolicy policy, CallWatch watch, CancellationToken stop)
    {
        (_policy, _watch) = (policy, watch);
        _stop = stop;
        _thread = new Thread(Work) { IsBackground = true, Name = "inference" };
        _thread.Start();
    }

    /// <summary>Blocks until the session's network has run; returns the ticks the forward pass took.</summary>
    /// <param name="session">The session.</param>
    /// <param name="episode">Its episode.</param>
    /// <param name="steps">The steps of the episode that were played.</param>
    public long Infer(IPolicySession session, EpisodeSpec? episode, int steps)
    {
        var request = new Request(session, episode, steps);
        lock (_lock)
            _waiting.Add(request);
        _arrived.Release();
        request.Done.Wait();
        if (request.Failure is { } failure)
            ExceptionDispatchInfo.Throw(failure);
        return request.Ticks;
    }

    /// <summary>Ends the thread. False when it is still in a forward pass after the time given.</summary>
    public bool Stop(TimeSpan patience)
    {
        _end.Cancel();
        if (!_thread.Join(patience))
            return false;
        _end.Dispose();
        _arrived.Dispose();
        return true;
    }

    public void Dispose() => Stop(Timeout.InfiniteTimeSpan);

    private void Work()
    {
        var sessions = new List<IPolicySession>();
        while (true)
        {
            try
            {
                _arrived.Wait(_end.Token);
            }
            catch (OperationCanceledException)
            {
                return;
            }

            List<Request> batch;
            lock (_lock)
                (batch, _waiting) = (_waiting, []);
            if (batch.Count == 0)
                continue;

            long start = Stopwatch.GetTimestamp();
            Exception? failure = null;
            try
            {
                sessions.Clear();
                sessions.AddRange(batch.Select(request => request.Session));
                _watch.Begin(WatchedCall.Inference, batch[0].Episode, batch[0].Steps);
                _policy.Infer(sessions, _stop);
                _watch.End();
            }
            catch (Exception e)
            {
                _watch.GiveUp();
                failure = e;
            }

            long ticks = Stopwatch.GetTimestamp() - start;
            foreach (var request in batch)
                request.Complete(ticks, failure);
        }
    }

    private sealed class Request(IPolicySession session, EpisodeSpec? episode, int steps)
    {
        public IPolicySession Session { get; } = session;

        public EpisodeSpec? Episode { get; } = episode;

        public int Steps { get; } = steps;

        public ManualResetEventSlim Done { get; } = new();

        public long Ticks { get; private set; }

        public Exception? Failure { get; private set; }

        public void Complete(long ticks, Exception? failure)
        {
            (Ticks, Failure) = (ticks, failure);
            Done.Set();
        }
    }
}
