namespace EvalCore.Numerics;

/// <summary>A sample position between two neighbouring pixels along one axis.</summary>
/// <param name="Index">The index of the left or upper pixel; may lie outside the image.</param>
/// <param name="Fraction">The distance of the sample from that pixel, 0 to 1.</param>
internal readonly record struct LinearTap(int Index, float Fraction)
{
    private const float One = 2048;

    /// <summary>
    /// The weight of the left or upper pixel in units of 1/2048. The two weights need not add up to 2048.
    /// </summary>
    public short Weight0 => (short)MathF.Round((1 - Fraction) * One);

    /// <summary>The weight of the right or lower pixel in units of 1/2048.</summary>
    public short Weight1 => (short)MathF.Round(Fraction * One);
}
