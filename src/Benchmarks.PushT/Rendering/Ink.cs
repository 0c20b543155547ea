namespace Benchmarks.PushT.Rendering;

/// <summary>A colour, with a row of the canvas filled with it: a run of pixels is a copy of a part of that row.</summary>
internal sealed class Ink
{
    public static readonly Ink White = new(255, 255, 255);
    public static readonly Ink Goal = new(144, 238, 144);
    public static readonly Ink Block = new(143, 163, 184);
    public static readonly Ink BlockEdge = new(119, 136, 153);
    public static readonly Ink AgentEdge = new(65, 105, 225);
    public static readonly Ink Agent = new(78, 126, 255);
    public static readonly Ink Wall = new(211, 211, 211);
    public static readonly Ink Contact = new(231, 76, 60);
    public static readonly Ink Marker = new(255, 0, 0);

    private readonly byte[] _row = new byte[Pixel.Canvas * Pixel.Bytes];

    private Ink(byte red, byte green, byte blue)
    {
        (Red, Green, Blue) = (red, green, blue);
        for (int i = 0; i < _row.Length; i += Pixel.Bytes)
            (_row[i], _row[i + 1], _row[i + 2]) = (red, green, blue);
    }

    public byte Red { get; }

    public byte Green { get; }

    public byte Blue { get; }

    /// <summary>A run of <paramref name="pixels"/> pixels, at most a row of the canvas.</summary>
    public ReadOnlySpan<byte> Run(int pixels) => _row.AsSpan(0, pixels * Pixel.Bytes);
}
