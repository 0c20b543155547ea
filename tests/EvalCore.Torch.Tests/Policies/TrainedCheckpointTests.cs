using EvalCore.Environments;
using EvalCore.Policies;
using Safetensors;
using static EvalCore.Torch.Tests.Closeness;

namespace EvalCore.Torch.Tests.Policies;

/// <summary>The trained keypoint checkpoints against whole episodes LeRobot played with them at batch size 1.</summary>
public class TrainedCheckpointTests
{
    private static readonly ObservationSpace Keypoints = new(
        ObservationField.Vector("observation.environment_state", 16), ObservationField.Vector("observation.state", 2));

    [Theory]
    [InlineData("pusht_act_keypoints", 1000)]
    [InlineData("pusht_act_keypoints", 1001)]
    [InlineData("pusht_act_keypoints", 1002)]
    [InlineData("pusht_act_keypoints", 1005)]
    [InlineData("pusht_act_keypoints", 1014)]
    [InlineData("pusht_act_keypoints", 1020)]
    [InlineData("pusht_act_keypoints", 1029)]
    [InlineData("pusht_act_keypoints_early", 1000)]
    public void Act_predicts_what_LeRobot_predicted(string name, int seed)
    {
        using var trace = Goldens.Open($"checkpoints/{name}/trace_seed{seed}.safetensors");
        using var policy = TestPolicy.Load(Goldens.Checkpoint(name), Keypoints);
        using var session = policy.NewSession(TestEpisode.Of(seed), TestEpisode.NoDraws);
        Replay(policy, session, trace, chunkTolerance: 1e-5, actionTolerance: 1e-3);
    }

    [Theory]
    [InlineData(1000)]
    [InlineData(1001)]
    [InlineData(1002)]
    [InlineData(1003)]
    [InlineData(1005)]
    [InlineData(1006)]
    public void Diffusion_predicts_what_LeRobot_predicted_from_the_same_noise(int seed)
    {
        using var trace = Goldens.Open($"checkpoints/pusht_diffusion_keypoints/trace_seed{seed}.safetensors");
        using var policy = TestPolicy.Load(Goldens.Checkpoint("pusht_diffusion_keypoints"), Keypoints);
        using var session = policy.NewSession(TestEpisode.Of(seed), new TraceDraws(trace.Read<float>("noise")));
        Replay(policy, session, trace, chunkTolerance: 1e-5, actionTolerance: 3e-3);
    }

    private static void Replay(LeRobotPolicy policy, IInspectableSession session, SafetensorsFile trace, double chunkTolerance, double actionTolerance)
    {
        double[] agentPos = trace.Read<double>("agent_pos");
        double[] environmentState = trace.Read<double>("environment_state");
        float[] actions = trace.Read<float>("action");
        var observation = new Observation(Keypoints);
        var played = new List<float>();
        var predicted = new List<float>();
        Span<double> action = stackalloc double[2];
        for (int step = 0; step < actions.Length / 2; step++)
        {
            Assert.Equal(step % 8 == 0, session.NeedsObservation);
            Assert.Equal(step % 8 == 0, session.NeedsInference);
            if (session.NeedsObservation)
            {
                agentPos.AsSpan(step * 2, 2).CopyTo(observation.Vector("observation.state"));
                environmentState.AsSpan(step * 16, 16).CopyTo(observation.Vector("observation.environment_state"));
                session.Observe(observation);
                policy.Infer([session], CancellationToken.None);
                predicted.AddRange(session.RawChunk);
            }

            session.Act(action);
            played.AddRange([(float)action[0], (float)action[1]]);
        }

        Close(trace.Span<float>("action_chunk_normalized"), predicted.ToArray(), chunkTolerance, "chunks");
        Close(actions, played.ToArray(), actionTolerance, "actions in pixels");
    }

    /// <summary>The start noise of each inference, [C, 8, 2].</summary>
    private sealed class TraceDraws(float[] noise) : IRandomDraws
    {
        private int _next;

        public float[] Next(ReadOnlySpan<long> shape)
        {
            Assert.Equal([1, 8, 2], shape.ToArray());
            return noise.AsSpan(16 * _next++, 16).ToArray();
        }
    }
}
