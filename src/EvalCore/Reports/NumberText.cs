using System.Globalization;
using EvalCore.Comparisons;
using EvalCore.Statistics;

namespace EvalCore.Reports;

/// <summary>Numbers as a report shows them. What is not a number is a dash.</summary>
internal static class NumberText
{
    /// <summary>A rate from 0 to 1 in percent: <c>84.0 %</c>.</summary>
    public static string Percent(double rate) => double.IsNaN(rate) ? "–" : ComparisonText.Percent(rate);

    /// <summary>An interval of rates in percent: <c>71.5 to 91.7 %</c>.</summary>
    public static string Percents(Interval interval) =>
        double.IsNaN(interval.Low) ? "–" : Invariant($"{100 * interval.Low:0.0} to {100 * interval.High:0.0} %");

    /// <summary>A difference of rates in percentage points: <c>+4.0</c>.</summary>
    public static string Points(double difference) => double.IsNaN(difference) ? "–" : ComparisonText.Points(difference);

    /// <summary>A number of a metric.</summary>
    public static string Number(double value) => double.IsNaN(value) ? "–" : Math.Abs(value) switch
    {
        0 => "0",
        < 0.001 or >= 1e6 => Invariant($"{value:0.##e+0}"),
        < 100 => Invariant($"{value:0.###}"),
        _ => Invariant($"{value:0.#}"),
    };

    /// <summary>A duration: <c>0.412 s</c>, <c>1 h 02 min</c>.</summary>
    public static string Duration(double seconds) => seconds switch
    {
        < 10 => Invariant($"{seconds:0.000} s"),
        < 120 => Invariant($"{seconds:0.0} s"),
        < 7200 => Invariant($"{Math.Floor(seconds / 60):0} min {seconds % 60:00} s"),
        _ => Invariant($"{Math.Floor(seconds / 3600):0} h {seconds % 3600 / 60:00} min"),
    };

    /// <summary>A count with its noun: <c>1 episode</c>, <c>10,000 episodes</c>.</summary>
    public static string Count(long count, string noun) => Invariant($"{count:#,0} {noun}{(count == 1 ? "" : "s")}");

    /// <summary>That a page leaves some of a list out: <c>1 more task is not shown</c>.</summary>
    public static string NotShown(long count, string noun) => $"{Count(count, $"more {noun}")} {(count == 1 ? "is" : "are")} not shown";

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
