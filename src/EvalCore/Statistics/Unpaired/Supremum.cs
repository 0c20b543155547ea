namespace EvalCore.Statistics.Unpaired;

/// <summary>
/// The largest probability of a set of tables over the common success rate of both policies: the p-value of an unconditional test.
/// A table's probability depends on the rate only through its successes, so tables are collected by their number of successes s:
/// the probability is the sum of w(s) p^s (1 - p)^(n1 + n2 - s).
/// </summary>
/// <param name="trials1">The number of episodes of the first.</param>
/// <param name="trials2">The number of episodes of the second.</param>
internal sealed class Supremum(int trials1, int trials2)
{
    private const int GridSteps = 2000;
    private const int Refined = 5;

    private readonly double[] _ways1 = [.. Enumerable.Range(0, trials1 + 1).Select(k => Gamma.LogChoose(trials1, k))];
    private readonly double[] _ways2 = [.. Enumerable.Range(0, trials2 + 1).Select(k => Gamma.LogChoose(trials2, k))];
    private readonly LogSum[] _weights = [.. Enumerable.Range(0, trials1 + trials2 + 1).Select(_ => new LogSum())];

    /// <summary>Adds a table to the set.</summary>
    public void Add(int successes1, int successes2) =>
        _weights[successes1 + successes2].Add(_ways1[successes1] + _ways2[successes2]);

    /// <summary>
    /// The supremum, to about 1e-9: the best five points of a grid of the rate are each refined between their neighbours.
    /// </summary>
    public double Value()
    {
        double[] grid = [.. Enumerable.Range(0, GridSteps + 1).Select(i => Probability((double)i / GridSteps))];
        var best = Enumerable.Range(0, grid.Length).OrderByDescending(i => grid[i]).Take(Refined);
        double largest = best.Max(i => Peak(Math.Max(0, i - 1.0) / GridSteps, Math.Min(GridSteps, i + 1.0) / GridSteps));
        return Math.Min(1, Math.Max(largest, grid.Max()));
    }

    /// <summary>The largest value between two rates, by ternary search.</summary>
    private double Peak(double low, double high)
    {
        while (high - low > 1e-12)
        {
            double third = (high - low) / 3;
            if (Probability(low + third) < Probability(high - third))
                low += third;
            else
                high -= third;
        }

        return Probability((low + high) / 2);
    }

    private double Probability(double rate)
    {
        int trials = _weights.Length - 1;
        double success = Math.Log(rate), failure = Math.Log(1 - rate), sum = 0;
        for (int s = 0; s <= trials; s++)
        {
            double logarithm = _weights[s].Value;
            if (double.IsNegativeInfinity(logarithm) || double.IsNaN(logarithm))
                continue;
            sum += Math.Exp(logarithm + (s == 0 ? 0 : s * success) + (s == trials ? 0 : (trials - s) * failure));
        }

        return sum;
    }
}
