namespace EvalCore.Statistics;

/// <summary>The beta distribution with the density x^(a-1) (1-x)^(b-1) / B(a, b) on 0 to 1.</summary>
/// <param name="A">The first parameter, above 0.</param>
/// <param name="B">The second parameter, above 0.</param>
internal readonly record struct Beta(double A, double B)
{
    /// <summary>
    /// The probability of a value of at most x: the regularized incomplete beta function, by its continued fraction.
    /// (NIST Digital Library of Mathematical Functions, 8.17.22; evaluated from the front by Lentz's method.)
    /// </summary>
    public double Cumulative(double x)
    {
        if (x <= 0)
            return 0;
        if (x >= 1)
            return 1;

        // The fraction converges fast below the mean; above it the distribution is mirrored.
        return x <= (A + 1) / (A + B + 2) ? Tail(A, B, x, 1 - x) : 1 - Tail(B, A, 1 - x, x);
    }

    /// <summary>The value that a probability lies below, to the last digits of a double.</summary>
    /// <param name="p">The probability, from 0 to 1.</param>
    public double Quantile(double p)
    {
        // Halving reaches neighbouring doubles; values near 0 have as many digits as others.
        double low = 0, high = 1;
        while (true)
        {
            double middle = low + (high - low) / 2;
            if (middle <= low || middle >= high)
                return middle;
            if (Cumulative(middle) < p)
                low = middle;
            else
                high = middle;
        }
    }

    private static double Tail(double a, double b, double x, double y)
    {
        const double Tiny = 1e-300;
        double c = 1, d = 1 / NotZero(1 - (a + b) * x / (a + 1)), fraction = d;
        for (int m = 1; m < 10_000; m++)
        {
            double even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
            d = 1 / NotZero(1 + even * d);
            c = NotZero(1 + even / c);
            fraction *= d * c;
            double odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
            d = 1 / NotZero(1 + odd * d);
            c = NotZero(1 + odd / c);
            fraction *= d * c;
            if (Math.Abs(d * c - 1) < 1e-16)
                break;
        }

        return Math.Exp(a * Math.Log(x) + b * Math.Log(y) - Gamma.LogBeta(a, b)) * fraction / a;

        static double NotZero(double value) => Math.Abs(value) < Tiny ? Tiny : value;
    }
}
