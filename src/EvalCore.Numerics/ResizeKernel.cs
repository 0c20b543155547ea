namespace EvalCore.Numerics;

/// <summary>One algorithm of <see cref="CvResize"/> with its tables for one pair of sizes.</summary>
internal abstract class ResizeKernel
{
    /// <summary>Resizes a picture; the buffers have the right lengths.</summary>
    public abstract void Apply(ReadOnlySpan<byte> source, Span<byte> destination);
}
