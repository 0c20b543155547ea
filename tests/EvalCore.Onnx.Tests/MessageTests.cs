using System.Text.Json.Nodes;
using EvalCore.Environments;
using EvalCore.Onnx.Tests.Graphs;
using Microsoft.ML.OnnxRuntime;

namespace EvalCore.Onnx.Tests;

/// <summary>What a user reads when a model, its description and the environment do not fit: one line.</summary>
public sealed class MessageTests : IDisposable
{
    private const string Both =
        "the model's inputs are 'state' float [1, 2]; the environment has observation.state [2], observation.environment_state [3], observation.image [4, 6, 3]";

    private readonly SmallModel _model = new();

    public void Dispose() => _model.Dispose();

    [Fact]
    public void A_missing_description_is_shown_filled_in()
    {
        _model.Description.Clear();
        Assert.Equal(
            "model.onnx: model.json is missing beside it; write it, with what fits: "
            + """{"inputs":{"state":{"key":"observation.state"}},"output":"action","n_obs_steps":1,"n_action_steps":4,"normalization":null}"""
            + $" ({Both}; its outputs are 'action' float [1, 4, 2])", _model.Fail());
    }

    [Fact]
    public void The_description_that_is_shown_is_one_that_works()
    {
        _model.Write(graph =>
        {
            string image = graph.Input("image", ElementType.UInt8, 1, 4, 6, 3);
            string noise = graph.Input("noise", ElementType.Float, 1, 4, 2);
            string mean = graph.Node("ReduceMean", [graph.Node("Cast", [image], ("to", 1L))], ("axes", new long[] { 1, 2, 3 }), ("keepdims", 0L));
            return graph.Output(graph.Add(noise, mean), "chunk", ElementType.Float, 1, 4, 2);
        });
        _model.Description.Clear();
        string line = _model.Fail();
        File.WriteAllText(_model.Json, line[line.IndexOf('{', StringComparison.Ordinal)..(line.IndexOf(" (the model's", StringComparison.Ordinal))]);
        using var policy = _model.Make();
        Assert.Equal(["observation.image"], policy.ObservationKeys);
    }

    [Theory]
    [InlineData("""{"pos": {"key": "observation.state"}}""", $"model.json: inputs.pos: the model has no such input; {Both}")]
    [InlineData("""{"state": {"key": "observation.stat"}}""", $"model.json: inputs.state: the environment has no 'observation.stat'; {Both}; if it has another name there, give --rename_map")]
    [InlineData("""{"state": {"key": "observation.environment_state"}}""", "model.json: inputs.state: the model's input 'state' float [1, 2] does not fit 'observation.environment_state' [3] of the environment, which makes [1, 3]")]
    [InlineData("""{"state": {"key": "observation.image"}}""", "model.json: inputs.state: the model's input 'state' float [1, 2] does not fit 'observation.image' [4, 6, 3] of the environment, which makes [1, 3, 4, 6]")]
    [InlineData("""{"state": {"key": ["observation.state", "observation.image"]}}""", "model.json: inputs.state: several keys are put together only where they are vectors; 'observation.image' is an image")]
    [InlineData("""{"state": {"key": "observation.state", "random": "normal"}}""", "model.json: inputs.state.random: \"normal\" is not possible together with key: a tensor has one or the other")]
    [InlineData("""{"state": {}}""", "model.json: inputs.state.key: null is not the name of an observation (or give \"random\": \"normal\")")]
    [InlineData("""{"state": {"key": "observation.state", "layot": "hwc"}}""", "model.json: unknown field 'inputs.state.layot'; did you mean 'layout'? (known: random, key, layout, range)")]
    [InlineData("""{"state": {"random": "cauchy"}}""", "model.json: inputs.state.random: \"cauchy\" is not one of normal, uniform")]
    [InlineData("""{"state": {"random": "normal", "shape": [2]}}""", "model.json: inputs.state: shape [2] does not fit the model's input 'state' float [1, 2]")]
    [InlineData("""{"state": {"random": "normal", "draws": 3}}""", "model.json: inputs.state: draws is 3, but the first dimension of [1, 2] is 1")]
    [InlineData("""{"state": "observation.state"}""", "model.json: inputs.state: is not a map")]
    [InlineData("[]", "model.json: inputs: [] is not a map")]
    [InlineData("{}", "model.json: inputs: {} is not a map from the model's inputs to what they are given")]
    public void An_input_that_does_not_fit_is_named(string inputs, string line)
    {
        _model.Description["inputs"] = JsonNode.Parse(inputs);
        Assert.Equal(line, _model.Fail());
    }

