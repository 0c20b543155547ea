using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace EvalCore.Torch.Checkpoints;

/// <summary>An input or output of a policy.</summary>
/// <param name="Type">What it is.</param>
/// <param name="Shape">Its shape; images are (channels, height, width).</param>
internal sealed record PolicyFeature(FeatureType Type, int[] Shape)
{
    /// <summary>How many numbers it has.</summary>
    public int Length => Shape.Aggregate(1, (product, n) => product * n);

    /// <summary>Checks what a file says of features, one by one, so that the message names the feature.</summary>
    /// <param name="where">The file and the field, for messages.</param>
    /// <param name="features">The field's value; what is no object is left to who reads it.</param>
    /// <exception cref="EvalCoreException">A feature has no type or no shape, or one that it cannot have.</exception>
    public static void Check(string where, JsonNode? features)
    {
        foreach (var (name, value) in features as JsonObject ?? [])
        {
            if (value is not JsonObject feature)
                throw new EvalCoreException($"{where}: '{name}' is {Json(value)}; it must be an object with a type and a shape");
            if (!(feature["type"] is JsonValue type && type.GetValueKind() == JsonValueKind.String && Enum.GetNames<FeatureType>().Contains(type.GetValue<string>(), StringComparer.OrdinalIgnoreCase)))
                throw new EvalCoreException($"{where}: the type of '{name}' is {Json(feature["type"])}; known are {string.Join(", ", Enum.GetNames<FeatureType>())}");
            if (!(feature["shape"] is JsonArray shape && shape.All(n => int.TryParse(n?.ToJsonString(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _))))
                throw new EvalCoreException($"{where}: the shape of '{name}' is {Json(feature["shape"])}; it must be a list of whole numbers");
        }

        static string Json(JsonNode? node) => node?.ToJsonString() ?? "null";
    }
}
