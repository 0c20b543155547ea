using System.ComponentModel;
using EvalCore.Environments;
using EvalCore.Numerics;
using EvalCore.Policies;

namespace PointGoal;

/// <summary>A policy with action chunks, state and random numbers: <c>--policy.type=noisy_plan</c>.</summary>
[Description("plans four steps at once, with noise")]
public sealed class NoisyPlanPolicy : ChunkPolicy
{
    private const int Steps = 4;

    private Generator _random = Generator.DefaultRng(0);

    public override void Reset(EpisodeSpec episode) => _random = Generator.DefaultRng(episode.PolicySeed);

    public override IReadOnlyList<IReadOnlyList<double>> PredictActionChunk(Observation observation)
    {
        var state = observation.Vector(PointBenchmark.State);
        double x = (state[2] - state[0]) / Steps, y = (state[3] - state[1]) / Steps;
        return [.. Enumerable.Range(0, Steps).Select(_ => (double[])[x + _random.Uniform(-0.01, 0.01), y])];
    }
}
