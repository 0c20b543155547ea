using System.Text.Json.Nodes;
using EvalCore.Environments;
using EvalCore.Policies;
using EvalCore.Torch.Checkpoints;
using EvalCore.Torch.Policies;
using EvalCore.Torch.Policies.Act;
using EvalCore.Torch.Processors;
using TorchSharp;
using static TorchSharp.torch;

namespace EvalCore.Torch.Tests.Policies;

/// <summary>
/// No tensor of the CPU is mixed with those of the policy's device. torch's meta device stands for a GPU: its tensors have
/// shapes but no numbers, and an element-wise operation on tensors of two devices fails. Layer norm and attention do not
/// exist there in libtorch 2.10, so a stand-in takes the place of the network.
/// </summary>
public sealed class DeviceTests : IDisposable
{
    private static readonly Device Meta = new(DeviceType.META);

    private static readonly ObservationSpace Space = new(
        ObservationField.Vector("observation.environment_state", 16), ObservationField.Vector("observation.state", 2),
        ObservationField.Image("observation.image", 8, 8));

    private readonly TestFolder _folder = new();

    public DeviceTests()
    {
        // The post-processor of a checkpoint ends on the CPU, where meta tensors cannot go.
        _folder.Edit("policy_postprocessor.json", json => DeviceStep(json)["device"] = "cuda");
        foreach (string file in (string[])["policy_preprocessor.json", "policy_postprocessor.json"])
            _folder.Edit(file, json => AddStep(json, "add"));

        static JsonNode DeviceStep(JsonNode json) => json["steps"]!.AsArray().Single(step => (string)step!["registry_name"]! == DeviceProcessor.Name)!["config"]!;

        static void AddStep(JsonNode json, string name) => json["steps"]!.AsArray().Add(new JsonObject { ["registry_name"] = name, ["config"] = new JsonObject() });
    }

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Everything_from_observation_to_action_is_computed_on_the_policys_device(bool ensembling)
    {
        using var policy = Load(Meta, ensembling);
        using var scope = NewDisposeScope();
        LeRobotSession[] sessions = [.. Enumerable.Range(0, 3).Select(i => (LeRobotSession)policy.NewSession(TestEpisode.Of(1000 + i)))];
        foreach (var session in sessions)
            session.Observe(new Observation(Space));
        for (int step = 0; step < 3; step++)
        {
            var prediction = policy.Predict(sessions);
            Assert.All(prediction.Input.Observation.Values, tensor => Assert.Equal(DeviceType.META, tensor.device_type));
            Assert.Equal([3, 3, 8, 8], prediction.Input.Observation["observation.image"].shape);
            var actions = policy.Postprocess(prediction.RawActions, prediction.Input);
            Assert.Equal(DeviceType.META, actions.device_type);
            Assert.Equal([3, ensembling ? 1 : 8, 2], actions.shape);
        }

        Array.ForEach(sessions, session => session.Dispose());
    }

