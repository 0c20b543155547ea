namespace EvalCore.Statistics.Unpaired;

/// <summary>
/// Barnard's exact unconditional test of two success rates. A table is at least as extreme as the observed one when its pooled
/// z = (p1 - p2) / √(p (1 - p) (1 / n1 + 1 / n2)), 0 where all episodes end alike, is; the p-value is the largest probability of those
/// tables over the common rate.
/// (G. A. Barnard, "Significance tests for 2 x 2 tables", Biometrika 34, 1947; with the pooled statistic as in scipy.)
/// </summary>
public static class BarnardTest
{
    /// <summary>The p-value. Its cost grows with the product of the numbers of episodes.</summary>
    public static double PValue(UnpairedOutcomes outcomes, Alternative alternative = Alternative.TwoSided)
    {
        var (k1, n1, k2, n2) = outcomes;
        var tables = new Supremum(n1, n2);
        for (int x1 = 0; x1 <= n1; x1++)
        {
            for (int x2 = 0; x2 <= n2; x2++)
            {
                bool extreme = alternative switch
                {
                    Alternative.Less => Compare(x1, x2) <= 0,
                    Alternative.Greater => Compare(x1, x2) >= 0,
                    _ => CompareSquares(x1, x2) >= 0,
                };
                if (extreme)
                    tables.Add(x1, x2);
            }
        }

        return tables.Value();

        int Compare(int x1, int x2)
        {
            int sign = Math.Sign(Distance(x1, x2)), observed = Math.Sign(Distance(k1, k2));
            return sign != observed ? sign.CompareTo(observed) : sign * CompareSquares(x1, x2);
        }

        // In whole numbers, because equal values of z differ in the last bits: z² = distance² (n1 + n2) / (n1 n2 spread).
        int CompareSquares(int x1, int x2)
        {
            Int128 distance = Distance(x1, x2), observed = Distance(k1, k2), spread = Spread(x1, x2), observedSpread = Spread(k1, k2);

            // Without spread there is no distance either, and z is 0.
            return spread == 0 || observedSpread == 0
                ? (distance != 0).CompareTo(observed != 0)
                : (distance * distance * observedSpread).CompareTo(observed * observed * spread);
        }

        long Distance(int x1, int x2) => (long)x1 * n2 - (long)x2 * n1;

        long Spread(int x1, int x2) => (long)(x1 + x2) * (n1 + n2 - x1 - x2);
    }
}
