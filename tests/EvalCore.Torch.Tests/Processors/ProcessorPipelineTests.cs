using System.Text.Json.Nodes;
using EvalCore.Torch.Processors;
using Safetensors;
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
    [InlineData("""[{"registry_name":"normalizer_processor","config":{"norm_map":{"STATE":"1"}}}]""", "norm_map names the unknown mode '1'")]
    [InlineData("""[{"registry_name":"normalizer_processor","config":{"features":{"a":{"type":"STATE","shape":3}}}}]""", "step 'normalizer_processor': features: the shape of 'a' is 3; it must be a list of whole numbers")]
    [InlineData("""[{"registry_name":"normalizer_processor","state_file":"../s.safetensors"}]""", "state_file '../s.safetensors' is not a name of a file in the same folder")]
    [InlineData("""[{"registry_name":"normalizer_processor","state_file":"/s.safetensors"}]""", "state_file '/s.safetensors' is not a name of a file in the same folder")]
    [InlineData("""[{"registry_name":"to_batch_processor","config":[1]}]""", "step 'to_batch_processor': config is [1]; it must be an object")]
    [InlineData("""[{"registry_name":"device_processor","config":{"float_dtype":"float7"}}]""", "float_dtype 'float7' is unknown")]
    [InlineData("""{"a":1}""", "has no list of steps")]
    [InlineData("[", "is not JSON (line 1, column 22: '}'); expected a processor pipeline")]
    public void A_damaged_pipeline_is_one_clear_line(string steps, string message)
    {
        var exception = Assert.Throws<EvalCoreException>(() => Load(steps));
        Assert.Contains(message, exception.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', exception.Message);
    }

    [Theory]
    [InlineData(new long[] { 3 })]
    [InlineData(new long[] { 3, 1, 1 })]
    [InlineData(new long[] { 1, 3, 4, 5 })]
    [InlineData(new long[] { 3, 4, 5 })]
    [InlineData(new long[] { 1 })]
    [InlineData(new long[0])]
    public void Statistics_of_images_are_per_channel_or_per_pixel(long[] shape)
    {
        using var scope = NewDisposeScope();
        long count = shape.Aggregate(1L, (product, n) => product * n);
        float[] mean = [.. Enumerable.Range(0, (int)count).Select(i => i * 0.25f)];
        float[] std = [.. Enumerable.Range(0, (int)count).Select(i => 0.5f + i)];
        SaveStatistics(mean, std, shape);
        using var pipeline = Load(Images);
        var image = rand(2, 3, 4, 5);
        var transition = new Transition { Observation = { ["observation.image"] = image } };
        pipeline.Process(transition);
        long[] broadcast = shape.Length == 1 && shape[0] == 3 ? [3, 1, 1] : shape;
        var expected = (image - tensor(mean).reshape(broadcast)) / (tensor(std).reshape(broadcast) + 1e-8);
        Assert.Equal([2, 3, 4, 5], transition.Observation["observation.image"].shape);
        Assert.Equal(expected.data<float>().ToArray(), transition.Observation["observation.image"].contiguous().data<float>().ToArray());
    }

    [Theory]
    [InlineData(new long[] { 4 }, "tensor 'observation.image.mean' is F32 [4], but 'observation.image' has shape [3, 4, 5]")]
    [InlineData(new long[] { 2, 3, 1, 1 }, "tensor 'observation.image.mean' is F32 [2, 3, 1, 1], but 'observation.image' has shape [3, 4, 5]")]
    [InlineData(new long[] { 3, 7, 5 }, "step 'normalizer_processor' fails: The size of tensor")]
    public void Statistics_of_another_shape_are_one_clear_line(long[] shape, string message)
    {
        using var scope = NewDisposeScope();
        long count = shape.Aggregate(1L, (product, n) => product * n);
        SaveStatistics(new float[count], new float[count], shape);
        using var pipeline = Load(Images);
        var transition = new Transition { Observation = { ["observation.image"] = rand(2, 3, 4, 5) } };
        var exception = Assert.Throws<EvalCoreException>(() => pipeline.Process(transition));
        Assert.Contains(message, exception.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', exception.Message);
    }

    [Fact]
    public void Whole_numbers_are_statistics_too()
    {
        using var scope = NewDisposeScope();
        new SafetensorsWriter().Add<long>("observation.image.mean", [1, 2, 3], 3).Add<long>("observation.image.std", [2, 2, 2], 3)
            .Save(Path.Combine(_folder, "s.safetensors"));
        using var pipeline = Load(Images);
        var transition = new Transition { Observation = { ["observation.image"] = ones(1, 3, 1, 1) } };
        pipeline.Process(transition);
        Assert.Equal([0f, -0.5f, -1f], transition.Observation["observation.image"].contiguous().data<float>().ToArray());
    }

    [Fact]
    public void Of_two_observations_that_get_one_name_the_later_is_kept()
    {
        using var scope = NewDisposeScope();
        using var pipeline = Load("""[{"registry_name":"rename_observations_processor","config":{"rename_map":{"a":"c","b":"c"}}}]""");
        var transition = new Transition { Observation = { ["a"] = zeros(1), ["x"] = zeros(1), ["b"] = ones(1) } };
        pipeline.Process(transition);
        Assert.Equal(["c", "x"], transition.Observation.Keys);
        Assert.Equal(1f, transition.Observation["c"].item<float>());
    }

    [Fact]
    public void A_step_that_is_named_by_its_class_keeps_what_the_file_says_where_another_takes_the_override()
    {
        using var scope = NewDisposeScope();
        const string ByClass = """{"class":"lerobot.processor.rename_processor.RenameObservationsProcessorStep","config":{"rename_map":{"a":"b"}}}""";
        var overrides = new Dictionary<string, JsonObject> { ["rename_observations_processor"] = new() { ["rename_map"] = new JsonObject() } };
        Assert.Equal(["a"], Renamed($"[{ByClass}]"));
        Assert.Equal(["b"], Renamed("[" + ByClass + """,{"registry_name":"rename_observations_processor","config":{"rename_map":{"b":"c"}}}]"""));

        IEnumerable<string> Renamed(string steps)
        {
            using var pipeline = Load(steps, overrides);
            var transition = new Transition { Observation = { ["a"] = zeros(1) } };
            pipeline.Process(transition);
            return transition.Observation.Keys;
        }
    }

    [Fact]
    public void An_override_without_its_step_is_an_error()
    {
        var exception = Assert.Throws<EvalCoreException>(() => Load("[]", new() { ["device_processor"] = [] }));
        Assert.Contains("has no step 'device_processor'", exception.Message, StringComparison.Ordinal);
    }

    private const string Images =
        """[{"registry_name":"normalizer_processor","state_file":"s.safetensors","config":{"features":{"observation.image":{"type":"VISUAL","shape":[3,4,5]}},"norm_map":{"VISUAL":"MEAN_STD"}}}]""";

    private void SaveStatistics(float[] mean, float[] std, long[] shape) => new SafetensorsWriter()
        .Add<float>("observation.image.mean", mean, shape).Add<float>("observation.image.std", std, shape).Save(Path.Combine(_folder, "s.safetensors"));

    private ProcessorPipeline Load(string steps, Dictionary<string, JsonObject>? overrides = null)
    {
        string path = Path.Combine(_folder, "policy_preprocessor.json");
        File.WriteAllText(path, $$"""{"name":"p","steps":{{steps}}}""");
        return ProcessorPipeline.Load(path, CPU, _registry, overrides ?? NoOverrides);
    }
}
