namespace Benchmarks.MetaWorld.Tasks;

/// <summary>
/// The shared parts of rewards: how close a distance is to what is wanted, 0 to 1 (dm_control's <c>tolerance</c>), and
/// the Hamacher product, Meta-World's "and".
/// </summary>
internal static class Tolerance
{
    private static readonly double GaussianScale = Math.Sqrt(-2 * Math.Log(0.1));

    /// <summary>1 within the bounds, and 0.1 at a margin from them, falling off with a long tail.</summary>
    public static double LongTail(double x, double low, double high, double margin)
    {
        if (x >= low && x <= high)
            return 1;
        if (margin == 0)
            return 0;
        double d = (x < low ? low - x : x - high) / margin * 3;
        return 1 / (d * d + 1);
    }

    /// <summary>1 within the bounds, and 0.1 at a margin from them, falling off as a bell.</summary>
    public static double Gaussian(double x, double low, double high, double margin)
    {
        if (x >= low && x <= high)
            return 1;
        if (margin == 0)
            return 0;
        double d = (x < low ? low - x : x - high) / margin * GaussianScale;
        return Math.Exp(-0.5 * (d * d));
    }

    /// <summary>Both of two values: ab / (a + b - ab).</summary>
    public static double Both(double a, double b)
    {
        double denominator = a + b - a * b;
        return denominator > 0 ? a * b / denominator : 0;
    }
}
