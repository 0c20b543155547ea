namespace EvalCore.Statistics;

/// <summary>A confidence interval.</summary>
/// <param name="Low">The lower bound; NaN where there is no data.</param>
/// <param name="High">The upper bound; NaN where there is no data.</param>
public readonly record struct Interval(double Low, double High)
{
    /// <summary>The interval of shares, from 0 to 1, that this one in percent is.</summary>
    internal Interval FromPercent() => new(Low / 100, High / 100);
}
