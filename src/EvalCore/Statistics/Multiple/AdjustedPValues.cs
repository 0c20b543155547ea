namespace EvalCore.Statistics.Multiple;

/// <summary>p-values of several tests, adjusted for their number. Each is compared with the level as a single one would be.</summary>
public static class AdjustedPValues
{
    /// <summary>
    /// Adjusts so that the probability of any false alarm is at most the level.
    /// (S. Holm, "A simple sequentially rejective multiple test procedure", Scandinavian Journal of Statistics 6, 1979.)
    /// </summary>
    /// <param name="pValues">The p-values.</param>
    /// <returns>The adjusted values, in the same order.</returns>
    public static double[] Holm(IReadOnlyList<double> pValues)
    {
        ArgumentNullException.ThrowIfNull(pValues);
        int[] order = Ascending(pValues);
        double[] adjusted = new double[order.Length];
        double largest = 0;
        for (int i = 0; i < order.Length; i++)
            adjusted[order[i]] = largest = Math.Max(largest, Math.Min(1, (order.Length - i) * pValues[order[i]]));
        return adjusted;
    }

    /// <summary>
    /// Adjusts so that the expected share of false alarms among the alarms is at most the level.
    /// (Y. Benjamini and Y. Hochberg, "Controlling the false discovery rate: a practical and powerful approach to multiple testing",
    /// Journal of the Royal Statistical Society B 57, 1995.)
    /// </summary>
    /// <param name="pValues">The p-values.</param>
    /// <returns>The adjusted values, in the same order.</returns>
    public static double[] BenjaminiHochberg(IReadOnlyList<double> pValues)
    {
        ArgumentNullException.ThrowIfNull(pValues);
        int[] order = Ascending(pValues);
        double[] adjusted = new double[order.Length];
        double smallest = 1;
        for (int i = order.Length - 1; i >= 0; i--)
            adjusted[order[i]] = smallest = Math.Min(smallest, pValues[order[i]] * order.Length / (i + 1));
        return adjusted;
    }

    private static int[] Ascending(IReadOnlyList<double> pValues) => [.. Enumerable.Range(0, pValues.Count).OrderBy(i => pValues[i])];
}
