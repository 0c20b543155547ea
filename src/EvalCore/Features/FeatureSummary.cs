namespace EvalCore.Features;

/// <summary>Says in one line what a run compared, for a run without a success.</summary>
internal static class FeatureSummary
{
    /// <summary>The line.</summary>
    /// <param name="features">The features, by name.</param>
    /// <param name="seen">What was seen in all episodes that were counted.</param>
    /// <param name="isFarOut">Whether there are notes on what is far out.</param>
    public static string Of(IReadOnlyDictionary<string, Feature> features, EpisodeDiagnostics seen, bool isFarOut)
    {
        var counted = features.Select(feature => (Name: feature.Key, feature.Value, Counts: FeatureNotes.Counts(seen, feature.Key, feature.Value))).Where(feature => feature.Counts is not null).ToList();
        string[] with = [.. counted.Where(feature => feature.Value.Statistics is not null).Select(feature => feature.Name)];
        string[] without = [.. counted.Where(feature => feature.Value.Statistics is null).Select(feature => feature.Name)];
        string[] compared =
        [
            .. with.Length > 0 ? [$"{string.Join(", ", with)} with the statistics of the training data"] : Array.Empty<string>(),
            .. counted.Any(feature => feature.Value.ActionSpace is not null) ? ["actions with the environment's bounds"] : Array.Empty<string>(),
            .. counted.Any(feature => feature.Value.Kind == FeatureKind.Image) ? ["looked for black images and ones of one colour"] : Array.Empty<string>(),
        ];
        string lacking = without.Length == 0 ? "" : $"; no statistics of {string.Join(", ", without)}";
        string verdict = isFarOut ? "what is far out is noted above" : Inside(counted.Select(feature => (feature.Name, feature.Counts!)));
        string[] unseen =
        [
            .. counted.Any(feature => feature.Value.Kind == FeatureKind.Image) ? ["a flipped image"] : Array.Empty<string>(),
            "a sign where the range is symmetric",
        ];
        return $"compared {string.Join(", ", compared)}{lacking}: {verdict}. This cannot show {string.Join(" or ", unseen)}";
    }

    /// <summary>What was outside, where nothing was far out.</summary>
    private static string Inside(IEnumerable<(string Name, FeatureCounts Counts)> features)
    {
        var outside = features
            .Select(feature => (feature.Name, Share: Math.Max(Share(feature.Counts, feature.Counts.Outside), Share(feature.Counts, feature.Counts.OutsideBounds))))
            .Where(feature => feature.Share > 0)
            .Select(feature => $"{FeatureNotes.Percent(feature.Share)} of {feature.Name}").ToList();
        return outside.Count == 0 ? "all values were inside" : $"nothing was far out ({string.Join(", ", outside)} just outside)";
    }

    private static double Share(FeatureCounts counts, IReadOnlyList<long>? outside) =>
        outside is null ? 0 : outside.Sum(count => (double)count) / (counts.Values * outside.Count);
}
