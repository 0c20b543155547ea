using System.Text.Json;
using Benchmarks.PushT;
using EvalCore.Environments;
using EvalCore.Evaluation;
using EvalCore.Policies;
using EvalCore.Rollout;
using Safetensors;

namespace EvalCore.Onnx.Tests;

/// <summary>The trained PushT checkpoints as ONNX models: LeRobot's recorded episodes, and whole runs.</summary>
public sealed class TrainedCheckpointTests
{
    private static readonly PushTConfig Env = new() { ObsType = "environment_state_agent_pos" };

    [Theory]
    [InlineData("pusht_act_keypoints", 1000)]
    [InlineData("pusht_act_keypoints", 1002)]
    [InlineData("pusht_diffusion_keypoints", 1000)]
    [InlineData("pusht_diffusion_keypoints", 1001)]
    public void The_chunks_of_a_recorded_episode_are_reproduced(string name, long seed)
    {
        using var exported = new ExportedCheckpoint(Goldens.Checkpoint(name));
        using var trace = Goldens.Open($"checkpoints/{name}/trace_seed{seed}.safetensors");
        var context = PolicyContext.Of(Env);
        using var policy = TestPolicy.Make(exported.Model, context.ObservationSpace);
        var draws = trace.TryGet("noise", out _) ? new Draws(trace.Read<float>("noise")) : null;
        using var session = policy.NewSession(new EnvTask("pusht", "pusht", 0, "PushT-v0", "").Episode(0, seed), draws);
        var observation = new Observation(context.ObservationSpace.Select(policy.ObservationKeys));
        double[] action = new double[2];
        var chunks = new List<float>();
        var actions = new List<float>();
        int steps = (int)trace["action"].Shape[0];
        for (int t = 0; t < steps; t++)
        {
            if (session.NeedsObservation)
            {
                trace.Span<double>("agent_pos").Slice(2 * t, 2).CopyTo(observation.Vector("observation.state"));
                trace.Span<double>("environment_state").Slice(16 * t, 16).CopyTo(observation.Vector("observation.environment_state"));
                session.Observe(observation);
            }

            if (session.NeedsInference)
            {
                policy.Infer([session], CancellationToken.None);
                chunks.AddRange(session.RawChunk);
            }

            session.Act(action);
            actions.AddRange(action.Select(number => (float)number));
        }

        Closeness.Close(trace.Span<float>("action_chunk_normalized"), chunks.ToArray(), 1e-5, $"{name} {seed} chunks");
        Closeness.Close(trace.Span<float>("action"), actions.ToArray(), 2e-3, $"{name} {seed} actions in pixels");
    }

    /// <summary>Successes and lengths of whole episodes, against what LeRobot scored with one episode at a time.</summary>
    [Fact]
    public async Task A_run_scores_what_LeRobot_scores()
    {
        using var exported = new ExportedCheckpoint(Goldens.Checkpoint("pusht_act_keypoints"));
        var recorded = JsonDocument.Parse(await File.ReadAllTextAsync(Goldens.Find("checkpoints/pusht_act_keypoints/batch1_summary.json"))).RootElement.EnumerateArray().ToList();
        using var policy = Eval.MakePolicy(new OnnxPolicies(), exported.Model, Env, config => config.Device = DeviceName.Cpu, Assert.Fail);
        var info = await Eval.EvalPolicy(Env, policy, new RolloutOptions { Eval = new EvalConfig { NEpisodes = 6, BatchSize = 2 } });
        foreach (var episode in info.Episodes)
        {
            var expected = recorded.Single(entry => entry.GetProperty("seed").GetInt64() == episode.Seed);
            Assert.Equal(expected.GetProperty("success").GetBoolean(), episode.Success);
            if (episode.Success)
                Assert.Equal(expected.GetProperty("steps").GetInt32(), episode.Steps);
        }
    }

    /// <summary>Exact: an episode's actions depend neither on how many are in flight nor on the threads that play them.</summary>
    [Fact]
    public async Task Results_do_not_depend_on_the_number_of_episodes_in_flight()
    {
        using var exported = new ExportedCheckpoint(Goldens.Checkpoint("pusht_diffusion_keypoints"));
        using var policy = Eval.MakePolicy(new OnnxPolicies(), exported.Model, Env, config => config.Device = DeviceName.Cpu, Assert.Fail);
        Assert.Equal(PolicyBatching.PerSession, policy.Batching);
        var runs = new List<double[]>();
        foreach (var eval in (EvalConfig[])[new() { NEpisodes = 3, BatchSize = 1 }, new() { NEpisodes = 3, BatchSize = 3 }, new() { NEpisodes = 3, BatchSize = 3, UseAsyncEnvs = false }])
        {
            var info = await Eval.EvalPolicy(Env, policy, new RolloutOptions { Eval = eval });
            runs.Add([.. info.Episodes.OrderBy(episode => episode.EpisodeIndex).SelectMany(episode => (double[])[episode.SumReward, episode.Steps!.Value])]);
        }

        Assert.Equal(runs[0], runs[1]);
        Assert.Equal(runs[0], runs[2]);
    }

    /// <summary>The noise of an episode is that which the checkpoint itself draws in torch, so its episodes are the same.</summary>
    [Fact]
    public void An_episode_draws_what_it_draws_in_torch()
    {
        string checkpoint = Goldens.Checkpoint("pusht_diffusion_keypoints");
        using var exported = new ExportedCheckpoint(checkpoint);
        string input = Path.Combine(Path.GetTempPath(), $"evalcore-{Guid.NewGuid():n}.safetensors");
        var random = new Random(1);
        float[] Numbers(int count) => [.. Enumerable.Range(0, count).Select(_ => 512 * random.NextSingle())];
        new SafetensorsWriter().Add<float>("obs.observation.state", Numbers(48), 12, 2, 2).Add<float>("obs.observation.environment_state", Numbers(384), 12, 2, 16).Save(input);
        using var onnx = TestPolicy.Infer(TestPolicy.Onnx(exported.Model), input, null);
        using var torch = TestPolicy.Infer(TestPolicy.Torch(checkpoint), input, null);
        File.Delete(input);
        Closeness.Close(torch, onnx, "select.raw", 1e-5, "drawn in torch and here");
    }

    private sealed class Draws(float[] noise) : IRandomDraws
    {
        private int _next;

        public float[] Next(ReadOnlySpan<long> shape)
        {
            Assert.Equal<long>([1, 8, 2], shape.ToArray());
            return noise[(16 * _next)..(16 * ++_next)];
        }
    }
}
