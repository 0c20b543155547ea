namespace Benchmarks.PushT;

/// <summary>Environment units: pixels of a canvas of 512 x 512, 8-bit RGB.</summary>
internal static class Pixel
{
    /// <summary>Columns and rows of the canvas.</summary>
    public const int Canvas = 512;

    /// <summary>Red, green, blue.</summary>
    public const int Bytes = 3;

    /// <summary>Far enough outside to be invisible, near enough for 32-bit sums.</summary>
    private const double Farthest = 1 << 20;

    /// <summary>The nearest pixel, half to even.</summary>
    public static int Round(double coordinate) => (int)Math.Clamp(Math.Round(coordinate), -Farthest, Farthest);
}
