namespace EvalCore.Results;

/// <summary>
/// The mean as numpy computes it (<c>numpy.mean</c> of float64, numpy 2.2): pairwise summation in blocks of 128 with
/// eight running sums, so that averages agree with lerobot-eval's to the last bit.
/// </summary>
internal static class PairwiseMean
{
    private const int Block = 128;

    /// <summary>The mean, NaN for no values.</summary>
    public static double Of(ReadOnlySpan<double> values) => values.IsEmpty ? double.NaN : Sum(values) / values.Length;

    private static double Sum(ReadOnlySpan<double> values)
    {
        if (values.Length < 8)
        {
            double sum = 0;
            foreach (double value in values)
                sum += value;
            return sum;
        }

        if (values.Length > Block)
        {
            int half = values.Length / 2;
            half -= half % 8;
            return Sum(values[..half]) + Sum(values[half..]);
        }

        Span<double> lane = stackalloc double[8];
        values[..8].CopyTo(lane);
        int i = 8;
        for (; i < values.Length - values.Length % 8; i += 8)
        {
            for (int j = 0; j < 8; j++)
                lane[j] += values[i + j];
        }

        double total = ((lane[0] + lane[1]) + (lane[2] + lane[3])) + ((lane[4] + lane[5]) + (lane[6] + lane[7]));
        for (; i < values.Length; i++)
            total += values[i];
        return total;
    }
}
