using EvalCore.Environments;
using EvalCore.Features;
using EvalCore.Torch.Checkpoints;
using EvalCore.Torch.Processors;

namespace EvalCore.Torch.Diagnostics;

/// <summary>
/// The statistics of a checkpoint's pipelines that can be compared with what an environment gives and gets: those of a step
/// between which and the environment no other step changes the numbers.
/// </summary>
internal static class CheckpointStatistics
{
    /// <summary>The steps that change no number of an observation or an action.</summary>
    private static readonly HashSet<string> Unchanging =
    [
        "observation_processor", "IdentityProcessorStep", RenameObservationsProcessor.Name, ToBatchProcessor.Name, "to_batch_processor_action",
        "to_batch_processor_complementary_data", "to_batch_processor_observation", DeviceProcessor.Name, "tokenizer_processor", "action_tokenizer_processor",
        "smolvla_new_line_processor", "pi0_new_line_processor",

        // Keeps the state for a later step.
        RelativeActionsProcessor.Name,
    ];

    /// <summary>The statistics, by the environment's names.</summary>
    /// <param name="preprocessor">Its normalising step has the statistics of observations.</param>
    /// <param name="postprocessor">Its unnormalising step has those of actions.</param>
    /// <param name="inputs">What the policy reads.</param>
    /// <param name="renameMap">The names that the pre-processor gives them.</param>
    public static IReadOnlyDictionary<string, FeatureStatistics> Of(
        ProcessorPipeline preprocessor, ProcessorPipeline postprocessor, IReadOnlyList<ObservationField> inputs, IReadOnlyDictionary<string, string> renameMap)
    {
        var statistics = new Dictionary<string, FeatureStatistics>();
        if (preprocessor.Named.SkipWhile(ChangesNothing).FirstOrDefault().Step is NormalizerProcessor normalizer)
        {
            foreach (var input in inputs)
            {
                if (normalizer.Statistics.TryGetValue(RenameObservationsProcessor.NewName(renameMap, input.Key), out var of))
                    statistics[input.Key] = of;
            }
        }

        if (postprocessor.Named.Reverse().SkipWhile(ChangesNothing).FirstOrDefault().Step is UnnormalizerProcessor unnormalizer
            && unnormalizer.Statistics.TryGetValue(FeatureNames.Action, out var ofActions))
            statistics[Feature.Action] = ofActions;
        return statistics;
    }

    /// <summary>Whether a step changes no number. The policies of openpi have one that makes actions absolute, most of them disabled.</summary>
    private static bool ChangesNothing((string Name, IProcessorStep Step) step) =>
        Unchanging.Contains(step.Name) || step.Step is AbsoluteActionsProcessor { Enabled: false };

    /// <summary>
    /// A line where the pre-processor and the post-processor have different statistics of the action; null where they agree, or
    /// where one has none. LeRobot writes the same into both: one of the files is another checkpoint's.
    /// </summary>
    public static string? Disagreement(ProcessorPipeline preprocessor, ProcessorPipeline postprocessor)
    {
        var before = preprocessor.Steps.OfType<NormalizerProcessor>().Select(step => step.Statistics.GetValueOrDefault(FeatureNames.Action)).FirstOrDefault(of => of is not null);
        var after = postprocessor.Steps.OfType<UnnormalizerProcessor>().Select(step => step.Statistics.GetValueOrDefault(FeatureNames.Action)).FirstOrDefault(of => of is not null);
        return before is null || after is null || before.HasNumbersOf(after)
            ? null
            : $"{postprocessor.Files[^1]}: its statistics of '{FeatureNames.Action}' are not those of {Path.GetFileName(preprocessor.Files[^1])}; LeRobot writes the same into both: likely one of the files is of another checkpoint";
    }
}
