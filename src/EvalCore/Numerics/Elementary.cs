namespace EvalCore.Numerics;

/// <summary>Elementary functions that .NET lacks, with the bits of the C library that the peers call.</summary>
internal static class Elementary
{
    private const double Ln2Upper = 6.93147180369123816490e-01;
    private const double Ln2Lower = 1.90821492927058770002e-10;

    /// <summary>
    /// ln(1 + x) for x in (-1, 0] by the method of FDLIBM (Sun, 1993) with the summation order of glibc up to 2.38, of
    /// which it gives the bits: 1 + x = 2^k (1 + f) with 1 + f near 1, then a series in s = f / (2 + f).
    /// </summary>
    public static double Log1p(double x)
    {
        const double Tiny = 1.0 / (1L << 29), Least = Tiny / (1L << 25);
        if (x > -Tiny)
            return x > -Least ? x : x - x * x * 0.5;

        int k = 0;
        double f = x, correction = 0;
        bool nearOne = false;
        if (UpperHalf(-x) > 0x3FD2BEC3)
        {
            // u is 1 + x rounded; the correction makes good for the rounding.
            double u = 1 + x;
            correction = (x - (u - 1)) / u;
            long bits = BitConverter.DoubleToInt64Bits(u);
            k = (int)(bits >> 52) - 1023;
            long mantissa = bits & 0xF_FFFF_FFFF_FFFF;
            long upper = mantissa >> 32;
            bool aboveRoot2 = upper >= 0x6A09E;
            nearOne = aboveRoot2 ? 0x100000 - upper < 4 : upper == 0;
            k += aboveRoot2 ? 1 : 0;
            f = BitConverter.Int64BitsToDouble(mantissa | (aboveRoot2 ? 1022L : 1023L) << 52) - 1;
        }

        double half = 0.5 * f * f;
        double lower = k * Ln2Lower + correction;
        if (nearOne)
        {
            if (f == 0)
                return k * Ln2Upper + lower;
            double series = half * (1 - 0.66666666666666666 * f);
            return k * Ln2Upper - (series - lower - f);
        }

        double s = f / (2 + f);
        double z = s * s;
        double z2 = z * z;
        double z4 = z2 * z2;
        double r = z * 6.666666666666735130e-01
            + z2 * (3.999999999940941908e-01 + z * 2.857142874366239149e-01)
            + z4 * (2.222219843214978396e-01 + z * 1.818357216161805012e-01)
            + z4 * z2 * (1.531383769920937332e-01 + z * 1.479819860511658591e-01);
        return k == 0
            ? f - (half - s * (half + r))
            : k * Ln2Upper - (half - (s * (half + r) + lower) - f);
    }

    private static long UpperHalf(double x) => BitConverter.DoubleToInt64Bits(x) >> 32;
}
