using System.Globalization;

namespace EvalCore.Features;

/// <summary>
/// Says what of a run's inputs and actions is far from the statistics of the training data or the environment's bounds, and
/// the likely cause. The thresholds and their reasons are in <c>docs/diagnostics.md</c>.
/// </summary>
internal static class FeatureNotes
{
    /// <summary>The share of a component's values, or of images, from which something is noted.</summary>
    private const double NotedShare = 0.1;

    /// <summary>The share of values, and of episodes at their start, from which an inverted sign is considered.</summary>
    private const double MostlyOutside = 0.5;

    /// <summary>
    /// The share of a range's width by which values must be outside it for an inverted sign: data that begin at an end of
    /// their range have values that are just outside.
    /// </summary>
    private const double InvertedMargin = 0.1;

    /// <summary>The share of the expected magnitude below which all values are too small.</summary>
    private const double TooSmall = 0.02;

    /// <summary>The factor from which values are in another unit.</summary>
    private const double AnotherUnit = 10;

    /// <summary>The notes on a suite, one line each.</summary>
    /// <param name="features">The features, by name.</param>
    /// <param name="tasks">What was seen in each task.</param>
    public static IReadOnlyList<string> Of(IReadOnlyDictionary<string, Feature> features, IReadOnlyList<(string Task, EpisodeDiagnostics Seen)> tasks)
    {
        var notes = new List<string>();
        foreach (var (name, feature) in features)
        {
            foreach (var rule in Rules(feature))
            {
                var found = tasks.Where(task => Counts(task.Seen, name, feature) is { } counts && rule(name, feature, counts) is not null).ToList();
                if (found.Count == 0)
                    continue;
                var sum = EpisodeDiagnostics.Sum(found.Select(task => task.Seen))!;
                string note = rule(name, feature, Counts(sum, name, feature)!) ?? rule(name, feature, Counts(found[0].Seen, name, feature)!)!;
                notes.Add(note + In(found.ConvertAll(task => task.Task), tasks.Count));
            }
        }

        // The statistics are of the data of all tasks: so are the means of the images.
        if (EpisodeDiagnostics.Sum(tasks.Select(task => task.Seen)) is { } all)
            notes.AddRange(ImageNotes.Of(features, all));
        return notes;
    }

    /// <summary>The counts of a feature that fit it; null where there are none.</summary>
    internal static FeatureCounts? Counts(EpisodeDiagnostics seen, string name, Feature feature) =>
        seen.Features.TryGetValue(name, out var counts) && counts.Observations > 0 && counts.Sum.Count == feature.Components ? counts : null;

    /// <summary>A share in percent.</summary>
    internal static string Percent(double share) => share switch
    {
        0 => "0 %",
        < 0.001 => "less than 0.1 %",
        > 0.995 and < 1 => "more than 99 %",
        _ => string.Create(CultureInfo.InvariantCulture, $"{100 * share:0.#} %"),
    };

    /// <summary>A number in about three digits.</summary>
    internal static string Number(double value) => Math.Abs(value) >= 1000
        ? value.ToString("0", CultureInfo.InvariantCulture)
        : (value + 0.0).ToString("G3", CultureInfo.InvariantCulture); // -0 becomes 0

    private static IReadOnlyList<Func<string, Feature, FeatureCounts, string?>> Rules(Feature feature) => feature.Kind switch
    {
        FeatureKind.Vector => [NotFinite, AgainstStatistics, MuchSmaller],
        FeatureKind.Action => [AgainstBounds, ActionsAgainstStatistics, MuchSmallerThanBounds],
        _ => [OneColour],
    };

    private static string? NotFinite(string name, Feature feature, FeatureCounts counts) => counts.NotFinite == 0
        ? null
        : $"{name}: {Percent((double)counts.NotFinite / (counts.Values * feature.Components))} of the numbers that the environment gives are not finite";

