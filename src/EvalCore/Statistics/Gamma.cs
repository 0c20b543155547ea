namespace EvalCore.Statistics;

/// <summary>The logarithm of the gamma function and of what is made of it.</summary>
internal static class Gamma
{
    private static readonly double HalfLogTwoPi = 0.5 * Math.Log(2 * Math.PI);

    /// <summary>
    /// The natural logarithm of Γ(x), to about 1e-15 of its value: Stirling's series with seven terms above 16, and the recurrence
    /// Γ(x + 1) = x Γ(x) below. (NIST Digital Library of Mathematical Functions, 5.11.1 and 5.5.1.)
    /// </summary>
    /// <param name="x">The argument, above 0.</param>
    public static double Log(double x)
    {
        double product = 1;
        for (; x < 16; x++)
            product *= x;
        double r = 1 / x, square = r * r;
        double series = r * (1.0 / 12 - square * (1.0 / 360 - square * (1.0 / 1260 - square * (1.0 / 1680
            - square * (1.0 / 1188 - square * (691.0 / 360360 - square / 156))))));
        return (x - 0.5) * Math.Log(x) - x + HalfLogTwoPi + series - Math.Log(product);
    }

    /// <summary>The natural logarithm of the beta function B(a, b) = Γ(a) Γ(b) / Γ(a + b).</summary>
    public static double LogBeta(double a, double b) => Log(a) + Log(b) - Log(a + b);

    /// <summary>The natural logarithm of the number of ways to choose k of n; minus infinity where there is none.</summary>
    public static double LogChoose(int n, int k) =>
        k < 0 || k > n ? double.NegativeInfinity : Log(n + 1.0) - Log(k + 1.0) - Log(n - k + 1.0);
}
