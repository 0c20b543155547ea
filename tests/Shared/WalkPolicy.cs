using EvalCore.Environments;
using EvalCore.Features;
using EvalCore.Policies;

namespace EvalCore.Tests;

/// <summary>A policy with chunks of four actions for <see cref="WalkBenchmark"/>.</summary>
internal sealed class WalkPolicy(PolicyBatching batching) : IPolicy
{
    public string Type => "walker";

    public IReadOnlyList<string> ObservationKeys { get; init; } = ["observation.state"];

    public IReadOnlyDictionary<string, FeatureStatistics> Statistics { get; init; } = FeatureStatistics.None;

    public PolicyBatching Batching => batching;

    public IReadOnlyDictionary<string, string> Provenance { get; init; } = new Dictionary<string, string> { ["gain"] = "1" };

    /// <summary>The sizes of all batches.</summary>
    public List<int> BatchSizes { get; } = [];

    /// <summary>The value added to every action.</summary>
    public double Bias { get; init; } = 0.3;

    /// <summary>The exception that inference throws; null for none.</summary>
    public Exception? Failure { get; init; }

    /// <summary>The exception that disposing of a session throws; null for none.</summary>
    public Exception? DisposalFailure { get; init; }

    /// <summary>Called by each inference.</summary>
    public Action? OnInfer { get; init; }

    /// <summary>Called when the policy is disposed.</summary>
    public Action? OnDispose { get; init; }

    public IPolicySession NewSession(EpisodeSpec episode) => new Session(Bias, DisposalFailure);

    public void Infer(IReadOnlyList<IPolicySession> sessions, CancellationToken cancellation)
    {
        OnInfer?.Invoke();
        if (Failure is not null)
            throw Failure;
        lock (BatchSizes)
            BatchSizes.Add(sessions.Count);
        for (int i = 0; i < sessions.Count; i++)
            ((Session)sessions[i]).Refill();
    }

    public void Dispose() => OnDispose?.Invoke();

    private sealed class Session(double bias, Exception? disposalFailure) : IPolicySession
    {
        private readonly double[] _chunk = new double[4];
        private int _next = 4;
        private double _position;

        public bool NeedsObservation => _next == 4;

        public bool NeedsInference => _next == 4;

        public void Observe(Observation observation) => _position = observation.Vector(0)[0];

        public void Refill()
        {
            for (int i = 0; i < 4; i++)
                _chunk[i] = Math.Sin(_position * (i + 1)) + bias;
            _next = 0;
        }

        public void Act(Span<double> action) => action[0] = _chunk[_next++];

        public void Dispose()
        {
            if (disposalFailure is not null)
                throw disposalFailure;
        }
    }
}
