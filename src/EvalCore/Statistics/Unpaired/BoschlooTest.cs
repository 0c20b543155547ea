namespace EvalCore.Statistics.Unpaired;

/// <summary>
/// Boschloo's exact unconditional test of two success rates: Fisher's one-sided p-value is the statistic, and the p-value is the
/// largest probability, over the common rate, of the tables whose statistic is at most the observed one. It rejects whenever Fisher's
/// test does.
/// (R. D. Boschloo, "Raised conditional level of significance for the 2 x 2-table when testing the equality of two probabilities",
/// Statistica Neerlandica 24, 1970.)
/// </summary>
public static class BoschlooTest
{
    /// <summary>The p-value. Two-sided: twice the smaller of the one-sided ones, at most 1.</summary>
    public static double PValue(UnpairedOutcomes outcomes, Alternative alternative = Alternative.TwoSided)
    {
        var (k1, n1, k2, n2) = outcomes;
        return alternative switch
        {
            Alternative.Less => Less(k1, n1, k2, n2),
            Alternative.Greater => Less(k2, n2, k1, n1),
            _ => Math.Min(1, 2 * Math.Min(Less(k1, n1, k2, n2), Less(k2, n2, k1, n1))),
        };
    }

    private static double Less(int k1, int n1, int k2, int n2)
    {
        // Values of Fisher's test that are equal differ in the last bits.
        double limit = FisherTest.PValue(new UnpairedOutcomes(k1, n1, k2, n2), Alternative.Less) * (1 + 1e-9);
        var tables = new Supremum(n1, n2);
        for (int successes = 0; successes <= n1 + n2; successes++)
        {
            double[] logarithms = FisherTest.LogProbabilities(n1, n2, successes);
            int least = Math.Max(0, successes - n2);
            var fewer = new LogSum();
            for (int i = 0; i < logarithms.Length; i++)
            {
                fewer.Add(logarithms[i]);
                if (Math.Min(1, Math.Exp(fewer.Value)) <= limit)
                    tables.Add(least + i, successes - least - i);
            }
        }

        return tables.Value();
    }
}
