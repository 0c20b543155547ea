namespace EvalCore.Numerics;

/// <summary>An algorithm of <see cref="CvResize"/> with its tables for one pair of sizes.</summary>
internal abstract class ResizeKernel
{
    /// <summary>Resizes an image. The caller has checked the lengths of the buffers.</summary>
    public abstract void Apply(ReadOnlySpan<byte> source, Span<byte> destination);
}
