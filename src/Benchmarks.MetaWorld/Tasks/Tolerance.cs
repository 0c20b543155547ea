namespace Benchmarks.MetaWorld.Tasks;

/// <summary>
/// The terms that rewards consist of (metaworld 3.0.0, <c>utils/reward_utils.py</c>): <c>tolerance</c> maps a distance to a
/// value from 0 to 1, and the Hamacher product combines two values like a logical and. The squares are the C library's
/// <c>pow</c>, which numpy calls and whose last bit may differ from a product's.
/// </summary>
internal static class Tolerance
{
    private static readonly double GaussianScale = Math.Sqrt(-2 * Math.Log(0.1));

    /// <summary><c>tolerance(sigmoid="long_tail")</c>: 1 within the bounds, 0.1 at the margin from them.</summary>
    public static double LongTail(double x, double low, double high, double margin)
    {
        if (x >= low && x <= high)
            return 1;
        if (margin == 0)
            return 0;
        double d = (x < low ? low - x : x - high) / margin * 3;
        return 1 / (Math.Pow(d, 2) + 1);
    }

    /// <summary><c>tolerance(sigmoid="gaussian")</c>: 1 within the bounds, 0.1 at the margin from them.</summary>
    public static double Gaussian(double x, double low, double high, double margin)
    {
        if (x >= low && x <= high)
            return 1;
        if (margin == 0)
            return 0;
        double d = (x < low ? low - x : x - high) / margin * GaussianScale;
        return Math.Exp(-0.5 * Math.Pow(d, 2));
    }

    /// <summary>The Hamacher product of two values in [0, 1]: ab / (a + b - ab).</summary>
    public static double HamacherProduct(double a, double b)
    {
        double denominator = a + b - a * b;
        return denominator > 0 ? a * b / denominator : 0;
    }

    /// <summary>The Hamacher product, rounded as numpy rounds the types of its factors.</summary>
    public static NumpyScalar HamacherProduct(NumpyScalar a, NumpyScalar b)
    {
        NumpyScalar denominator = a + b - a * b;
        return denominator.Value > 0 ? a * b / denominator : 0;
    }
}
