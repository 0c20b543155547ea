namespace EvalCore.Statistics.Paired;

/// <summary>
/// The score interval of the difference of paired success rates, second minus first: the differences d for which
/// (b - c - n d)² / (n (2 q + d (1 - d))) is at most the square of the normal quantile, b and c the pairs in which only the second or
/// only the first succeeded, and q the probability of the latter that is most likely given d.
/// (T. Tango, "Equivalence test and confidence interval for the difference in proportions for the paired-sample design", Statistics
/// in Medicine 17, 1998.)
/// </summary>
public static class TangoInterval
{
    /// <summary>Computes the interval, from -1 to 1; NaN for both bounds without pairs.</summary>
    /// <param name="outcomes">The outcomes of the pairs.</param>
    /// <param name="level">The confidence level, between 0 and 1.</param>
    public static Interval Of(PairedOutcomes outcomes, double level = 0.95)
    {
        double z = StandardNormal.Quantile(0.5 + level / 2);
        if (outcomes.Count == 0)
            return new Interval(double.NaN, double.NaN);
        double n = outcomes.Count, b = outcomes.SecondOnly, c = outcomes.FirstOnly;
        return new Interval(
            Bisection.LastWhere(outcomes.Difference, -1, Holds),
            Bisection.LastWhere(outcomes.Difference, 1, Holds));

        bool Holds(double d)
        {
            double linear = (2 * n - b + c) * d - b - c;
            double q = (Math.Sqrt(linear * linear + 8 * n * c * d * (1 - d)) - linear) / (4 * n);
            double distance = b - c - n * d;
            return distance * distance <= z * z * n * (2 * q + d * (1 - d));
        }
    }
}
