using System.Globalization;
using EvalCore.Comparisons;
using EvalCore.Results;
using EvalCore.Statistics;
using EvalCore.Statistics.Multiple;

namespace EvalCore.History;

/// <summary>
/// Looks for a drop of the success rate and for a slowdown. Success: the last run of each suite and policy against an earlier one, by the
/// exact one-sided test of <see cref="Comparison"/> (McNemar's for runs with common seeds, else Boschloo's), adjusted by Holm for the
/// number of these tests. Time: the last one of each series against the earlier ones, by the modified z-score of Iglewicz and Hoaglin,
/// How to Detect and Handle Outliers (1993): 0.6745 (x - median) / MAD above 3.5, and more than some percent above the median, since a
/// few equal times have a MAD near 0.
/// </summary>
public static class HistoryCheck
{
    private const double MostZ = 3.5;

    /// <summary>The fewest earlier times that the rule needs.</summary>
    private const int FewestTimes = 4;

    /// <summary>How many earlier times it reads.</summary>
    private const int MostTimes = 20;

    /// <summary>Checks the last entries.</summary>
    /// <param name="entries">The entries, in the order of time.</param>
    /// <param name="resultOf">Reads the result of a run.</param>
    /// <param name="options">What counts as a drop and as a slowdown; null for the defaults.</param>
    /// <exception cref="EvalCoreException">An option is out of range.</exception>
    public static IReadOnlyList<HistoryFinding> Of(IReadOnlyList<HistoryEntry> entries, Func<HistoryEntry, EvalInfo> resultOf, HistoryCheckOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(entries);
        ArgumentNullException.ThrowIfNull(resultOf);
        options ??= new HistoryCheckOptions();
        options.Validate();
        return [.. Successes(entries, resultOf, options), .. Times(entries, options.Slowdown)];
    }

    private static List<HistoryFinding> Successes(IReadOnlyList<HistoryEntry> entries, Func<HistoryEntry, EvalInfo> resultOf, HistoryCheckOptions options)
    {
        var findings = new List<HistoryFinding>();
        var tested = new List<(HistoryEntry Last, HistoryEntry Before, Comparison Comparison)>();
        foreach (var group in entries.Where(entry => entry.Kind == HistoryKind.Run).GroupBy(entry => (entry.Suite, entry.Policy)))
        {
            var last = group.Last();
            if (last.Episodes == 0)
            {
                findings.Add(new HistoryFinding(false, $"success  {last.Title}: no episode could be played at {Commit(last)}") { IsCompared = false });
                continue;
            }

            var result = resultOf(last);
            IEnumerable<HistoryEntry> earlier = group.SkipLast(1).Reverse();
            if (options.Against == EarlierRun.Best)
                earlier = earlier.OrderByDescending(entry => (double)entry.Successes / Math.Max(1, entry.Episodes));
            var comparable = earlier.Select(entry => (Entry: entry, Comparison: Compare(resultOf(entry), result, options))).FirstOrDefault(pair => pair.Comparison is not null);
            if (comparable.Comparison is { } comparison)
                tested.Add((last, comparable.Entry, comparison));
            else
                findings.Add(new HistoryFinding(false, $"success  {last.Title}: {Rate(last)}; no earlier run to compare it with") { IsCompared = false });
        }

        double[] adjusted = [.. AdjustedPValues.Holm([.. tested.Select(test => test.Comparison.Overall.PWorse)])];
        findings.AddRange(tested.Select((test, i) =>
        {
            var (last, before, comparison) = test;
            var overall = comparison.Overall;
            string drop = adjusted[i] <= options.Alpha ? "DROPPED" : "no drop is shown";
            return new HistoryFinding(
                adjusted[i] <= options.Alpha,
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"success  {last.Title}: {overall.B.Successes}/{overall.B.Episodes} at {Commit(last)}, before {overall.A.Successes}/{overall.A.Episodes} at {Commit(before)}: {drop} (p = {adjusted[i]:0.####}, {(overall.Outcomes is null ? "unpaired" : "paired")})"));
        }));
        return findings;
    }

    private static Comparison? Compare(EvalInfo before, EvalInfo last, HistoryCheckOptions options)
    {
        try
        {
            var comparison = Comparison.Of(before, last, options.Comparison);
            return comparison.Comparability.Reasons.Count == 0 ? comparison : null;
        }
        catch (EvalCoreException)
        {
            // They have no task in common of which both played an episode.
            return null;
        }
    }

    private static IEnumerable<HistoryFinding> Times(IReadOnlyList<HistoryEntry> entries, double slowdown)
    {
        // Where no episode could be played there is no time of one.
        foreach (var series in entries.Where(entry => entry.Kind == HistoryKind.Benchmark || entry.Episodes > 0).GroupBy(entry => entry.Series))
        {
            var last = series.Last();
            double[] earlier = [.. series.SkipLast(1).TakeLast(MostTimes).Select(entry => entry.Seconds)];
            if (earlier.Length < FewestTimes)
            {
                yield return new HistoryFinding(false, $"time     {last.Title}: {Text(last.Seconds)}; {earlier.Length} earlier of this machine and these flags, {FewestTimes} are needed") { IsCompared = false };
                continue;
            }

            double median = Median(earlier), mad = Median([.. earlier.Select(time => Math.Abs(time - median))]);
            double z = 0.6745 * (last.Seconds - median) / mad, percent = 100 * (last.Seconds / median - 1);
            bool isSlow = percent > slowdown && !(z <= MostZ);
            string verdict = isSlow ? "SLOWER" : "no slowdown is shown";
            yield return new HistoryFinding(isSlow, string.Create(
                CultureInfo.InvariantCulture,
                $"time     {last.Title}: {Text(last.Seconds)} at {Commit(last)}, median of {earlier.Length} before {Text(median)}: {verdict} ({percent:+0.0;-0.0} %, z = {z:0.0})"));
        }
    }

    private static double Median(double[] values)
    {
        double[] sorted = [.. values.Order()];
        return SampleQuantile.Of(sorted, 0.5);
    }

    private static string Commit(HistoryEntry entry) => entry.Commit.Length > 0 ? entry.ShortCommit : "an unknown commit";

    private static string Rate(HistoryEntry entry) => $"{entry.Successes}/{entry.Episodes}";

    /// <summary>A time with three digits and its unit.</summary>
    public static string Text(double seconds) => seconds switch
    {
        >= 1 => string.Create(CultureInfo.InvariantCulture, $"{seconds:0.##} s"),
        >= 1e-3 => string.Create(CultureInfo.InvariantCulture, $"{1e3 * seconds:0.##} ms"),
        >= 1e-6 => string.Create(CultureInfo.InvariantCulture, $"{1e6 * seconds:0.##} µs"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{1e9 * seconds:0.##} ns"),
    };
}
