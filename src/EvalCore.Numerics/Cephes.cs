namespace EvalCore.Numerics;

/// <summary>
/// Single-precision functions of Moshier's Cephes library as torch's vectorised code computes them: one code path for
/// all arguments, with fused multiply-add where torch's compiler emits it. They return torch's bits, which are not
/// always the nearest floats.
/// </summary>
internal static class Cephes
{
    private static readonly float[] LogCoefficients =
    [
        7.0376836292e-2f, -1.1514610310e-1f, 1.1676998740e-1f, -1.2420140846e-1f, 1.4249322787e-1f,
        -1.6668057665e-1f, 2.0000714765e-1f, -2.4999993993e-1f, 3.3333331174e-1f,
    ];

    private static readonly float[] SinCoefficients = [-1.9515295891e-4f, 8.3321608736e-3f, -1.6666654611e-1f];

    private static readonly float[] CosCoefficients = [2.443315711809948e-5f, -1.388731625493765e-3f, 4.166664568298827e-2f];

    /// <summary>The natural logarithm of a normal positive number.</summary>
    public static float Log(float x)
    {
        const float RootOfHalf = 0.707106781186547524f, Ln2Upper = 0.693359375f, Ln2Lower = -2.12194440e-4f;

        // x = 2^e (1 + f) with 1 + f in [sqrt(1/2), sqrt(2)).
        int bits = BitConverter.SingleToInt32Bits(x);
        float e = (bits >> 23) - 126;
        float mantissa = BitConverter.Int32BitsToSingle((bits & 0x7FFFFF) | 0x3F000000);
        float f = mantissa - 1;
        if (mantissa < RootOfHalf)
            (e, f) = (e - 1, f + mantissa);

        float f2 = f * f;
        float y = Polynomial(LogCoefficients, f) * f;
        y = MathF.FusedMultiplyAdd(y, f2, e * Ln2Lower);
        y = MathF.FusedMultiplyAdd(f2, -0.5f, y);
        return MathF.FusedMultiplyAdd(e, Ln2Upper, f + y);
    }

    /// <summary>Sine and cosine of an angle in radians, from 0 to a few thousand.</summary>
    public static (float Sin, float Cos) SinCos(float x)
    {
        // Reduces x to within pi/4 of the nearest multiple of pi/2. The constants are pi/4 split into three floats.
        int octant = ((int)(x * (float)(4 / Math.PI)) + 1) & ~1;
        x = MathF.FusedMultiplyAdd(octant, -0.78515625f, x);
        x = MathF.FusedMultiplyAdd(octant, -2.4187564849853515625e-4f, x);
        x = MathF.FusedMultiplyAdd(octant, -3.77489497744594108e-8f, x);

        float x2 = x * x;
        float c = MathF.FusedMultiplyAdd(Polynomial(CosCoefficients, x2) * x2, x2, x2 * -0.5f) + 1;
        float s = MathF.FusedMultiplyAdd(Polynomial(SinCoefficients, x2) * x2, x, x);
        return (octant & 6) switch
        {
            0 => (s, c),
            2 => (c, -s),
            4 => (-s, -c),
            _ => (-c, s),
        };
    }

    /// <summary>Evaluates a polynomial by Horner's scheme; the highest coefficient comes first.</summary>
    private static float Polynomial(float[] coefficients, float x)
    {
        float y = coefficients[0];
        for (int i = 1; i < coefficients.Length; i++)
            y = MathF.FusedMultiplyAdd(y, x, coefficients[i]);
        return y;
    }
}
