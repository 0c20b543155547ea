using System.Text.Json.Nodes;
using EvalCore.Torch.Processors;
using static TorchSharp.torch;

namespace EvalCore.Torch.Tests.Processors;

/// <summary>Pipelines as files: steps, overrides, and what is wrong with damaged ones.</summary>
public sealed class ProcessorPipelineTests : IDisposable
{
    private static readonly Dictionary<string, JsonObject> NoOverrides = [];

    private readonly ProcessorStepRegistry _registry = new();
    private readonly string _folder = Directory.CreateTempSubdirectory("evalcore-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Observations_are_renamed_and_get_a_batch_dimension()
    {
        using var scope = NewDisposeScope();
        using var pipeline = Load(
            """[{"registry_name":"rename_observations_processor","config":{"rename_map":{"observation.cam":"observation.images.top"}}},{"registry_name":"to_batch_processor","config":{}}]""");
        var transition = new Transition
        {
            Action = zeros(4),
            Observation =
            {
                ["observation.cam"] = zeros(3, 8, 8),
                ["observation.state"] = zeros(2),
                ["observation.environment_state"] = zeros(1, 5),
            },
        };
        pipeline.Process(transition);
        Assert.Equal(["observation.images.top", "observation.state", "observation.environment_state"], transition.Observation.Keys);
        Assert.Equal([1, 3, 8, 8], transition.Observation["observation.images.top"].shape);
        Assert.Equal([1, 2], transition.Observation["observation.state"].shape);
        Assert.Equal([1, 5], transition.Observation["observation.environment_state"].shape);
        Assert.Equal([1, 4], transition.Action.shape);
    }

    [Fact]
    public void An_override_replaces_the_saved_rename_map_even_by_an_empty_one()
    {
        using var scope = NewDisposeScope();
        const string Steps = """[{"registry_name":"rename_observations_processor","config":{"rename_map":{"observation.a":"observation.b"}}}]""";
        using var pipeline = Load(Steps, new() { ["rename_observations_processor"] = new JsonObject { ["rename_map"] = new JsonObject() } });
        var transition = new Transition { Observation = { ["observation.a"] = zeros(1) } };
        pipeline.Process(transition);
        Assert.Equal(["observation.a"], transition.Observation.Keys);
    }

    [Fact]
    public void Floating_tensors_take_the_float_type_and_others_do_not()
    {
        using var scope = NewDisposeScope();
        using var pipeline = Load("""[{"registry_name":"device_processor","config":{"device":"cpu","float_dtype":"float16"}}]""");
        var transition = new Transition { Observation = { ["x"] = zeros(2), ["i"] = zeros(2, dtype: ScalarType.Int64) } };
        pipeline.Process(transition);
        Assert.Equal(ScalarType.Float16, transition.Observation["x"].dtype);
        Assert.Equal(ScalarType.Int64, transition.Observation["i"].dtype);
    }

    [Theory]
    [InlineData("""[{"registry_name":"wobble_processor","config":{}}]""", "step 'wobble_processor' is not known")]
    [InlineData("""[{"config":{}}]""", "a step has neither registry_name nor class")]
    [InlineData("""[{"registry_name":"normalizer_processor","state_file":"s.safetensors","config":{}}]""", "s.safetensors: is missing; it is the state of step 'normalizer_processor'")]
    [InlineData("""[{"registry_name":"normalizer_processor","config":{"features":{"a":{"type":"STATE","shape":[1]}},"norm_map":{"STATE":"LOUD"}}}]""", "norm_map names the unknown mode 'LOUD'")]
    [InlineData("""[{"registry_name":"device_processor","config":{"float_dtype":"float7"}}]""", "float_dtype 'float7' is unknown")]
    [InlineData("""{"a":1}""", "has no list of steps")]
    [InlineData("[", "is not JSON (line 1); expected a processor pipeline")]
    public void A_damaged_pipeline_is_one_clear_line(string steps, string message)
    {
        var exception = Assert.Throws<EvalCoreException>(() => Load(steps));
        Assert.Contains(message, exception.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', exception.Message);
    }

    [Fact]
    public void An_override_without_its_step_is_an_error()
    {
        var exception = Assert.Throws<EvalCoreException>(() => Load("[]", new() { ["device_processor"] = [] }));
        Assert.Contains("has no step 'device_processor'", exception.Message, StringComparison.Ordinal);
    }

    private ProcessorPipeline Load(string steps, Dictionary<string, JsonObject>? overrides = null)
    {
        string path = Path.Combine(_folder, "policy_preprocessor.json");
        File.WriteAllText(path, $$"""{"name":"p","steps":{{steps}}}""");
        return ProcessorPipeline.Load(path, CPU, _registry, overrides ?? NoOverrides);
    }
}
