namespace EvalCore.Numerics;

/// <summary>A sample between two neighbouring pixels.</summary>
/// <param name="Index">The left or upper one; may lie outside the picture.</param>
/// <param name="Fraction">How far the sample lies towards the other, 0 to 1.</param>
internal readonly record struct LinearTap(int Index, float Fraction)
{
    private const float One = 2048;

    /// <summary>The weight of the left or upper pixel in units of 1/2048. (The two need not add up to 2048.)</summary>
    public short Weight0 => (short)MathF.Round((1 - Fraction) * One);

    /// <summary>The weight of the other pixel in units of 1/2048.</summary>
    public short Weight1 => (short)MathF.Round(Fraction * One);
}
