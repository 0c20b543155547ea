using System.Text.Json;
using System.Text.Json.Serialization;

namespace EvalCore.Features;

/// <summary>What an episode, or several, saw of each feature: what the policy observed, then its actions.</summary>
/// <param name="features">The counts, by the feature's name.</param>
[JsonConverter(typeof(Converter))]
public sealed class EpisodeDiagnostics(IReadOnlyDictionary<string, FeatureCounts> features) : IEquatable<EpisodeDiagnostics>
{
    /// <summary>The counts, by the feature's name.</summary>
    public IReadOnlyDictionary<string, FeatureCounts> Features { get; } = features;

    /// <summary>The sum over episodes, in their order; null where none of them was counted.</summary>
    public static EpisodeDiagnostics? Sum(IEnumerable<EpisodeDiagnostics?> episodes)
    {
        ArgumentNullException.ThrowIfNull(episodes);
        var sums = new OrderedDictionary<string, FeatureCounts>();
        foreach (var (name, counts) in episodes.OfType<EpisodeDiagnostics>().SelectMany(episode => episode.Features))
        {
            // Counts of another number of components are of another environment; they are not comparable.
            if (!sums.TryGetValue(name, out var sum))
                sums.Add(name, counts);
            else if (sum.Sum.Count == counts.Sum.Count)
                sums[name] = sum.Plus(counts);
        }

        return sums.Count == 0 ? null : new EpisodeDiagnostics(sums);
    }

    /// <inheritdoc/>
    public bool Equals(EpisodeDiagnostics? other) => other is not null && Features.SequenceEqual(other.Features);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as EpisodeDiagnostics);

    /// <inheritdoc/>
    public override int GetHashCode() => Features.Count;

    /// <summary>An object in one line, also where the rest of the file is indented.</summary>
    internal sealed class Converter : JsonConverter<EpisodeDiagnostics>
    {
        public override EpisodeDiagnostics Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
        {
            // The converter itself: the serializer would first look for the end of each episode's object.
            var converter = (JsonConverter<OrderedDictionary<string, FeatureCounts>>)options.GetConverter(typeof(OrderedDictionary<string, FeatureCounts>));
            var features = converter.Read(ref reader, typeof(OrderedDictionary<string, FeatureCounts>), options)!;
            foreach (var (name, counts) in features)
            {
                if (counts is null || !AreWhole(counts))
                    throw new JsonException($"the diagnostics of '{name}' have lists of different lengths");
            }

            return new EpisodeDiagnostics(features);
        }

        public override void Write(Utf8JsonWriter writer, EpisodeDiagnostics value, JsonSerializerOptions options) =>
            writer.WriteRawValue(JsonSerializer.Serialize(value.Features, options), skipInputValidation: true);

        private static bool AreWhole(FeatureCounts counts)
        {
            int components = counts.Sum.Count;
            return counts.Min.Count == components && counts.Max.Count == components
                && new[] { counts.Outside, counts.Beyond5Std, counts.FarOut, counts.OutsideAtStart, counts.OutsideBounds, counts.FarOutOfBounds }
                    .All(list => list is null || list.Count == components);
        }
    }
}
