using System.Diagnostics;
using System.Runtime.ExceptionServices;
using EvalCore.Policies;

namespace EvalCore.Rollout;

/// <summary>
/// Gathers the sessions that wait for the network and runs them as one batch: all that wait when the network becomes
/// free. While it runs, other episodes go on stepping.
/// </summary>
internal sealed class InferenceBatcher : IDisposable
{
    private readonly IPolicy _policy;
    private readonly Thread _thread;
    private readonly Lock _lock = new();
    private readonly SemaphoreSlim _arrived = new(0);
    private readonly CancellationTokenSource _stop = new();
    private List<Request> _waiting = [];

    public InferenceBatcher(IPolicy policy)
    {
        _policy = policy;
        _thread = new Thread(Work) { IsBackground = true, Name = "inference" };
        _thread.Start();
    }

    /// <summary>Blocks until the session's network has run; returns the ticks the forward pass took.</summary>
    public long Infer(IPolicySession session)
    {
        var request = new Request(session);
        lock (_lock)
            _waiting.Add(request);
        _arrived.Release();
        request.Done.Wait();
        if (request.Failure is { } failure)
            ExceptionDispatchInfo.Throw(failure);
        return request.Ticks;
    }

    public void Dispose()
    {
        _stop.Cancel();
        _thread.Join();
        _stop.Dispose();
        _arrived.Dispose();
    }

    private void Work()
    {
        var sessions = new List<IPolicySession>();
        while (true)
        {
            try
            {
                _arrived.Wait(_stop.Token);
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

            sessions.Clear();
            sessions.AddRange(batch.Select(request => request.Session));
            long start = Stopwatch.GetTimestamp();
            Exception? failure = null;
            try
            {
                _policy.Infer(sessions);
            }
            catch (Exception e)
            {
                failure = e;
            }

            long ticks = Stopwatch.GetTimestamp() - start;
            foreach (var request in batch)
                request.Complete(ticks, failure);
        }
    }

    private sealed class Request(IPolicySession session)
    {
        public IPolicySession Session { get; } = session;

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
