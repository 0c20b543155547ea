namespace EvalCore.Statistics.Unpaired;

/// <summary>
/// Fisher's exact test of two success rates, conditional on the number of successes of both together, which is then hypergeometric
/// between the two. (R. A. Fisher, "The logic of inductive inference", Journal of the Royal Statistical Society 98, 1935.)
/// </summary>
public static class FisherTest
{
    /// <summary>The p-value. Two-sided: the probability of all tables that are at most as likely as the observed one.</summary>
    public static double PValue(UnpairedOutcomes outcomes, Alternative alternative = Alternative.TwoSided)
    {
        var (k1, n1, k2, n2) = outcomes;
        int successes = k1 + k2;
        double[] logarithms = LogProbabilities(n1, n2, successes);
        int least = Math.Max(0, successes - n2);

        // Tables that are equally likely differ in the last bits.
        double limit = logarithms[k1 - least] + 1e-9;
        var sum = new LogSum();
        for (int i = 0; i < logarithms.Length; i++)
        {
            bool counts = alternative switch
            {
                Alternative.Less => least + i <= k1,
                Alternative.Greater => least + i >= k1,
                _ => logarithms[i] <= limit,
            };
            if (counts)
                sum.Add(logarithms[i]);
        }

        return Math.Min(1, Math.Exp(sum.Value));
    }

    /// <summary>
    /// The natural logarithms of the probabilities of the first's successes, from the fewest that are possible to the most.
    /// </summary>
    internal static double[] LogProbabilities(int n1, int n2, int successes)
    {
        int least = Math.Max(0, successes - n2), most = Math.Min(n1, successes);
        double all = Gamma.LogChoose(n1 + n2, successes);
        double[] logarithms = new double[most - least + 1];
        for (int i = 0; i < logarithms.Length; i++)
            logarithms[i] = Gamma.LogChoose(n1, least + i) + Gamma.LogChoose(n2, successes - least - i) - all;
        return logarithms;
    }
}