    [Fact]
    public void A_CPU_tensor_among_tensors_of_the_device_is_an_error()
    {
        using var policy = Load(Meta, ensembling: false);
        using var scope = NewDisposeScope();
        Assert.Contains(
            "same device",
            Assert.ThrowsAny<Exception>(() => policy.Postprocess(zeros(1, 8, 2), new Transition())).Message, StringComparison.Ordinal);
        using var session = (LeRobotSession)policy.NewSession(TestEpisode.Of(1000));
        using var onCpu = Load(CPU, ensembling: true);
        using var ofCpu = (LeRobotSession)onCpu.NewSession(TestEpisode.Of(1000));
        ofCpu.Observe(new Observation(Space));
        onCpu.Infer([ofCpu], CancellationToken.None);
        using var ensembling = Load(Meta, ensembling: true);
        Assert.Contains("same device", Assert.ThrowsAny<Exception>(() => ensembling.Predict(ofCpu)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_custom_step_runs_before_and_after_the_network()
    {
        using var plain = Load(CPU, ensembling: false, steps => steps.Add("add", _ => new Add(0)));
        using var policy = Load(CPU, ensembling: false, steps => steps.Add("add", _ => new Add(1)));
        Assert.Equal([.. Act(plain).Select(number => number + 1)], Act(policy));

        static double[] Act(LeRobotPolicy policy)
        {
            double[] action = new double[2];
            using var session = policy.NewSession(TestEpisode.Of(1000));
            session.Observe(new Observation(Space));
            policy.Infer([session], CancellationToken.None);
            session.Act(action);
            return action;
        }
    }

    private LeRobotPolicy Load(Device device, bool ensembling, Action<ProcessorStepRegistry>? add = null)
    {
        var config = new StandInConfig { Path = _folder.Root, Ensembling = ensembling };
        (add ?? (steps => steps.Add("add", _ => new Add(1))))(config.ProcessorSteps);
        return LeRobotPolicy.Load(config, new PolicyContext(Space) { Warn = Assert.Fail }, device);
    }

    /// <summary>Hands a number from the pre-processor, where there are observations, to the post-processor, which adds it.</summary>
    private sealed class Add(float number) : IProcessorStep
    {
        public void Process(Transition transition)
        {
            if (transition.Observation.TryGetValue("observation.state", out var state))
                transition.ComplementaryData["number"] = full_like(state, Scalars.Of(number)).unsqueeze(1);
            transition.Action = transition.Action?.Plus(transition.ComplementaryData["number"]);
        }
    }

    private sealed class StandInConfig : LeRobotConfig
    {
        public override string Type => "stand-in";

        public bool Ensembling { get; init; }

        public override Dictionary<string, string> NormalizationMapping { get; set; } = [];

        public StandInConfig()
        {
            InputFeatures["observation.state"] = new PolicyFeature(FeatureType.STATE, [2]);
            InputFeatures["observation.environment_state"] = new PolicyFeature(FeatureType.ENV, [16]);
            InputFeatures["observation.image"] = new PolicyFeature(FeatureType.VISUAL, [3, 8, 8]);
            OutputFeatures["action"] = new PolicyFeature(FeatureType.ACTION, [2]);
        }

        public override PolicyNetwork NewNetwork(StateDict state, IReadOnlyList<(int Height, int Width)> images) => new StandIn(state, Ensembling);

        protected override void CheckFields()
        {
        }
    }

    /// <summary>A network that computes its chunk from all its inputs by element-wise operations.</summary>
    private sealed class StandIn(StateDict state, bool ensembling) : PolicyNetwork
    {
        private readonly Tensor _weight = state.Load("model.decoder_pos_embed.weight", 8, 96);
        private readonly TemporalEnsembler? _ensembler = ensembling ? new TemporalEnsembler(0.01, 8, state) : null;

        public override int ObservationSteps => 1;

        public override int ActionSteps => _ensembler is null ? 8 : 1;

        public override long Parameters => 1;

        public override IDisposable? NewMemory() => _ensembler is null ? null : new TemporalEnsembler.Ensemble();

        public override Tensor PredictActionChunk(IReadOnlyDictionary<string, Tensor> observation, IReadOnlyList<EpisodeState> episodes)
        {
            var chunk = _weight.narrow(1, 0, 2).unsqueeze(0).Plus(observation["observation.state"].unsqueeze(1));
            chunk = chunk.Plus(observation["observation.environment_state"].narrow(1, 0, 2).unsqueeze(1));
            return chunk.Plus(observation["observation.image"].flatten(1).narrow(1, 0, 2).unsqueeze(1));
        }

        public override Tensor SelectActions(Tensor chunk, IReadOnlyList<EpisodeState> episodes) =>
            _ensembler?.Select(chunk, episodes) ?? base.SelectActions(chunk, episodes);

        public override void Dispose() => state.Dispose();
    }
}
