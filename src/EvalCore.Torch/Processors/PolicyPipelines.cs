using System.Text.Json.Nodes;
using EvalCore.Policies;
using EvalCore.Torch.Checkpoints;

namespace EvalCore.Torch.Processors;

/// <summary>Makes the pre-processor and the post-processor of a checkpoint.</summary>
internal static class PolicyPipelines
{
    /// <summary>The pipelines of the folder, or those that a checkpoint from before LeRobot had pipelines would have.</summary>
    /// <param name="config">The policy's configuration.</param>
    /// <param name="context">The flag <c>--rename_map</c>, and the receiver of notes.</param>
    /// <param name="state">The policy's parameters, among which an old checkpoint has its statistics.</param>
    /// <exception cref="EvalCoreException">A file is missing or damaged, or the pipelines do not go together.</exception>
    public static (ProcessorPipeline Pre, ProcessorPipeline Post) Load(LeRobotConfig config, PolicyContext context, StateDict state)
    {
        var folder = config.Folder;
        var overrides = new Dictionary<string, JsonObject>
        {
            [DeviceProcessor.Name] = new() { ["device"] = state.Device.ToString() },
            [RenameObservationsProcessor.Name] = new() { ["rename_map"] = Json(context.RenameMap) },
        };
        var none = new Dictionary<string, JsonObject>();
        if (folder.HasPipelines)
        {
            if (state.Statistics.Count > 0)
            {
                string more = state.Statistics.Count == 1 ? "" : $" and {state.Statistics.Count - 1} more";
                context.Warn($"{folder.Model}: '{state.Statistics.First().Value.Entry.Name}'{more} are statistics of an older LeRobot, and not used: those of the pipelines are");
            }

            return Both(
                () => ProcessorPipeline.Load(folder.Preprocessor, state.Device, config.ProcessorSteps, overrides, config.Tokenizers),
                () => ProcessorPipeline.Load(folder.Postprocessor, state.Device, config.ProcessorSteps, none, config.Tokenizers));
        }

        if (state.Statistics.Count == 0)
        {
            throw new EvalCoreException(
                $"--policy.path: {folder.Root} has no {Path.GetFileName(folder.Preprocessor)}, and {Path.GetFileName(folder.Model)} has no statistics inside, as checkpoints from before LeRobot had pipelines have: copy the pipelines and their state files from the same checkpoint");
        }

        context.Warn($"{folder.Root}: was saved before LeRobot had processor pipelines; normalising with the statistics inside {Path.GetFileName(folder.Model)}");
        var statistics = NormalizationStatistics.Inside(state, config.InputFeatures.Keys.Concat(config.OutputFeatures.Keys));
        return Both(
            () => ProcessorPipeline.Make(
                folder.Model, PipelinesOfOldCheckpoint.Preprocessor(config, statistics), state.Device, config.ProcessorSteps, overrides, config.Tokenizers, statistics),
            () => ProcessorPipeline.Make(
                folder.Model, PipelinesOfOldCheckpoint.Postprocessor(config, statistics), state.Device, config.ProcessorSteps, none, config.Tokenizers, statistics));

        static (ProcessorPipeline, ProcessorPipeline) Both(Func<ProcessorPipeline> makePre, Func<ProcessorPipeline> makePost)
        {
            var pre = makePre();
            ProcessorPipeline? post = null;
            try
            {
                post = makePost();
                var relative = pre.Steps.OfType<RelativeActionsProcessor>().FirstOrDefault();
                foreach (var step in post.Steps.OfType<AbsoluteActionsProcessor>())
                    step.Link(relative);
                return (pre, post);
            }
            catch (Exception)
            {
                pre.Dispose();
                post?.Dispose();
                throw;
            }
        }
    }

    /// <summary>A map as JSON, in the order of its keys.</summary>
    public static JsonObject Json(IReadOnlyDictionary<string, string> map) =>
        new(map.OrderBy(entry => entry.Key, StringComparer.Ordinal).Select(entry => KeyValuePair.Create(entry.Key, (JsonNode?)entry.Value)));
}
