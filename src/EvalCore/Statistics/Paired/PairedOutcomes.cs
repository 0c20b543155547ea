namespace EvalCore.Statistics.Paired;

/// <summary>
/// The outcomes of pairs: two policies, each on the same episodes. Only the pairs in which one succeeded and the other failed, the
/// discordant ones, say which is better.
/// </summary>
/// <param name="Both">The number of pairs in which both succeeded.</param>
/// <param name="FirstOnly">The number of pairs in which only the first succeeded.</param>
/// <param name="SecondOnly">The number of pairs in which only the second succeeded.</param>
/// <param name="Neither">The number of pairs in which neither succeeded.</param>
public readonly record struct PairedOutcomes(int Both, int FirstOnly, int SecondOnly, int Neither)
{
    /// <summary>The number of pairs.</summary>
    public int Count => Both + FirstOnly + SecondOnly + Neither;

    /// <summary>The number of discordant pairs.</summary>
    public int Discordant => FirstOnly + SecondOnly;

    /// <summary>The success rate of the second minus that of the first, from -1 to 1; NaN without pairs.</summary>
    public double Difference => (double)(SecondOnly - FirstOnly) / Count;

    /// <summary>Counts the outcomes of pairs.</summary>
    /// <exception cref="ArgumentException">The lists differ in length.</exception>
    public static PairedOutcomes Of(IReadOnlyList<bool> first, IReadOnlyList<bool> second)
    {
        ArgumentNullException.ThrowIfNull(first);
        ArgumentNullException.ThrowIfNull(second);
        if (first.Count != second.Count)
            throw new ArgumentException($"There are {first.Count} outcomes of the first and {second.Count} of the second.", nameof(second));
        int both = 0, firstOnly = 0, secondOnly = 0;
        for (int i = 0; i < first.Count; i++)
        {
            both += first[i] && second[i] ? 1 : 0;
            firstOnly += first[i] && !second[i] ? 1 : 0;
            secondOnly += !first[i] && second[i] ? 1 : 0;
        }

        return new PairedOutcomes(both, firstOnly, secondOnly, first.Count - both - firstOnly - secondOnly);
    }
}