    /// <summary>A vector whose values are far outside the statistics.</summary>
    private static string? AgainstStatistics(string name, Feature feature, FeatureCounts counts)
    {
        if (feature.Statistics is not { } statistics)
            return null;
        int[] inverted = [.. Components(feature).Where(i =>
            Share(counts.Outside, counts.Values, i) >= MostlyOutside && Share(counts.OutsideAtStart, counts.Episodes, i) >= MostlyOutside
            && IsInverted(counts, i, statistics.Range(i)))];
        if (inverted.Length > 0)
        {
            return Line(name, feature, counts, counts.Outside!, inverted, "outside", statistics.RangeName!, statistics.Range,
                "with the opposite sign they are inside: likely a sign that is inverted, of a gripper or of an axis");
        }

        int[] far = Far(feature, counts.FarOut, counts.Values);
        if (far.Length > 0)
            return Line(name, feature, counts, counts.FarOut!, far, "far outside", RangeName(statistics), i => RangeOf(statistics, i), Cause(feature, counts, far));

        // Inside of a range that is right, normalised by a deviation that is not.
        int[] huge = [.. Far(feature, counts.Beyond5Std, counts.Values).Where(i => statistics.StdOf(i) == 0 && statistics.Range(i).Width > 0)];
        return huge.Length == 0 ? null : Line(name, feature, counts, counts.Beyond5Std!, huge, "not", "the mean of the statistics, whose standard deviation is 0", statistics.Range,
            "normalised by it (MEAN_STD) they become huge: likely damaged statistics");
    }

    /// <summary>Actions that are far outside the statistics of the policy's own data.</summary>
    private static string? ActionsAgainstStatistics(string name, Feature feature, FeatureCounts counts) =>
        feature.Statistics is { } statistics && Far(feature, counts.FarOut, counts.Values) is { Length: > 0 } far
            ? Line(name, feature, counts, counts.FarOut!, far, "far outside", RangeName(statistics), i => RangeOf(statistics, i),
                "the policy does what its data does not have: likely weights and statistics that do not belong together, or another normalisation mode")
            : null;

    /// <summary>Actions that are far outside the bounds of the environment.</summary>
    private static string? AgainstBounds(string name, Feature feature, FeatureCounts counts)
    {
        int[] inverted = [.. Components(feature).Where(i =>
            Share(counts.OutsideBounds, counts.Values, i) >= MostlyOutside && IsInverted(counts, i, feature.BoundsOf(i)))];
        if (inverted.Length > 0)
        {
            return Line(name, feature, counts, counts.OutsideBounds!, inverted, "outside", "the environment's bounds", feature.BoundsOf,
                "with the opposite sign they are inside: likely a sign that is inverted, of a gripper or of an axis");
        }

        int[] far = Far(feature, counts.FarOutOfBounds, counts.Values);
        if (far.Length == 0)
            return null;
        double factor = Factor(counts, far, feature.BoundsOf);
        bool relative = far.All(i => feature.ActionSpace![i].IsRelative);
        string mode = relative ? "absolute actions where the environment expects relative ones" : "another action mode";
        string cause = factor >= AnotherUnit
            ? $"about {Number(factor)} times too large: likely another scale or unit{Unit(factor)}, or {mode}"
            : $"likely {mode}, another scale, or statistics of another data set in the post-processor";
        return Line(name, feature, counts, counts.FarOutOfBounds!, far, "far outside", "the environment's bounds", feature.BoundsOf, cause);
    }

    /// <summary>Values that are all much smaller than those of the data.</summary>
    private static string? MuchSmaller(string name, Feature feature, FeatureCounts counts)
    {
        if (feature.Statistics is not { RangeName: { } range } statistics)
            return null;
        int[] measured = [.. Components(feature).Where(i => statistics.Range(i).Magnitude is > 0 and < double.PositiveInfinity && counts.Min[i] <= counts.Max[i])];
        if (measured.Length == 0 || !measured.All(i => counts.Seen(i).Magnitude < TooSmall * statistics.Range(i).Magnitude))
            return null;
        int widest = measured.MaxBy(i => counts.Seen(i).Magnitude / statistics.Range(i).Magnitude);
        double factor = statistics.Range(widest).Magnitude / counts.Seen(widest).Magnitude;
        string cause = double.IsFinite(factor)
            ? $"likely another unit{Unit(factor)}, or an environment that normalises them already"
            : "all are 0: the environment likely gives nothing for it";
        return $"{name}: all values are below {Percent(TooSmall)} of the statistics' magnitude ({Example(feature, counts, widest, range, statistics.Range)}); {cause}";
    }

