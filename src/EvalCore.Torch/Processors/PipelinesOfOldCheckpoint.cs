using System.Text.Json;
using System.Text.Json.Nodes;
using EvalCore.Options;
using EvalCore.Torch.Checkpoints;

namespace EvalCore.Torch.Processors;

/// <summary>
/// The pipelines of a checkpoint from before LeRobot had them, whose statistics are inside the model: what LeRobot v0.6.1's
/// <c>migrate_policy_normalization.py</c> would write, but with the statistics of every feature.
/// </summary>
internal static class PipelinesOfOldCheckpoint
{
    /// <summary>The steps of the pre-processor.</summary>
    /// <param name="config">The policy's configuration.</param>
    /// <param name="statistics">What the model has.</param>
    public static JsonArray Preprocessor(LeRobotConfig config, NormalizationStatistics statistics) =>
    [
        Step(RenameObservationsProcessor.Name, []),
        Step(ToBatchProcessor.Name, []),
        .. config.InstructionSteps.Select(step => Step(step.Name, step.Fields)),
        Step(DeviceProcessor.Name, []),
        Step(NormalizerProcessor.Name, Normalization(config, config.InputFeatures.Concat(config.OutputFeatures), statistics)),
    ];

    /// <summary>The steps of the post-processor.</summary>
    /// <param name="config">The policy's configuration.</param>
    /// <param name="statistics">What the model has.</param>
    public static JsonArray Postprocessor(LeRobotConfig config, NormalizationStatistics statistics) =>
    [
        Step(UnnormalizerProcessor.Name, Normalization(config, config.OutputFeatures, statistics)),
        Step(DeviceProcessor.Name, new JsonObject { ["device"] = "cpu" }),
    ];

    private static JsonObject Step(string name, JsonObject fields) => new JsonObject { ["registry_name"] = name, ["config"] = fields };

    private static JsonObject Normalization(
        LeRobotConfig config, IEnumerable<KeyValuePair<string, PolicyFeature>> features, NormalizationStatistics statistics)
    {
        var stated = JsonFile.Read(config.Folder.Config, "the configuration of a LeRobot checkpoint")["normalization_mapping"] as JsonObject ?? [];
        var modes = stated.ToDictionary(entry => entry.Key, entry => entry.Value?.ToString() ?? "");
        var all = new JsonObject();
        foreach (var (name, feature) in features)
        {
            all[name] = JsonSerializer.SerializeToNode(new { type = feature.Type.ToString(), shape = feature.Shape });
            string type = feature.Type.ToString();

            // The model has statistics of what was normalised in training. LeRobot's migration takes the state of an environment
            // for one of the robot.
            if (!modes.ContainsKey(type) && statistics.Has(name))
                modes[type] = (type == nameof(FeatureType.ENV) ? modes.GetValueOrDefault(nameof(FeatureType.STATE)) : null) ?? Guess(name);
        }

        return new JsonObject
        {
            ["features"] = all,
            ["norm_map"] = new JsonObject(modes.Select(entry => KeyValuePair.Create(entry.Key, (JsonNode?)entry.Value))),
        };

        string Guess(string name) =>
            statistics.TryGet(name, "mean", out _) ? nameof(NormalizationMode.MEAN_STD)
            : statistics.TryGet(name, "min", out _) ? nameof(NormalizationMode.MIN_MAX) : nameof(NormalizationMode.IDENTITY);
    }
}
