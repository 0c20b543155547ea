using System.Text;
using System.Text.Json.Nodes;
using EvalCore.Environments;
using EvalCore.Features;
using EvalCore.Policies;

namespace EvalCore.Onnx.Tests;

/// <summary>What a model is given, and what is made of its chunks.</summary>
public sealed class PolicyTests : IDisposable
{
    private readonly SmallModel _model = new();

    public void Dispose() => _model.Dispose();

    [Fact]
    public void A_chunk_is_played_and_then_the_model_runs_again()
    {
        _model.Description["n_action_steps"] = 3;
        using var policy = _model.Make();
        Assert.Equal([1, 1, 1, 2, 2, 2, 3], Play(policy, 7));
        using var two = _model.Make(flags: ["n_action_steps=2"]);
        Assert.Equal([1, 1, 2, 2, 3], Play(two, 5));
        Assert.Equal("2", two.Provenance["--policy.n_action_steps"]);
    }

    [Fact]
    public void A_model_reads_the_last_observations_and_the_first_stands_for_those_before()
    {
        _model.Write(graph =>
        {
            string seen = graph.Slice(graph.Input("state", ElementType.Float, 0, 3, 2), 2, 0, 1);
            return graph.Output(graph.Reshape(graph.Concat(1, graph.Reshape(seen, 1, 3), graph.Reshape(seen, 1, 3)), 1, 2, 3), "action", ElementType.Float, 1, 2, 3);
        });
        _model.Description["n_obs_steps"] = 3;
        using var policy = _model.Make();
        using var session = policy.NewSession(Episode, null);
        var observation = new Observation(SmallModel.Space);
        double[] action = new double[3];
        var played = new List<string>();
        for (int step = 1; step <= 5; step++)
        {
            observation.Vector(0)[0] = step;
            Assert.True(session.NeedsObservation);
            session.Observe(observation);
            if (session.NeedsInference)
                policy.Infer([session], CancellationToken.None);
            session.Act(action);
            played.Add(string.Join(" ", action));
        }

        Assert.Equal(["1 1 1", "1 1 1", "1 2 3", "1 2 3", "3 4 5"], played);
    }

    [Theory]
    [InlineData("chw", ElementTypes.Float, null)]
    [InlineData("hwc", ElementTypes.Float, null)]
    [InlineData("chw", ElementTypes.Float, "[-1, 1]")]
    [InlineData("chw", ElementTypes.Bytes, null)]
    [InlineData("hwc", ElementTypes.Bytes, null)]
    public void An_image_has_the_layout_and_range_of_the_description(string layout, ElementTypes type, string? range)
    {
        long[] shape = layout == "chw" ? [1, 3, 4, 6] : [1, 4, 6, 3];
        _model.Write(graph =>
        {
            string image = graph.Input("image", type == ElementTypes.Float ? ElementType.Float : ElementType.UInt8, shape);
            return graph.Output(graph.Reshape(type == ElementTypes.Float ? image : graph.Node("Cast", [image], ("to", 1L)), 1, 1, 72), "action", ElementType.Float, 1, 1, 72);
        });
        var input = new JsonObject { ["key"] = "observation.image", ["layout"] = layout };
        if (range is not null)
            input["range"] = JsonNode.Parse(range);
        _model.Description["inputs"] = new JsonObject { ["image"] = input };
        using var policy = _model.Make();
        using var session = policy.NewSession(Episode, null);
        var observation = new Observation(SmallModel.Space);
        for (int i = 0; i < 72; i++)
            observation.Image(2)[i] = (byte)(3 * i);
        session.Observe(observation);
        policy.Infer([session], CancellationToken.None);
        double[] action = new double[72];
        session.Act(action);
        for (int i = 0; i < 72; i++)
        {
            int at = layout == "hwc" ? i : i % 24 * 3 + i / 24;
            float expected = type == ElementTypes.Bytes ? 3 * at : range is null ? 3 * at / 255f : -1 + 3 * at / 255f * 2;
            Assert.Equal(expected, action[i]);
        }
    }

    [Fact]
    public void Vectors_are_put_together_and_normalised_one_by_one()
    {
        _model.Write(graph => graph.Output(graph.Reshape(graph.Input("all", ElementType.Float, 1, 5), 1, 1, 5), "action", ElementType.Float, 1, 1, 5));
        _model.Description["inputs"] = JsonNode.Parse("""{"all": {"key": ["observation.environment_state", "state"]}}""");
        _model.Description["normalization"] = JsonNode.Parse("""{"state": {"mode": "MIN_MAX", "min": [0, 0], "max": [10, 0]}, "action": {"mode": "MEAN_STD", "mean": [0, 0, 0, 0, 1], "std": [1, 1, 1, 2, 1e-8]}}""");
        File.WriteAllText(_model.Json, _model.Description.ToJsonString());
        using var policy = (IInspectablePolicy)TestPolicy.Onnx(_model.Model).Make(new PolicyContext(SmallModel.Space) { RenameMap = new Dictionary<string, string> { ["observation.state"] = "state" }, Warn = Assert.Fail });
        Assert.Equal(["observation.environment_state", "observation.state"], policy.ObservationKeys);
        Assert.Equal([10, 0], policy.Statistics["observation.state"].Max);
        Assert.Equal([0, 0, 0, 0, 1], policy.Statistics[Feature.Action].Mean);
        using var session = policy.NewSession(Episode, null);
        var observation = new Observation(SmallModel.Space);
        (observation.Vector(0)[0], observation.Vector(0)[1], observation.Vector(1)[2]) = (7.5, 0, 4);
        session.Observe(observation);
        policy.Infer([session], CancellationToken.None);
        double[] action = new double[5];
        session.Act(action);
        Assert.Equal([0, 0, 4, 1, 1 + -1e-8f], action.Select(value => (double)(float)value));
    }

