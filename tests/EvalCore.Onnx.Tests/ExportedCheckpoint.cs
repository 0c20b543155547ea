using System.Globalization;
using System.Text.Json.Nodes;
using EvalCore.Onnx.Tests.Graphs;
using Safetensors;

namespace EvalCore.Onnx.Tests;

/// <summary>
/// A LeRobot checkpoint (ACT or Diffusion) as an ONNX model with its description, in a folder of its own: the network alone, with
/// its normalisation in the description.
/// </summary>
internal sealed class ExportedCheckpoint : IDisposable
{
    private const string Image = "observation.image", State = "observation.state", EnvironmentState = "observation.environment_state";

    private readonly string _folder = Directory.CreateTempSubdirectory("evalcore-").FullName;

    /// <summary>Exports a checkpoint.</summary>
    /// <param name="checkpoint">Its folder.</param>
    /// <param name="overrides">Fields of its configuration: <c>--name=value</c>.</param>
    /// <param name="wholeHorizon">Whether a Diffusion model gives the actions of past steps as well.</param>
    public ExportedCheckpoint(string checkpoint, IEnumerable<string>? overrides = null, bool wholeHorizon = false)
    {
        var config = JsonNode.Parse(File.ReadAllText(Path.Combine(checkpoint, "config.json")))!;
        foreach (string[] field in (overrides ?? []).Select(text => text.TrimStart('-').Split('=', 2)))
            config[field[0]] = double.TryParse(field[1], CultureInfo.InvariantCulture, out _) ? JsonNode.Parse(field[1]) : JsonValue.Create(field[1]);
        using var weights = SafetensorsFile.Open(Path.Combine(checkpoint, "model.safetensors"));
        var graph = new OnnxGraph();
        var inputs = new JsonObject();
        var description = new JsonObject { ["inputs"] = inputs, ["output"] = "action", ["n_action_steps"] = config["n_action_steps"]!.DeepClone() };
        var features = config["input_features"]!.AsObject();
        long size = features[Image]?["shape"]![1]!.GetValue<long>() ?? 0;
        if (config["type"]!.GetValue<string>() == "act")
        {
            string state = Observed("state", State, 1, Length(State));
            string? environment = features.ContainsKey(EnvironmentState) ? Observed("environment_state", EnvironmentState, 1, Length(EnvironmentState)) : null;
            string? image = size > 0 ? Observed("image", Image, 1, 3, size, size) : null;
            string action = new ActGraph(graph, weights, config).Add(state, environment, image, size);
            graph.Output(action, "action", ElementType.Float, 1, config["chunk_size"]!.GetValue<long>(), 2);
        }
        else
        {
            int steps = config["n_obs_steps"]!.GetValue<int>(), horizon = config["horizon"]!.GetValue<int>();
            var network = new DiffusionGraph(graph, weights, config);
            var parts = new List<string>();
            string state = Observed("state", State, 1, steps, Length(State));
            string? image = size > 0 ? Observed("image", Image, 1, steps, 3, size, size) : null;
            string? environment = features.ContainsKey(EnvironmentState) ? Observed("environment_state", EnvironmentState, 1, steps, Length(EnvironmentState)) : null;
            for (int t = 0; t < steps; t++)
            {
                parts.Add(graph.Reshape(graph.Slice(state, 1, t, t + 1), 1, -1));
                if (image is not null)
                    parts.Add(network.Encode(graph.Reshape(graph.Slice(image, 1, t, t + 1), 1, 3, size, size), size));
                if (environment is not null)
                    parts.Add(graph.Reshape(graph.Slice(environment, 1, t, t + 1), 1, -1));
            }

            string noise = graph.Input("noise", ElementType.Float, 1, horizon, 2);
            inputs["noise"] = new JsonObject { ["random"] = "normal" };
            string? stepNoise = null;
            if (network.NoisySteps > 0)
            {
                stepNoise = graph.Input("step_noise", ElementType.Float, network.NoisySteps, 1, horizon, 2);
                inputs["step_noise"] = new JsonObject { ["random"] = "normal", ["draws"] = network.NoisySteps };
            }

            string action = network.Sample(graph.Concat(1, [.. parts]), noise, stepNoise);
            int played = Math.Min(config["n_action_steps"]!.GetValue<int>(), horizon - steps + 1);
            if (!wholeHorizon)
                action = graph.Slice(action, 1, steps - 1, steps - 1 + played);
            else
                description["first_action_step"] = steps - 1;
            graph.Output(action, "action", ElementType.Float, 1, wholeHorizon ? horizon : played, 2);
            (description["n_obs_steps"], description["n_action_steps"]) = (steps, played);
        }

        description["normalization"] = Normalization(checkpoint, config);
        graph.Save(Model);
        File.WriteAllText(Path.ChangeExtension(Model, ".json"), description.ToJsonString());

        long Length(string feature) => features[feature]!["shape"]![0]!.GetValue<long>();

        string Observed(string name, string key, params long[] shape)
        {
            inputs[name] = new JsonObject { ["key"] = key };
            return graph.Input(name, ElementType.Float, shape);
        }
    }

    public string Model => Path.Combine(_folder, "model.onnx");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static JsonObject Normalization(string checkpoint, JsonNode config)
    {
        using var statistics = SafetensorsFile.Open(Directory.GetFiles(checkpoint, "policy_preprocessor_step_*_normalizer_processor.safetensors")[0]);
        var modes = config["normalization_mapping"]!;
        var normalization = new JsonObject();
        foreach (var (name, feature) in config["input_features"]!.AsObject().Concat(config["output_features"]!.AsObject()))
        {
            if (modes[feature!["type"]!.GetValue<string>()] is not { } mode)
                continue;
            var entry = new JsonObject { ["mode"] = mode.DeepClone() };
            foreach (string statistic in (string[])["mean", "std", "min", "max"])
                entry[statistic] = new JsonArray([.. statistics.Read<float>($"{name}.{statistic}").Select(value => JsonValue.Create((double)value))]);
            normalization[name] = entry;
        }

        return normalization;
    }
}
