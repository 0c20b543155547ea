using Benchmarks.PushT;
using EvalCore.Environments;
using EvalCore.Policies;
using static EvalCore.Torch.Tests.Closeness;

namespace EvalCore.Torch.Tests;

/// <summary>
/// Real runs of lerobot-eval on PushT with images: the simulator plays the recorded actions, and the policy must choose
/// LeRobot's action from the simulator's image at every step.
/// </summary>
public class RecordedEvaluationTests
{
    [Theory]
    [InlineData("act", "act_bs1", 0, 0)]
    [InlineData("act", "act_bs4", 0, 3)]
    [InlineData("diffusion", "diffusion_bs1", 1, 0)]
    [InlineData("diffusion", "diffusion_bs2", 0, 1)]
    public void Every_action_of_an_episode_equals_LeRobots(string type, string run, int rollout, int row)
    {
        using var trace = Goldens.Open($"policies/eval_pusht/{run}/trace.safetensors");
        var shape = trace[$"r{rollout}.action"].Shape;
        var (envs, steps) = ((int)shape[0], (int)shape[1]);
        var recorded = trace.Read<float>($"r{rollout}.action").AsSpan(row * steps * 2, steps * 2);
        var policyOut = trace.Read<float>($"r{rollout}.policy_out").AsSpan(row * steps * 2, steps * 2);
        long[] crcs = trace.Read<long>($"r{rollout}.image_crc32");

        using var benchmark = new PushTConfig().Open();
        string[] flags = type == "diffusion" ? ["num_inference_steps=10"] : [];
        using var policy = TestPolicy.Load(Goldens.Find($"policies/{type}/checkpoint"), benchmark.ObservationSpace, flags);
        var episode = TestEpisode.Of(1000 + rollout * envs + row);
        using var env = benchmark.Make(benchmark.Tasks[0]);
        using var session = policy.NewSession(episode, type == "diffusion" ? new RunDraws(trace, rollout, row) : TestEpisode.NoDraws);
        var observation = new Observation(env.ObservationSpace.Select(policy.ObservationKeys));
        var raw = new List<float>();
        var played = new List<float>();
        int observed = 0;
        double[] action = new double[2];
        env.Reset(episode with { Task = benchmark.Tasks[0] });
        for (int step = 0; step < steps; step++)
        {
            if (session.NeedsObservation)
            {
                env.Observe(observation);
                Assert.Equal(crcs[row * (steps + 1) + step], Crc32(observation.Image("observation.image")));
                session.Observe(observation);
                observed++;
            }

            if (session.NeedsInference)
                policy.Infer([session], CancellationToken.None);
            raw.AddRange(session.NextRawAction);
            session.Act(action);
            played.AddRange([(float)action[0], (float)action[1]]);
            env.Step([recorded[step * 2], recorded[step * 2 + 1]]);
        }

        // ACT reads one observation in 5, Diffusion the last two before every eighth action, and only one before the first.
        Assert.Equal(type == "act" ? 60 : 75, observed);
        Close(policyOut, raw.ToArray(), 2e-5, "policy_out");
        Close(recorded, played.ToArray(), 4e-3, "actions in pixels");
    }

    private static long Crc32(ReadOnlySpan<byte> data)
    {
        uint crc = uint.MaxValue;
        foreach (byte value in data)
        {
            crc ^= value;
            for (int bit = 0; bit < 8; bit++)
                crc = (crc & 1) != 0 ? 0xedb88320 ^ (crc >> 1) : crc >> 1;
        }

        return ~crc;
    }

    /// <summary>The draws of one environment of a batch: all calls in order, [draws, B, 16, 2].</summary>
    private sealed class RunDraws(Safetensors.SafetensorsFile trace, int rollout, int row) : IRandomDraws
    {
        private readonly int _envs = (int)trace[$"r{rollout}.noise"].Shape[1];
        private readonly float[] _noise = trace.Read<float>($"r{rollout}.noise");
        private int _next;

        public float[] Next(ReadOnlySpan<long> shape)
        {
            Assert.Equal([1, 16, 2], shape.ToArray());
            return _noise.AsSpan((_next++ * _envs + row) * 32, 32).ToArray();
        }
    }
}
