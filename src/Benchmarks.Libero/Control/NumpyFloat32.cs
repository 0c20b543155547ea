namespace Benchmarks.Libero.Control;

/// <summary>
/// Sine and cosine in single precision with the bits of numpy 2's vectorised loops on a processor with fused multiply-add. They
/// are not those of the C library: numpy subtracts the nearest multiple of pi/2, in three parts, and evaluates one polynomial
/// for the sine and one for the cosine in [-pi/4, pi/4].
/// </summary>
internal static class NumpyFloat32
{
    /// <summary>Beyond this the reduction is inexact, and numpy calls the C library.</summary>
    private const float Limit = 71476;

    private const float TwoOverPi = 0.63661975f;

    // -pi/2 in three parts, the highest with few bits, so that its products with small integers are exact.
    private const float HalfPi1 = -1.570796012878418f, HalfPi2 = -3.1391647326017846e-07f, HalfPi3 = -5.390302529957765e-15f;

    /// <summary>sin(x), x in radians.</summary>
    public static float Sin(float x) => Math.Abs(x) > Limit ? MathF.Sin(x) : Quadrant(x, 0);

    /// <summary>cos(x), x in radians.</summary>
    public static float Cos(float x) => Math.Abs(x) > Limit ? MathF.Cos(x) : Quadrant(x, 1);

    private static float Quadrant(float x, int shift)
    {
        float multiple = MathF.Round(x * TwoOverPi);
        float r = MathF.FusedMultiplyAdd(multiple, HalfPi1, x);
        r = MathF.FusedMultiplyAdd(multiple, HalfPi2, r);
        r = MathF.FusedMultiplyAdd(multiple, HalfPi3, r);
        float square = r * r;
        int quadrant = (int)multiple + shift;
        float value = (quadrant & 1) == 0 ? SinNearZero(r, square) : CosNearZero(square);
        return (quadrant & 2) == 0 ? value : -value;
    }

    private static float SinNearZero(float r, float square)
    {
        float sum = MathF.FusedMultiplyAdd(2.8404097e-06f, square, -1.9856491e-04f);
        sum = MathF.FusedMultiplyAdd(sum, square, 8.333397e-03f);
        sum = MathF.FusedMultiplyAdd(sum, square, -1.6666667e-01f);
        return MathF.FusedMultiplyAdd(sum * square, r, r);
    }

    private static float CosNearZero(float square)
    {
        float sum = MathF.FusedMultiplyAdd(2.4372266e-05f, square, -1.388652e-03f);
        sum = MathF.FusedMultiplyAdd(sum, square, 4.166662e-02f);
        sum = MathF.FusedMultiplyAdd(sum, square, -0.5f);
        return MathF.FusedMultiplyAdd(sum, square, 1);
    }
}
