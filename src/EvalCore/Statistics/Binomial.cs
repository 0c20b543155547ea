namespace EvalCore.Statistics;

/// <summary>The binomial distribution: the number of successes in independent trials.</summary>
/// <param name="Trials">The number of trials.</param>
/// <param name="Rate">The probability of a success, from 0 to 1.</param>
internal readonly record struct Binomial(int Trials, double Rate)
{
    /// <summary>The probability of k successes or fewer.</summary>
    public double AtMost(int k) => Math.Min(1, Math.Exp(LogAtMost(k)));

    /// <summary>The probability of k successes or more.</summary>
    public double AtLeast(int k) => Math.Min(1, Math.Exp(LogAtLeast(k)));

    /// <summary>The natural logarithm of the probability of k successes or fewer, exact also where the probability is below the smallest double.</summary>
    public double LogAtMost(int k) => k >= Trials ? 0 : LogSum(0, k);

    /// <summary>The natural logarithm of the probability of k successes or more.</summary>
    public double LogAtLeast(int k) => k <= 0 ? 0 : LogSum(k, Trials);

    /// <summary>The natural logarithm of the probability of exactly k successes.</summary>
    public double LogProbability(int k) => Gamma.LogChoose(Trials, k) + Times(k, Math.Log(Rate)) + Times(Trials - k, Math.Log(1 - Rate));

    /// <summary>Sums probabilities, the largest first factored out: no term is lost, whatever its size.</summary>
    private double LogSum(int from, int to)
    {
        var sum = new LogSum();
        for (int k = from; k <= to; k++)
            sum.Add(LogProbability(k));
        return sum.Value;
    }

    // 0 times the logarithm of 0 is 0 here: an event that cannot happen and did not.
    private static double Times(int count, double logarithm) => count == 0 ? 0 : count * logarithm;
}
