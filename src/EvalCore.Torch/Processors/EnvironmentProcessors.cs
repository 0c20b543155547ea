using EvalCore.Environments;
using static TorchSharp.torch;

namespace EvalCore.Torch.Processors;

/// <summary>
/// The steps between an environment and the pipelines of a policy that has steps of its own for it: LeRobot's
/// <c>env_preprocessor</c> and <c>env_postprocessor</c> (v0.6.1, <c>make_env_pre_post_processors</c>).
/// </summary>
internal sealed class EnvironmentProcessors
{
    /// <summary>What the policy's pre-processor gets.</summary>
    public required ObservationSpace ObservationSpace { get; init; }

    /// <summary>For a field that the steps make: the environment's fields that it is made of.</summary>
    public required IReadOnlyDictionary<string, IReadOnlyList<ObservationField>> Sources { get; init; }

    /// <summary>How many numbers the environment's actions have.</summary>
    public required int ActionDimension { get; init; }

    /// <summary>What a user should know of an environment's actions; null: nothing.</summary>
    public required Func<ActionSpace, string?> Note { get; init; }

    /// <summary>Makes the steps before the pre-processor.</summary>
    public required Func<Device, IReadOnlyList<(string Name, IProcessorStep Step)>> NewPreprocessor { get; init; }

    /// <summary>Makes the steps after the post-processor.</summary>
    public required Func<IReadOnlyList<(string Name, IProcessorStep Step)>> NewPostprocessor { get; init; }

    /// <summary>The environment's fields that some fields are or are made of.</summary>
    public IEnumerable<ObservationField> SourcesOf(IEnumerable<ObservationField> fields) =>
        fields.SelectMany(field => Sources.GetValueOrDefault(field.Key) ?? [field]);
}
