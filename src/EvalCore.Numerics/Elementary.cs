namespace EvalCore.Numerics;

/// <summary>Elementary functions that .NET lacks, with the bits of the C library that numpy and torch call.</summary>
internal static class Elementary
{
    private const double Ln2Upper = 6.93147180369123816490e-01;
    private const double Ln2Lower = 1.90821492927058770002e-10;

    /// <summary>
    /// ln(1 + x) for x in (-1, 0], bit for bit as glibc 2.36 computes it on a processor with fused multiply-add. The
    /// method is FDLIBM's (Sun, 1993): 1 + x = 2^k (1 + f) with 1 + f near 1, then a series in s = f / (2 + f).
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
            // u is 1 + x rounded; the correction compensates for that rounding.
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
        double lower = Math.FusedMultiplyAdd(k, Ln2Lower, correction);
        if (nearOne)
        {
            double series = half * Math.FusedMultiplyAdd(-0.66666666666666666, f, 1);
            return Math.FusedMultiplyAdd(k, Ln2Upper, -(series - lower - f));
        }

        double s = f / (2 + f);
        double z = s * s;
        double z2 = z * z;
        double z4 = z2 * z2;
        double r = z2 * Math.FusedMultiplyAdd(z, 2.857142874366239149e-01, 3.999999999940941908e-01);
        r = Math.FusedMultiplyAdd(z, 6.666666666666735130e-01, r);
        r = Math.FusedMultiplyAdd(z4, Math.FusedMultiplyAdd(z, 1.818357216161805012e-01, 2.222219843214978396e-01), r);
        r = Math.FusedMultiplyAdd(z2 * z4, Math.FusedMultiplyAdd(z, 1.479819860511658591e-01, 1.531383769920937332e-01), r);
        return k == 0
            ? f - (half - s * (half + r))
            : Math.FusedMultiplyAdd(k, Ln2Upper, -(half - (s * (half + r) + lower) - f));
    }

    /// <summary>
    /// ln(1 + x) in single precision for x in (-1, 0], bit for bit as in glibc 2.36. Here glibc evaluates the series by
    /// Horner's scheme, without fused multiply-add.
    /// </summary>
    public static float Log1p(float x)
    {
        const float Tiny = 1f / (1 << 29), Least = Tiny / (1 << 25), Upper = 6.9313812256e-01f, Lower = 9.0580006145e-06f;
        if (x > -Tiny)
            return x > -Least ? x : x - x * x * 0.5f;

        int k = 0;
        float f = x, correction = 0;
        bool nearOne = false;
        if (BitConverter.SingleToInt32Bits(-x) > 0x3E95F61F)
        {
            float u = 1 + x;
            correction = (x - (u - 1)) / u;
            int bits = BitConverter.SingleToInt32Bits(u);
            k = (bits >> 23) - 127;
            int mantissa = bits & 0x7FFFFF;
            bool aboveRoot2 = mantissa >= 0x3504F7;
            nearOne = aboveRoot2 ? 0x800000 - mantissa < 4 : mantissa == 0;
            k += aboveRoot2 ? 1 : 0;
            f = BitConverter.Int32BitsToSingle(mantissa | (aboveRoot2 ? 126 : 127) << 23) - 1;
        }

        float half = 0.5f * f * f;
        float lower = k * Lower + correction;
        if (nearOne)
        {
            float series = half * (1 - 0.66666666666666666f * f);
            return k * Upper - (series - lower - f);
        }

        float s = f / (2 + f);
        float z = s * s;
        float r = z * (6.6666668653e-01f + z * (4.0000000596e-01f + z * (2.8571429849e-01f + z * (2.2222198546e-01f
            + z * (1.8183572590e-01f + z * (1.5313838422e-01f + z * 1.4798198640e-01f))))));
        return k == 0
            ? f - (half - s * (half + r))
            : k * Upper - (half - (s * (half + r) + lower) - f);
    }

    private static long UpperHalf(double x) => BitConverter.DoubleToInt64Bits(x) >> 32;
}