    [Theory]
    [InlineData("output", "\"actions\"", "model.json: output: the model has no 'actions'; its outputs are 'action' float [1, 4, 2]")]
    [InlineData("output", "3", "model.json: output: 3 is not a string")]
    [InlineData("chunk_size", "8", "model.json: chunk_size is 8, but the model's output 'action' has 4 actions")]
    [InlineData("chunk_size", "\"4\"", "model.json: chunk_size: \"4\" is not a whole number, 1 or more")]
    [InlineData("n_action_steps", "5", "model.json: n_action_steps: 5 is more than the 4 actions of a chunk")]
    [InlineData("n_action_steps", "1.5", "model.json: n_action_steps: 1.5 is not a whole number, 1 or more")]
    [InlineData("n_obs_steps", "0", "model.json: n_obs_steps: 0 is not a whole number, 1 or more")]
    [InlineData("n_obs_steps", "2", "model.json: inputs.state: the model's input 'state' float [1, 2] does not fit 'observation.state' [2] of the environment, which makes [1, 2, 2]")]
    [InlineData("first_action_step", "4", "model.json: first_action_step is 4, but a chunk has 4 actions; the first is 0")]
    [InlineData("n_actoin_steps", "4", "model.json: unknown field 'n_actoin_steps'; did you mean 'n_action_steps'? (known: inputs, output, chunk_size, first_action_step, n_obs_steps, n_action_steps, normalization)")]
    [InlineData("normalization", "3", "model.json: normalization: 3 is not a map")]
    [InlineData("normalization", """{"observation.state": {"mode": "MEAN_STD", "mean": [0, 0]}}""", "model.json: normalization.observation.state.std: null is not a list of numbers, which MEAN_STD needs")]
    [InlineData("normalization", """{"observation.state": {"mode": "MEAN_STD", "mean": [0, 0], "std": [1]}}""", "model.json: normalization.observation.state.std: [1] is not as long as mean")]
    [InlineData("normalization", """{"observation.state": {"mode": "MEAN_STD", "mean": [0, 0], "std": [1, "x"]}}""", "model.json: normalization.observation.state.std: [1,\"x\"] is not a list of finite numbers")]
    [InlineData("normalization", """{"observation.state": {"mode": "MIN_MAX", "min": [0], "max": [1]}}""", "model.json: normalization.observation.state: has 1 numbers, but 'observation.state' of the environment has 2")]
    [InlineData("normalization", """{"action": {"mode": "MIN_MAX", "min": [0], "max": [1]}}""", "model.json: normalization.action: has 1 numbers, but an action has 2")]
    [InlineData("normalization", """{"observation.image": {"mode": "IDENTITY"}}""", "model.json: normalization.observation.image: no input reads it (read are observation.state, and there is action)")]
    [InlineData("normalization", """{"action": {"mode": "mean_std"}}""", "model.json: normalization.action.mode: \"mean_std\" is not one of IDENTITY, MEAN_STD, MIN_MAX, QUANTILES, QUANTILE10")]
    public void A_field_that_does_not_fit_is_named(string field, string value, string line)
    {
        _model.Description[field] = JsonNode.Parse(value);
        Assert.Equal(line, _model.Fail());
    }

    [Fact]
    public void A_flag_that_does_not_fit_is_named()
    {
        Assert.Equal("--policy.n_action_steps: 9 is more than the 4 actions of a chunk", _model.Fail("n_action_steps=9"));
        Assert.Equal("--policy.num_threads: '0' is not a whole number, 1 to 1024", _model.Fail("num_threads=0"));
    }

    [Fact]
    public void An_input_that_the_description_lacks_is_named()
    {
        _model.Write(graph => graph.Output(graph.Reshape(graph.Add(graph.Input("state", ElementType.Float, 1, 2), graph.Input("extra", ElementType.Float, 1, 2)), 1, 1, 2), "action", ElementType.Float, 1, 1, 2));
        Assert.Equal($"model.json: inputs does not say what 'extra' is given; {Both.Replace("'state' float [1, 2]", "'state' float [1, 2], 'extra' float [1, 2]", StringComparison.Ordinal)}", _model.Fail());
    }

