namespace EvalCore.Planning;

/// <summary>What the gate does in simulated comparisons.</summary>
/// <param name="Repetitions">The number of comparisons.</param>
/// <param name="Failed">The share that the sequential sign test ended: the second is worse.</param>
/// <param name="Passed">The share that the margin test ended: the drop is excluded.</param>
/// <param name="MeanPairs">The mean number of pairs until the verdict; undecided ones count with the planned number.</param>
public readonly record struct GateFigures(int Repetitions, double Failed, double Passed, double MeanPairs)
{
    /// <summary>The standard error of a share.</summary>
    public double StandardError(double share) => Math.Sqrt(share * (1 - share) / Repetitions);
}
