using EvalCore.Environments;
using EvalCore.Policies;
using EvalCore.Tests;
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
        using var policy = LeRobotPolicy.Load(
            new PolicyOptions { Path = Goldens.Checkpoint(name), Device = "cpu" }, Keypoints, actionDim: 2, Assert.Fail);
        double[] agentPos = trace.Read<double>("agent_pos");
        double[] environmentState = trace.Read<double>("environment_state");
        float[] actions = trace.Read<float>("action");
        float[] chunks = trace.Read<float>("action_chunk_normalized");

        var observation = new Observation(Keypoints);
        using var session = policy.NewSession(TestEpisode.Of(seed), TestEpisode.NoNoise);
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
                policy.Infer([session]);
                predicted.AddRange(session.Chunk);
            }

            session.Act(action);
            played.AddRange([(float)action[0], (float)action[1]]);
        }

        Close(chunks, predicted.ToArray(), 1e-5, "chunks");
        Close(actions, played.ToArray(), 1e-3, "actions in pixels");
    }
}
