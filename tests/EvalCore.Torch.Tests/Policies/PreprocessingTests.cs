using EvalCore.Environments;
using EvalCore.Policies;
using EvalCore.Inference;
using static TorchSharp.torch;

namespace EvalCore.Torch.Tests.Policies;

/// <summary>From a raw observation to what the network is given: bit-identical to LeRobot.</summary>
public class PreprocessingTests
{
    [Theory]
    [InlineData("act", "b1")]
    [InlineData("act", "b3")]
    [InlineData("act", "b2_ensemble")]
    [InlineData("diffusion", "b1")]
    [InlineData("diffusion", "b3")]
    public void Network_inputs_equal_LeRobots(string policyName, string name)
    {
        var golden = new GoldenCase(policyName, name);
        using var pre = golden.Open("pre");
        using var input = new StoredObservations(golden.PathOf("obs"));
        using var policy = LeRobotPolicy.Load(golden.Config(), new PolicyContext(input.Space) { Warn = Assert.Fail });
        var observation = new Observation(input.Space);
        for (int step = 0; step < input.Steps; step++)
        {
            for (int episode = 0; episode < input.Episodes; episode++)
            {
                using var scope = NewDisposeScope();
                using var session = (LeRobotSession)policy.NewSession(TestEpisode.Of(1000));
                input.Read(step, episode, observation);
                session.Observe(observation);
                foreach (var (key, value) in policy.Preprocess(session).Observation)
                {
                    string tensor = step == 0 ? $"pre.{key}" : $"pre_t{step}.{key}";
                    if (!pre.TryGet(tensor, out _))
                        continue;
                    float[] actual = [.. value[0].contiguous().data<float>()];
                    Assert.True(pre.Span<float>(tensor).Slice(episode * actual.Length, actual.Length).SequenceEqual(actual), $"{tensor} of episode {episode}");
                }
            }
        }
    }

    [Theory]
    [InlineData("pusht_act_keypoints")]
    [InlineData("pusht_act_keypoints_early")]
    [InlineData("pusht_diffusion_keypoints")]
    public void Network_inputs_from_double_precision_states_equal_LeRobots(string name)
    {
        using var trace = Goldens.Open($"checkpoints/{name}/trace_seed1000.safetensors");
        var space = new ObservationSpace(
            ObservationField.Vector("observation.environment_state", 16), ObservationField.Vector("observation.state", 2));
        using var policy = TestPolicy.Load(Goldens.Checkpoint(name), space);
        double[] agentPos = trace.Read<double>("agent_pos");
        double[] environmentState = trace.Read<double>("environment_state");
        float[] expected = trace.Read<float>("policy_input_normalized");
        var observation = new Observation(space);
        for (int inference = 0; inference < expected.Length / 18; inference++)
        {
            using var scope = NewDisposeScope();
            using var session = (LeRobotSession)policy.NewSession(TestEpisode.Of(1000));
            agentPos.AsSpan(inference * 16, 2).CopyTo(observation.Vector("observation.state"));
            environmentState.AsSpan(inference * 128, 16).CopyTo(observation.Vector("observation.environment_state"));
            session.Observe(observation);
            var given = policy.Preprocess(session).Observation;
            float[] actual = [.. given["observation.state"].data<float>(), .. given["observation.environment_state"].data<float>()];
            Assert.Equal(expected[(inference * 18)..(inference * 18 + 18)], actual);
        }
    }
}
