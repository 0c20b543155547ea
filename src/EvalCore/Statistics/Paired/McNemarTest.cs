namespace EvalCore.Statistics.Paired;

/// <summary>
/// The exact test of McNemar for paired outcomes: under equal rates each discordant pair is a fair coin.
/// (Q. McNemar, "Note on the sampling error of the difference between correlated proportions or percentages", Psychometrika 12,
/// 1947; the mid-p value: M. W. Fagerland, S. Lydersen and P. Laake, "The McNemar test for binary matched-pairs data: mid-p and
/// asymptotic are better than exact conditional", BMC Medical Research Methodology 13, 2013.)
/// </summary>
public static class McNemarTest
{
    /// <summary>The p-value for "the rates differ": twice the smaller tail, at most 1; 1 without discordant pairs.</summary>
    public static double TwoSided(PairedOutcomes outcomes) =>
        outcomes.Discordant == 0 ? 1 : Math.Min(1, 2 * Coins(outcomes).AtMost(Math.Min(outcomes.FirstOnly, outcomes.SecondOnly)));

    /// <summary>
    /// The mid-p value for "the rates differ": half of the probability of the observed count is left out. It rejects more often than the
    /// exact one, at the cost of exceeding its level a little in rare cases.
    /// </summary>
    public static double MidPTwoSided(PairedOutcomes outcomes)
    {
        if (outcomes.Discordant == 0)
            return 1;
        int smaller = Math.Min(outcomes.FirstOnly, outcomes.SecondOnly);
        var coins = Coins(outcomes);
        return Math.Min(1, 2 * coins.AtMost(smaller) - Math.Exp(coins.LogProbability(smaller)));
    }

    /// <summary>The p-value for "the second is worse".</summary>
    public static double SecondWorse(PairedOutcomes outcomes) => Coins(outcomes).AtLeast(outcomes.FirstOnly);

    /// <summary>The p-value for "the second is better".</summary>
    public static double SecondBetter(PairedOutcomes outcomes) => Coins(outcomes).AtLeast(outcomes.SecondOnly);

    private static Binomial Coins(PairedOutcomes outcomes) => new(outcomes.Discordant, 0.5);
}
