using System.Text.Json.Serialization;

namespace EvalCore.Features;

/// <summary>What a feature is.</summary>
public enum FeatureKind
{
    /// <summary>A vector of numbers that the policy observes.</summary>
    [JsonStringEnumMemberName("vector")]
    Vector,

    /// <summary>An image that the policy observes.</summary>
    [JsonStringEnumMemberName("image")]
    Image,

    /// <summary>The actions that the policy gives the environment.</summary>
    [JsonStringEnumMemberName("action")]
    Action,
}
