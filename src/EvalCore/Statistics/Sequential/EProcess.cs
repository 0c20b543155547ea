namespace EvalCore.Statistics.Sequential;

/// <summary>
/// E-processes: evidence that may be looked at after every episode, without a planned number. Reject when E is 1 / alpha or more, at any
/// time; the probability of a false alarm is at most alpha. Each is a uniform mixture over the alternative against its edge.
/// (H. Robbins, "Statistical methods related to the law of the iterated logarithm", Annals of Mathematical Statistics 41, 1970; A. Ramdas,
/// P. Grünwald, V. Vovk and G. Shafer, "Game-theoretic statistics and safe anytime-valid inference", Statistical Science 38, 2023.)
/// </summary>
public static class EProcess
{
    /// <summary>
    /// The natural logarithm of E for "the second is worse than the first", from the discordant pairs:
    /// the mean of p^losses (1 - p)^wins over p from 1/2 to 1, divided by its value at 1/2.
    /// </summary>
    /// <param name="losses">The number of pairs in which only the first succeeded.</param>
    /// <param name="wins">The number of pairs in which only the second succeeded.</param>
    public static double LogSecondWorse(int losses, int wins) => LogAbove(losses, losses + wins, 0.5);

    /// <summary>The natural logarithm of E for "the true rate is above the threshold".</summary>
    /// <param name="successes">The number of successes.</param>
    /// <param name="trials">The number of episodes.</param>
    /// <param name="threshold">The threshold, between 0 and 1.</param>
    public static double LogAbove(int successes, int trials, double threshold) =>
        LogIntegral(new Binomial(trials + 1, threshold).LogAtMost(successes), successes, trials) - Math.Log(1 - threshold) - LogEdge(successes, trials, threshold);

    /// <summary>The natural logarithm of E for "the true rate is below the threshold".</summary>
    /// <inheritdoc cref="LogAbove"/>
    public static double LogBelow(int successes, int trials, double threshold) =>
        LogIntegral(new Binomial(trials + 1, threshold).LogAtLeast(successes + 1), successes, trials) - Math.Log(threshold) - LogEdge(successes, trials, threshold);

    /// <summary>
    /// The integral of p^k (1 - p)^(n - k) up to a threshold is B(k + 1, n - k + 1) times the probability of more than k successes
    /// in n + 1 trials at that rate.
    /// </summary>
    private static double LogIntegral(double logProbability, int successes, int trials) =>
        Gamma.LogBeta(successes + 1, trials - successes + 1) + logProbability;

    private static double LogEdge(int successes, int trials, double threshold) =>
        successes * Math.Log(threshold) + (trials - successes) * Math.Log(1 - threshold);
}