    [Fact]
    public void An_image_in_the_other_layout_is_said()
    {
        _model.Write(graph => graph.Output(graph.Node("ReduceMean", [graph.Input("state", ElementType.Float, 1, 4, 6, 3)], ("axes", new long[] { 1 }), ("keepdims", 0L)), "action", ElementType.Float, 1, 6, 3));
        _model.Description["inputs"] = JsonNode.Parse("""{"state": {"key": "observation.image"}}""");
        Assert.Equal("model.json: inputs.state: the model's input 'state' float [1, 4, 6, 3] does not fit 'observation.image' [4, 6, 3] of the environment, which makes [1, 3, 4, 6]; with \"layout\": \"hwc\" it fits", _model.Fail());
    }

    [Fact]
    public void Actions_of_another_dimension_are_said()
    {
        var actions = new ActionSpace(new ActionComponent("x", "m", -1, 1, IsRelative: true), new ActionComponent("y", "m", -1, 1, IsRelative: true), new ActionComponent("z", "m", -1, 1, IsRelative: true));
        var error = Assert.Throws<EvalCoreException>(() => _model.Make(actions: actions));
        Assert.EndsWith("output 'action' is [1, 4, 2]: the policy's actions have 2 numbers, the environment's 3", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(ElementTypeName.Int64, ElementTypeName.Float, "model.json: inputs.state: an observation is given as float, but the model's input is 'state' int64 [1, 2]; export the model with a float input")]
    [InlineData(ElementTypeName.Float, ElementTypeName.Double, "model.json: the model's output 'action' double [1, 1, 2] is not float; export the model with actions in float32")]
    public void Elements_of_another_type_are_said(ElementTypeName input, ElementTypeName output, string line)
    {
        _model.Write(graph => graph.Output(graph.Reshape(graph.Node("Cast", [graph.Input("state", (ElementType)input, 1, 2)], ("to", (long)output)), 1, 1, 2), "action", (ElementType)output, 1, 1, 2));
        Assert.Equal(line, _model.Fail());
    }

    [Fact]
    public void A_file_that_is_not_there_is_said()
    {
        File.Delete(_model.Model);
        Assert.Equal($"--policy.path: there is no file '{_model.Model}'", Assert.Throws<EvalCoreException>(() => TestPolicy.Onnx(_model.Model)).Message);
        Assert.Equal("--policy.path is missing: the file of an ONNX model, with a JSON file beside it", Assert.Throws<EvalCoreException>(() => new OnnxPolicies().NewConfig("onnx").Validate()).Message);
    }

    [Fact]
    public void A_damaged_file_is_said()
    {
        byte[] whole = File.ReadAllBytes(_model.Model);
        File.WriteAllBytes(_model.Model, whole[..(whole.Length / 2)]);
        Assert.Equal("model.onnx: is no ONNX model, or is damaged (a field is longer than its message); export it again", _model.Fail());
        File.WriteAllText(_model.Model, "version https://git-lfs.github.com/spec/v1\n");
        Assert.StartsWith("model.onnx: is no ONNX model, or is damaged", _model.Fail(), StringComparison.Ordinal);
        File.WriteAllBytes(_model.Model, []);
        Assert.Equal("model.onnx: is no ONNX model: it has no graph with an output", _model.Fail());
    }

    [Fact]
    public void A_graph_that_does_not_go_together_is_said()
    {
        _model.Write(graph => graph.Output(graph.Node("Relu", ["nothing"]), "action", ElementType.Float, 1, 4, 2));
        _model.Description["inputs"] = JsonNode.Parse("""{"state": {"key": "observation.state"}}""");
        Assert.StartsWith("model.json: inputs.state: the model has no such input; the model's inputs are ;", _model.Fail(), StringComparison.Ordinal);
        _model.Write(graph => graph.Output(graph.Node("Add", [graph.Input("state", ElementType.Float, 1, 2), "nothing"]), "action", ElementType.Float, 1, 4, 2));
        Assert.Equal("model.onnx: onnxruntime 1.31.1 cannot load it: a file is damaged, or it has operators that are not known (it has format 8 and operators of ai.onnx 17); export it again", _model.Fail());
        _model.Write(graph => graph.Output(graph.Node("Mystery", [graph.Input("state", ElementType.Float, 1, 2)]), "action", ElementType.Float, 1, 4, 2));
        Assert.Equal("model.onnx: onnxruntime 1.31.1 cannot load it: a file is damaged, or it has operators that are not known (it has format 8 and operators of ai.onnx 17); export it again", _model.Fail());
    }

    [Fact]
    public void A_model_that_fails_when_it_runs_is_said()
    {
        _model.Write(graph => graph.Output(graph.Node("Reshape", [graph.Input("state", ElementType.Float, 0, 2), graph.Node("Add", [graph.Node("Shape", [graph.Node("Identity", ["state"])]), graph.Whole(3, 3)])]), "action", ElementType.Float, 0, 0));
        Assert.Equal("model.onnx: the model fails when it runs on 'state' [1, 2]: check these shapes, and the inputs that it was exported with", _model.Fail());
    }

    [Fact]
    public void Weights_in_a_file_that_is_missing_or_short_are_said()
    {
        var graph = new OnnxGraph { WeightFile = "model.onnx.data" };
        _model.Write(graph);
        using (var policy = _model.Make())
            Assert.StartsWith("sha256:", policy.Provenance["model.onnx.data"], StringComparison.Ordinal);
        string data = Path.Combine(_model.Folder, "model.onnx.data");
        File.WriteAllBytes(data, File.ReadAllBytes(data)[..4]);
        Assert.StartsWith("model.onnx: onnxruntime 1.31.1 cannot load it: a file is damaged", _model.Fail(), StringComparison.Ordinal);
        File.Delete(data);
        Assert.Equal("model.onnx: has weights in 'model.onnx.data', which is not beside it; copy that file from where the model was exported", _model.Fail());
        _model.Write(new OnnxGraph { WeightFile = "../outside.data" });
        Assert.Equal("model.onnx: has weights in '../outside.data', which is outside its folder; export it again with its weights beside it or inside", _model.Fail());
        File.Delete(Path.Combine(_model.Folder, "../outside.data"));
    }

    [Fact]
    public void The_newest_operators_are_known_and_the_next_are_not()
    {
        _model.Write(new OnnxGraph { Opset = OnnxPolicy.NewestOpset });
        _model.Make().Dispose();
        _model.Write(new OnnxGraph { Opset = OnnxPolicy.NewestOpset + 1 });
        Assert.Equal($"model.onnx: needs ONNX's operators of version {OnnxPolicy.NewestOpset + 1}, but onnxruntime 1.31.1 knows them to version {OnnxPolicy.NewestOpset}; export it again with opset_version={OnnxPolicy.NewestOpset} or lower", _model.Fail());
        Assert.Throws<OnnxRuntimeException>(() => new InferenceSession(_model.Model));
        _model.Write(new OnnxGraph { IrVersion = 99 });
        Assert.StartsWith("model.onnx: onnxruntime 1.31.1 cannot load it: a file is damaged, or it has operators that are not known (it has format 99", _model.Fail(), StringComparison.Ordinal);
    }

    [Fact]
    public void An_action_that_is_not_a_number_is_said()
    {
        _model.Write(graph => graph.Output(graph.Reshape(graph.Node("Log", [graph.Input("state", ElementType.Float, 1, 2)]), 1, 1, 2), "action", ElementType.Float, 1, 1, 2));
        using var policy = _model.Make();
        using var session = policy.NewSession(new EnvTask("a", "a", 0, "a", "").Episode(0, 1), null);
        var observation = new Observation(SmallModel.Space);
        (observation.Vector(0)[0], observation.Vector(0)[1]) = (1, -1);
        session.Observe(observation);
        var error = Assert.Throws<EvalCoreException>(() => policy.Infer([session], CancellationToken.None));
        Assert.EndsWith("model.onnx: output 'action' has NaN at action 0, number 1: the model or its normalisation is damaged", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Flags_without_effect_are_noted()
    {
        var notes = new List<string>();
        _model.Make(warn: notes.Add, flags: ["device=cuda", "batching=dynamic", "use_amp=true"]).Dispose();
        Assert.Equal(
            [
                "--policy.use_amp: an ONNX model computes in the types that it was exported with",
                "--policy.batching=dynamic: no effect; an ONNX model is run for one episode at a time",
                "--policy.device=cuda: there is no GPU that this build of onnxruntime can use; computing on the CPU",
            ], notes);
    }

    /// <summary>The names of element types, public for xunit.</summary>
    public enum ElementTypeName
    {
        Float = ElementType.Float,
        Int64 = ElementType.Int64,
        Double = ElementType.Double,
    }
}
