using System.Text.Json.Serialization;
using EvalCore.Environments;

namespace EvalCore.Features;

/// <summary>
/// One input of a policy, or its action, and what its values are compared with: the statistics of the training data, and for
/// an action the bounds of the environment.
/// </summary>
public sealed record Feature
{
    /// <summary>The name of the action.</summary>
    public const string Action = "action";

    /// <summary>What it is.</summary>
    [JsonConverter(typeof(JsonStringEnumConverter<FeatureKind>))]
    public required FeatureKind Kind { get; init; }

    /// <summary>The number of components of a vector or action; the 3 channels of an image.</summary>
    public required int Components { get; init; }

    /// <summary>The statistics of the training data; null, and not in the file, where the policy has none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public FeatureStatistics? Statistics { get; init; }

    /// <summary>What the environment says of the action's components; null, and not in the file, for an observation.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<ActionComponent>? ActionSpace { get; init; }

    /// <summary>The features of a policy in an environment, by the environment's names: what it observes, then the action.</summary>
    /// <param name="observations">What the policy observes.</param>
    /// <param name="actions">The action space of the environment.</param>
    /// <param name="statistics">The statistics that the policy has, by the environment's names.</param>
    public static IReadOnlyDictionary<string, Feature> Of(
        IEnumerable<ObservationField> observations, ActionSpace actions, IReadOnlyDictionary<string, FeatureStatistics> statistics)
    {
        var features = new OrderedDictionary<string, Feature>();
        foreach (var field in observations)
        {
            bool isImage = field.Kind == ObservationKind.Image;
            features.Add(field.Key, new Feature
            {
                Kind = isImage ? FeatureKind.Image : FeatureKind.Vector,
                Components = isImage ? 3 : field.Length,
                Statistics = statistics.GetValueOrDefault(field.Key),
            });
        }

        features[Action] = new Feature
        {
            Kind = FeatureKind.Action,
            Components = actions.Dimension,
            Statistics = statistics.GetValueOrDefault(Action),
            ActionSpace = actions.Components,
        };
        return features;
    }

    /// <summary>The bounds that the environment declares for a component of the action; unbounded for an observation.</summary>
    public Bounds BoundsOf(int component) =>
        ActionSpace is { } space && component < space.Count ? new Bounds(space[component].Low, space[component].High) : Bounds.None;
}
