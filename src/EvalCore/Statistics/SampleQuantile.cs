namespace EvalCore.Statistics;

/// <summary>Quantiles of a sample, interpolated between two of its values as <c>numpy.quantile</c> does by default: definition 7 of Hyndman and Fan (1996).</summary>
internal static class SampleQuantile
{
    /// <summary>The value below which a share of a sample is: at a half the median, which for an even number of values is the mean of the two in the middle.</summary>
    /// <param name="sorted">The values, at least one, in ascending order.</param>
    /// <param name="share">The share, from 0 to 1.</param>
    public static double Of(ReadOnlySpan<double> sorted, double share)
    {
        double place = share * (sorted.Length - 1);
        int below = (int)place;
        double part = place - below;

        // An infinite neighbour has no part in a value that is hit.
        return part == 0 ? sorted[below] : (1 - part) * sorted[below] + part * sorted[below + 1];
    }
}