    /// <summary>Actions that are all much smaller than the environment expects, the statistics' range too where it is there.</summary>
    private static string? MuchSmallerThanBounds(string name, Feature feature, FeatureCounts counts)
    {
        int[] measured = [.. Components(feature).Where(i => feature.BoundsOf(i).Magnitude is > 0 and < double.PositiveInfinity && counts.Min[i] <= counts.Max[i])];
        if (measured.Length == 0 || !measured.All(i => Used(i) < TooSmall * feature.BoundsOf(i).Magnitude))
            return null;
        int widest = measured.MaxBy(i => Used(i) / feature.BoundsOf(i).Magnitude);
        return $"{name}: all values are below {Percent(TooSmall)} of the magnitude of the environment's bounds ({Example(feature, counts, widest, "bounds", feature.BoundsOf)}); "
            + "likely another scale or unit, or actions that are not brought back from their normalisation";

        double Used(int i) => feature.Statistics?.Range(i).Magnitude is { } data && double.IsFinite(data) ? Math.Max(data, counts.Seen(i).Magnitude) : counts.Seen(i).Magnitude;
    }

    /// <summary>Images that are black or of one colour.</summary>
    private static string? OneColour(string name, Feature feature, FeatureCounts counts)
    {
        double black = (double)counts.Black / counts.Observations, constant = (double)counts.Constant / counts.Observations;
        return black >= NotedShare ? $"{name}: {Percent(black)} of the images are black: likely the renderer, or a camera inside of something"
            : constant >= NotedShare ? $"{name}: {Percent(constant)} of the images have one colour only: likely the renderer, or a camera that sees nothing"
            : null;
    }

    /// <summary>The likely cause of a vector's values outside the statistics.</summary>
    private static string Cause(Feature feature, FeatureCounts counts, int[] far)
    {
        var statistics = feature.Statistics!;
        if (far.All(statistics.IsConstant))
            return "the statistics there are of one value (a standard deviation of 0), so that other values become huge: likely statistics of another data set, or a field that the data left empty";
        if (Components(feature).All(i => AreOfNormalisedData(statistics, i)))
            return "the statistics are those of data that were normalised already: likely wrong statistics, or a normalisation that the environment lacks";
        double factor = Factor(counts, far, i => RangeOf(statistics, i));
        if (factor >= AnotherUnit)
            return $"about {Number(factor)} times too large: likely another unit{Unit(factor)}";
        return far.All(i => Share(counts.OutsideAtStart, counts.Episodes, i) < NotedShare)
            ? "at the start of the episodes they are inside: the policy likely goes where its data does not"
            : "likely statistics of another data set, another environment, or another field under this name (--rename_map)";
    }

    private static string Unit(double factor) => factor switch
    {
        >= 40 and < 76 => " (degrees and radians are 57.3 apart)",
        >= 76 and < 130 => " (metres and centimetres, or shares and percent, are 100 apart)",
        >= 200 and < 300 => " (images and colours from 0 to 255 and from 0 to 1)",
        >= 700 and < 1400 => " (metres and millimetres are 1000 apart)",
        _ => "",
    };

    /// <summary>The median of the factors by which the largest magnitude of components exceeds the expected one.</summary>
    private static double Factor(FeatureCounts counts, int[] components, Func<int, Bounds> expected)
    {
        double[] factors = [.. components
            .Where(i => expected(i).Magnitude is > 0 and < double.PositiveInfinity)
            .Select(i => counts.Seen(i).Magnitude / expected(i).Magnitude)
            .Order()];
        return factors.Length == 0 ? 1 : factors[factors.Length / 2];
    }

