using EvalCore.Statistics.Intervals;

namespace EvalCore.Statistics.Paired;

/// <summary>
/// The interval of the difference of paired success rates, second minus first, from the Wilson limits of both rates and their
/// correlation phi, whose numerator is corrected for continuity: method 10 of the paper.
/// (R. G. Newcombe, "Improved confidence intervals for the difference between binomial proportions based on paired data", Statistics
/// in Medicine 17, 1998.)
/// </summary>
public static class NewcombePairedInterval
{
    /// <summary>Computes the interval, from -1 to 1; NaN for both bounds without pairs.</summary>
    /// <param name="outcomes">The outcomes of the pairs.</param>
    /// <param name="level">The confidence level, between 0 and 1.</param>
    public static Interval Of(PairedOutcomes outcomes, double level = 0.95)
    {
        int n = outcomes.Count, first = outcomes.Both + outcomes.FirstOnly, second = outcomes.Both + outcomes.SecondOnly;
        if (n == 0)
            return new Interval(double.NaN, double.NaN);
        var (low1, high1) = WilsonInterval.Of(first, n, level);
        var (low2, high2) = WilsonInterval.Of(second, n, level);
        double rate1 = (double)first / n, rate2 = (double)second / n, phi = Correlation(outcomes);
        return new Interval(
            outcomes.Difference - Length(rate2 - low2, high1 - rate1, phi),
            outcomes.Difference + Length(high2 - rate2, rate1 - low1, phi));

        static double Length(double x, double y, double phi) => Math.Sqrt(x * x - 2 * phi * x * y + y * y);
    }

    private static double Correlation(PairedOutcomes outcomes)
    {
        var (both, firstOnly, secondOnly, neither) = outcomes;
        double margins = (double)(both + firstOnly) * (secondOnly + neither) * (both + secondOnly) * (firstOnly + neither);
        if (margins == 0)
            return 0;
        double numerator = (double)both * neither - (double)firstOnly * secondOnly, half = outcomes.Count / 2.0;
        double corrected = numerator > half ? numerator - half : Math.Min(numerator, 0);
        return corrected / Math.Sqrt(margins);
    }
}