    [Fact]
    public void Random_numbers_are_the_episodes_own_and_torchs()
    {
        _model.Write(graph => graph.Output(graph.Mul(graph.Input("noise", ElementType.Float, 0, 3, 6), graph.Scalar(1)), "action", ElementType.Float, 0, 3, 6));
        _model.Description["inputs"] = JsonNode.Parse("""{"noise": {"random": "normal", "shape": [1, 3, 6]}}""");
        using var policy = _model.Make();
        float[] expected = new float[18];
        new EvalCore.Numerics.TorchGenerator(Episode.PolicySeed).Randn(expected);
        foreach (int _ in (int[])[1, 2])
        {
            using var session = policy.NewSession(Episode, null);
            policy.Infer([session], CancellationToken.None);
            Assert.Equal(expected, session.RawChunk.ToArray());
        }

        using var other = policy.NewSession(Episode with { Seed = 9 }, null);
        policy.Infer([other], CancellationToken.None);
        Assert.NotEqual(expected, other.RawChunk.ToArray());
    }

    [Fact]
    public void Provenance_identifies_the_model_and_what_runs_it()
    {
        using var policy = _model.Make(flags: ["num_threads=2"]);
        Assert.Equal(["model.onnx", "model.json", "--policy.num_threads", "onnxruntime", "opset", "producer", "device", "batching"], policy.Provenance.Keys);
        Assert.Equal("1.31.1", policy.Provenance["onnxruntime"]);
        Assert.Equal("ai.onnx 17", policy.Provenance["opset"]);
        Assert.Equal("evalcore-tests 1.0", policy.Provenance["producer"]);
    }

    [Fact]
    public void A_stopped_run_ends_the_model()
    {
        using var policy = _model.Make();
        using var session = policy.NewSession(Episode, null);
        Assert.Throws<OperationCanceledException>(() => policy.Infer([session], new CancellationToken(canceled: true)));
    }

    [Fact]
    public void Damaged_models_are_rejected_in_one_line() => Fuzz.Run([File.ReadAllBytes(_model.Model)], bytes =>
    {
        File.WriteAllBytes(_model.Model, bytes);
        try
        {
            _ = ModelFile.Read(_model.Model).Inputs;
        }
        catch (EvalCoreException e)
        {
            Assert.DoesNotContain('\n', e.Message.Replace(_model.Model, "", StringComparison.Ordinal));
        }
    });

    [Fact]
    public void Damaged_descriptions_are_rejected_in_one_line() => Fuzz.Run(
        [
            Encoding.UTF8.GetBytes("""{"inputs": {"state": {"key": ["a", "b"], "layout": "hwc", "range": [-1, 1]}, "noise": {"random": "normal", "shape": [1, 2], "draws": 1}}, "output": "action", "chunk_size": 4, "n_obs_steps": 1, "n_action_steps": 4, "first_action_step": 0, "normalization": {"a": {"mode": "MEAN_STD", "mean": [1], "std": [2], "eps": 1e-8}}}"""),
        ],
        bytes =>
        {
            File.WriteAllBytes(_model.Json, bytes);
            try
            {
                ModelDescription.Read(_model.Model);
            }
            catch (EvalCoreException e)
            {
                Assert.DoesNotContain('\n', e.Message);
            }
        });

    /// <summary>The types of an image's elements, for xunit.</summary>
    public enum ElementTypes
    {
        Float,
        Bytes,
    }

    private static EpisodeSpec Episode => new EnvTask("a", "a", 0, "a", "").Episode(0, 1);

    /// <summary>Plays steps; observation k is the number of times that one was asked for. Returns the actions' first number.</summary>
    private static List<double> Play(IInspectablePolicy policy, int steps)
    {
        using var session = policy.NewSession(Episode, null);
        var observation = new Observation(SmallModel.Space);
        double[] action = new double[2];
        var played = new List<double>();
        for (int i = 0; i < steps; i++)
        {
            if (session.NeedsObservation)
            {
                observation.Vector(0)[0]++;
                session.Observe(observation);
            }

            if (session.NeedsInference)
                policy.Infer([session], CancellationToken.None);
            session.Act(action);
            played.Add(action[0]);
        }

        return played;
    }
}
