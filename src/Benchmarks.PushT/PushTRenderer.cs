using Benchmarks.PushT.Rendering;
using EvalCore.Environments;

namespace Benchmarks.PushT;

/// <summary>Draws the frames of a video: what gym-pusht's <c>render()</c> returns, with the marker of the last action.</summary>
public sealed class PushTRenderer : IFrameRenderer
{
    private readonly Picture _picture;
    private readonly ActionMarker _marker;

    /// <summary>Prepares frames of a size.</summary>
    /// <param name="height">Rows.</param>
    /// <param name="width">Columns.</param>
    public PushTRenderer(int height, int width)
    {
        (Height, Width) = (height, width);
        _picture = new Picture(height, width);
        _marker = new ActionMarker(height, width);
    }

    /// <inheritdoc/>
    public int Width { get; }

    /// <inheritdoc/>
    public int Height { get; }

    /// <inheritdoc/>
    public void Render(ReadOnlySpan<double> snapshot, Span<byte> frame)
    {
        _picture.Draw(snapshot, frame);
        _marker.Draw(FrameState.ActionOf(snapshot), frame);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
    }
}