    /// <summary>Whether a component's values are where its range is with the opposite sign.</summary>
    private static bool IsInverted(FeatureCounts counts, int component, Bounds range)
    {
        double opposite = -counts.MeanOf(component);
        double beyond = Math.Max(range.Low - counts.MeanOf(component), counts.MeanOf(component) - range.High);
        return range.Width is > 0 and < double.PositiveInfinity && beyond > InvertedMargin * range.Width
            && range.Widened.Contains(counts.Seen(component).Times(-1)) && opposite >= range.Low && opposite <= range.High;
    }

    private static bool AreOfNormalisedData(FeatureStatistics statistics, int component) =>
        (Near(statistics.Range(component).Low, -1) && Near(statistics.Range(component).High, 1))
        || (statistics.MeanOf(component) is { } mean && Near(mean, 0) && statistics.StdOf(component) is { } std && Near(std, 1));

    private static bool Near(double value, double expected) => Math.Abs(value - expected) < 0.01;

    private static string RangeName(FeatureStatistics statistics) => statistics.RangeName is { } range ? $"the statistics' {range}" : "5 standard deviations of the statistics";

    private static Bounds RangeOf(FeatureStatistics statistics, int component) => statistics.RangeName is not null
        ? statistics.Range(component)
        : new Bounds(statistics.MeanOf(component)!.Value - 5 * statistics.StdOf(component)!.Value, statistics.MeanOf(component)!.Value + 5 * statistics.StdOf(component)!.Value);

    private static IEnumerable<int> Components(Feature feature) => Enumerable.Range(0, feature.Components);

    private static int[] Far(Feature feature, IReadOnlyList<long>? counts, long values) =>
        [.. Components(feature).Where(i => Share(counts, values, i) >= NotedShare)];

    private static double Share(IReadOnlyList<long>? counts, long values, int component) => counts is null ? 0 : (double)counts[component] / values;

    /// <summary>A note: the feature, the share, an example and the cause.</summary>
    private static string Line(
        string name, Feature feature, FeatureCounts counts, IReadOnlyList<long> outside, int[] components, string how, string of, Func<int, Bounds> expected, string cause)
    {
        double share = components.Sum(i => (double)outside[i]) / (components.Length * counts.Values);
        int worst = components.MaxBy(i => Distance(counts.Seen(i), expected(i)));
        string which = components.Length == feature.Components
            ? feature.Components == 1 ? "" : " of all components"
            : $" of {(components.Length == 1 ? "component" : "components")} {Names(feature, components)}";
        string kind = feature.Kind == FeatureKind.Action ? "actions" : "values";
        string stated = of.StartsWith("the environment", StringComparison.Ordinal) ? "bounds" : "statistics";
        return $"{name}: {Percent(share)} of the {kind}{which} are {how} {of} ({Example(feature, counts, worst, stated, expected)}); {cause}";

        static double Distance(Bounds seen, Bounds expected) => expected.Width > 0
            ? Math.Max(expected.Low - seen.Low, seen.High - expected.High) / expected.Width
            : double.PositiveInfinity;
    }

    private static string Example(Feature feature, FeatureCounts counts, int component, string of, Func<int, Bounds> expected)
    {
        string which = feature.Components == 1 ? "" : $"{Names(feature, [component])}: ";
        return $"{which}seen {Number(counts.Min[component])} to {Number(counts.Max[component])}, {of} {Number(expected(component).Low)} to {Number(expected(component).High)}";
    }

    /// <summary>Components by name where the environment names them, otherwise by number, from 0.</summary>
    private static string Names(Feature feature, int[] components)
    {
        const int Shown = 6;
        var names = components.Take(Shown).Select(i => feature.ActionSpace is { } space && i < space.Count && space[i].Name.Length > 0 ? space[i].Name : $"{i}");
        return string.Join(", ", names) + (components.Length > Shown ? $" and {components.Length - Shown} more" : "");
    }

    private static string In(List<string> tasks, int count)
    {
        const int Shown = 3;
        return tasks.Count == count
            ? ""
            : $" (in {tasks.Count} of {count} tasks: {string.Join(", ", tasks.Take(Shown))}{(tasks.Count > Shown ? ", ..." : "")})";
    }
}
