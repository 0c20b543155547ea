using System.Globalization;

namespace EvalCore.Comparisons;

/// <summary>What a comparison says, in sentences and rows of tables.</summary>
public static class ComparisonText
{
    /// <summary>The verdict and what it rests on, in one line.</summary>
    public static string Verdict(Comparison comparison) => VerdictParts(comparison).ToString();

    /// <summary>The verdict and what it rests on, in parts.</summary>
    /// <param name="comparison">The comparison.</param>
    /// <param name="worse">That B is worse, in words.</param>
    internal static VerdictText VerdictParts(Comparison comparison, string worse = "B is worse")
    {
        ArgumentNullException.ThrowIfNull(comparison);
        var sequential = comparison.Sequential;
        string alpha = Invariant($"alpha {comparison.Options.Alpha:0.####}"), margin = Invariant($"{comparison.Options.Margin:0.##} points");
        return comparison.Verdict switch
        {
            GateVerdict.NotComparable => new(
                "not comparable",
                string.Join("; ", comparison.Comparability.Reasons.Take(3)) + (comparison.Comparability.Reasons.Count > 3 ? $"; and {comparison.Comparability.Reasons.Count - 3} more" : ""),
                ""),
            GateVerdict.Pass => new("pass", $"a drop of {margin} or more is excluded{After()} ({alpha})", Rates(comparison)),
            GateVerdict.Fail => new("fail", $"{worse}{(comparison.Metric is null ? "" : $" in {comparison.Options.MetricName}")}, shown{After()} ({alpha})", Rates(comparison)),
            _ when comparison.Metric is not null => new("undecided", $"B is not shown to be worse in {comparison.Options.MetricName} ({alpha})", Rates(comparison)),
            _ => new("undecided", $"neither a drop, nor that it is below {margin}, is shown ({alpha})", Rates(comparison)),
        };

        string After() => sequential is null
            ? $" by {comparison.Overall.A.Episodes} and {comparison.Overall.B.Episodes} unpaired episodes"
            : $" after {sequential.DecidedAfter} of {sequential.NPlanned} pairs";
    }

    /// <summary>Both success rates, or means, and their difference.</summary>
    public static string Rates(Comparison comparison)
    {
        ArgumentNullException.ThrowIfNull(comparison);
        if (comparison.Metric is { } metric)
            return Invariant($"{comparison.Options.MetricName} {metric.A:0.000} and {metric.B:0.000}, difference {metric.B - metric.A:+0.000;-0.000;0.000}");
        var overall = comparison.Overall;
        return $"success rates {Percent(overall.A.Rate)} and {Percent(overall.B.Rate)}, difference {Points(overall.Difference)} points "
            + $"(95 % interval {Points(overall.Interval95.Low)} to {Points(overall.Interval95.High)})";
    }

    /// <summary>What these episodes could have shown, and how many more would decide; one line each.</summary>
    public static IEnumerable<string> Power(Comparison comparison)
    {
        ArgumentNullException.ThrowIfNull(comparison);
        bool paired = comparison.Overall.Outcomes is not null;
        yield return comparison.SmallestDrop() is { } drop
            ? $"smallest drop that these episodes could have shown: {Points(drop).TrimStart('+')} points"
                + (paired ? $", with {comparison.Overall.Outcomes!.Value.Discordant} discordant pairs" : "")
            : paired ? "no drop could have been shown: there are too few pairs in which one succeeded and the other failed"
            : "no drop could have been shown by so few episodes";
        if (comparison.Verdict == GateVerdict.Undecided && comparison.MorePairs() is { } more)
            yield return $"{more} more {(more == 1 ? "episode" : "episodes")} like these would decide";
    }

    /// <summary>The headings of the table of success rates.</summary>
    public static IReadOnlyList<string> RateHeadings(Comparison comparison)
    {
        ArgumentNullException.ThrowIfNull(comparison);
        return comparison.Overall.Outcomes is null
            ? ["task", "episodes", "A", "B", "B - A", "95 % interval", "p (B worse)", .. comparison.Tasks.Count > 1 ? ["p (Holm)"] : Array.Empty<string>()]
            : ["task", "pairs", "A", "B", "B - A", "95 % interval", "only A", "only B", "p (B worse)", .. comparison.Tasks.Count > 1 ? ["p (Holm)"] : Array.Empty<string>()];
    }

    /// <summary>The rows of the table of success rates: tasks, groups where there are several, and overall.</summary>
    public static IEnumerable<IReadOnlyList<string>> RateRows(Comparison comparison)
    {
        ArgumentNullException.ThrowIfNull(comparison);
        bool several = comparison.Tasks.Count > 1;
        for (int i = 0; i < comparison.Tasks.Count; i++)
            yield return Row(comparison.Tasks[i].Name, comparison.Tasks[i], several ? PValue(comparison.Holm[i]) : null);
        foreach (var group in comparison.Groups.Count > 1 && comparison.Groups.Count < comparison.Tasks.Count ? comparison.Groups : [])
            yield return Row(group.Name, group, several ? "" : null);
        if (several)
            yield return Row("overall", comparison.Overall, "");

        static IReadOnlyList<string> Row(string name, RateComparison rates, string? holm) =>
        [
            name,
            rates.Outcomes is { } paired ? $"{paired.Count}" : $"{rates.A.Episodes}, {rates.B.Episodes}",
            Percent(rates.A.Rate), Percent(rates.B.Rate), Points(rates.Difference),
            $"{Points(rates.Interval95.Low)} to {Points(rates.Interval95.High)}",
            .. rates.Outcomes is { } outcomes ? [$"{outcomes.FirstOnly}", $"{outcomes.SecondOnly}"] : Array.Empty<string>(),
            PValue(rates.PWorse),
            .. holm is null ? Array.Empty<string>() : [holm],
        ];
    }

    /// <summary>The headings of the table of discordant pairs.</summary>
    public static IReadOnlyList<string> PairHeadings { get; } = ["task", "episode", "seed", "succeeded", "video A", "video B"];

    /// <summary>A row of the table of discordant pairs.</summary>
    public static IReadOnlyList<string> PairRow(EpisodePair pair)
    {
        ArgumentNullException.ThrowIfNull(pair);
        return
        [
            pair.A.Task, $"{pair.A.EpisodeIndex}", $"{pair.A.Seed ?? pair.B.Seed}", pair.A.Success ? "A" : "B", pair.A.VideoPath ?? "", pair.B.VideoPath ?? "",
        ];
    }

    /// <summary>A rate, from 0 to 1, in percent.</summary>
    internal static string Percent(double rate) => Invariant($"{100 * rate:0.0} %");

    /// <summary>A difference of rates, from -1 to 1, in percentage points.</summary>
    internal static string Points(double difference) => Invariant($"{100 * difference:+0.0;-0.0;0.0}");

    /// <summary>A p-value.</summary>
    public static string PValue(double p) => p is > 0 and < 0.0001 ? Invariant($"{p:0.0e+0}") : Invariant($"{p:0.0000}");

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
