namespace EvalCore.Statistics.Unpaired;

/// <summary>The outcomes of two policies on different episodes.</summary>
/// <param name="Successes1">The number of successes of the first.</param>
/// <param name="Trials1">The number of episodes of the first.</param>
/// <param name="Successes2">The number of successes of the second.</param>
/// <param name="Trials2">The number of episodes of the second.</param>
public readonly record struct UnpairedOutcomes(int Successes1, int Trials1, int Successes2, int Trials2)
{
    /// <summary>The success rate of the first; NaN without episodes.</summary>
    public double Rate1 => (double)Successes1 / Trials1;

    /// <summary>The success rate of the second; NaN without episodes.</summary>
    public double Rate2 => (double)Successes2 / Trials2;
}
