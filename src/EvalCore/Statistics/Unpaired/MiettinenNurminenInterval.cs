namespace EvalCore.Statistics.Unpaired;

/// <summary>
/// The score interval of the difference of two success rates, first minus second: the differences that the score test does not reject,
/// with both rates estimated under the difference, and the variance enlarged by N / (N - 1), N the number of all episodes.
/// (O. Miettinen and M. Nurminen, "Comparative analysis of two rates", Statistics in Medicine 4, 1985.)
/// </summary>
public static class MiettinenNurminenInterval
{
    /// <summary>Computes the interval, from -1 to 1; NaN for both bounds where a policy has no episode.</summary>
    /// <param name="outcomes">The outcomes.</param>
    /// <param name="level">The confidence level, between 0 and 1.</param>
    public static Interval Of(UnpairedOutcomes outcomes, double level = 0.95) => Of(outcomes, level, outcomes.Trials2);

    /// <summary>
    /// The interval with another coefficient in the equation for the second's rate. statsmodels 0.15.0 has the second's successes there,
    /// against the paper, and other bounds by up to 0.03.
    /// </summary>
    internal static Interval Of(UnpairedOutcomes outcomes, double level, int coefficient)
    {
        double z = StandardNormal.Quantile(0.5 + level / 2);
        if (outcomes.Trials1 == 0 || outcomes.Trials2 == 0)
            return new Interval(double.NaN, double.NaN);
        double difference = outcomes.Rate1 - outcomes.Rate2;
        return new Interval(Bisection.LastWhere(difference, -1, Holds), Bisection.LastWhere(difference, 1, Holds));

        bool Holds(double d)
        {
            double n = (double)outcomes.Trials1 + outcomes.Trials2;
            double rate2 = SecondRate(outcomes, coefficient, d), rate1 = rate2 + d;
            double variance = (rate1 * (1 - rate1) / outcomes.Trials1 + rate2 * (1 - rate2) / outcomes.Trials2) * n / (n - 1);
            double distance = difference - d;
            return distance * distance <= z * z * Math.Max(0, variance);
        }
    }

    /// <summary>
    /// The second's success rate that is most likely when the first's is higher by d: the root of the likelihood's cubic equation that
    /// lies between the possible rates.
    /// </summary>
    private static double SecondRate(UnpairedOutcomes outcomes, int coefficient, double d)
    {
        double n1 = outcomes.Trials1, n2 = outcomes.Trials2, k2 = outcomes.Successes2, successes = outcomes.Successes1 + k2;
        double cubic = n1 + n2;
        double square = (n1 + 2 * n2) * d - cubic - successes;
        double linear = (coefficient * d - cubic - 2 * k2) * d + successes;
        double constant = k2 * d * (1 - d);
        double third = square / (3 * cubic);
        double q = third * third * third - square * linear / (6 * cubic * cubic) + constant / (2 * cubic);
        double p = Math.CopySign(Math.Sqrt(Math.Max(0, third * third - linear / (3 * cubic))), q);
        double angle = p == 0 ? Math.PI / 2 : (Math.PI + Math.Acos(Math.Clamp(q / (p * p * p), -1, 1))) / 3;
        return Math.Clamp(2 * p * Math.Cos(angle) - third, Math.Max(0, -d), Math.Min(1, 1 - d));
    }
}
