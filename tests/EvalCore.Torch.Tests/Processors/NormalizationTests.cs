using System.Text.Json.Nodes;
using Safetensors;
using EvalCore.Torch.Processors;
using static TorchSharp.torch;

namespace EvalCore.Torch.Tests.Processors;

/// <summary>The five modes against LeRobot, with statistics that have zero deviations and zero ranges.</summary>
public sealed class NormalizationTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("evalcore-").FullName;
    private readonly SafetensorsFile _golden = Goldens.Open("policies/processors/normalize.safetensors");

    public void Dispose()
    {
        _golden.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Theory]
    [InlineData("IDENTITY")]
    [InlineData("MEAN_STD")]
    [InlineData("MIN_MAX")]
    [InlineData("QUANTILES")]
    [InlineData("QUANTILE10")]
    public void A_mode_computes_what_LeRobot_computes(string mode)
    {
        using var scope = NewDisposeScope();
        string[] observations = ["observation.state", "observation.environment_state", "observation.image"];
        using (var normalizer = Pipeline("normalizer_processor", mode))
        {
            var transition = new Transition { Action = In("action"), Observation = observations.ToDictionary(name => name, In) };
            normalizer.Process(transition);
            foreach (string name in observations)
                Same($"{mode}.norm.{name}", transition.Observation[name]);
            Same($"{mode}.norm.action", transition.Action);
        }

        using var unnormalizer = Pipeline("unnormalizer_processor", mode);
        foreach (string name in (string[])["action", "action_chunk"])
        {
            var transition = new Transition { Action = In(name) };
            unnormalizer.Process(transition);
            Same($"{mode}.unnorm.{name}", transition.Action);
        }
    }

    [Fact]
    public void The_statistics_take_the_type_of_the_input()
    {
        using var scope = NewDisposeScope();
        using var normalizer = Pipeline("normalizer_processor", "MEAN_STD");
        var transition = new Transition { Observation = { ["observation.state"] = In("observation.state").to(ScalarType.Float64) } };
        normalizer.Process(transition);

        double[] x = [.. In("observation.state").data<float>().Select(value => (double)value)];
        double[] mean = [.. _golden.Read<float>("stats.observation.state.mean").Select(value => (double)value)];
        double[] std = [.. _golden.Read<float>("stats.observation.state.std").Select(value => (double)value)];
        double[] expected = [.. x.Select((value, i) => (value - mean[i % 6]) / (std[i % 6] + 1e-8))];
        Assert.Equal(expected, transition.Observation["observation.state"].data<double>());
    }

    private Tensor In(string name) => tensor(_golden.Read<float>($"in.{name}")).reshape([.. _golden[$"in.{name}"].Shape]);

    /// <summary>Bit-identical.</summary>
    private void Same(string name, Tensor actual)
    {
        Assert.Equal(_golden[name].Shape, actual.shape);
        Assert.Equal(_golden.Read<float>(name), actual.contiguous().data<float>().ToArray());
    }

    private ProcessorPipeline Pipeline(string step, string mode)
    {
        var stats = new SafetensorsWriter();
        foreach (var entry in _golden.Where(entry => entry.Name.StartsWith("stats.", StringComparison.Ordinal)))
            stats.Add<float>(entry.Name["stats.".Length..], _golden.Span<float>(entry.Name), [.. entry.Shape]);
        stats.Save(Path.Combine(_folder, "stats.safetensors"));
        string[] types = ["STATE", "ENV", "VISUAL", "ACTION"];
        var json = new JsonObject
        {
            ["name"] = "p",
            ["steps"] = new JsonArray(new JsonObject
            {
                ["registry_name"] = step,
                ["state_file"] = "stats.safetensors",
                ["config"] = new JsonObject
                {
                    ["eps"] = 1e-8,
                    ["features"] = new JsonObject
                    {
                        ["observation.state"] = Feature("STATE", 6),
                        ["observation.environment_state"] = Feature("ENV", 6),
                        ["observation.image"] = Feature("VISUAL", 3, 8, 10),
                        ["action"] = Feature("ACTION", 6),
                    },
                    ["norm_map"] = new JsonObject(types.Select(type => KeyValuePair.Create(type, (JsonNode?)mode))),
                },
            }),
        };
        string path = Path.Combine(_folder, "pipeline.json");
        File.WriteAllText(path, json.ToJsonString());
        return ProcessorPipeline.Load(path, CPU, new ProcessorStepRegistry(), new Dictionary<string, JsonObject>());

        static JsonObject Feature(string type, params int[] shape) =>
            new() { ["type"] = type, ["shape"] = new JsonArray([.. shape.Select(n => (JsonNode)n)]) };
    }
}
