using Benchmarks.PushT.Rendering;
using EvalCore.Environments;

namespace Benchmarks.PushT;

/// <summary>Renders the frames of a video: what gym-pusht's <c>render()</c> returns, with the marker of the last action.</summary>
public sealed class PushTRenderer : IFrameRenderer
{
    private readonly ImageRenderer _imageRenderer;
    private readonly ActionMarker _marker;

    /// <summary>Prepares frames of a size.</summary>
    /// <param name="height">Rows.</param>
    /// <param name="width">Columns.</param>
    public PushTRenderer(int height, int width)
    {
        (Height, Width) = (height, width);
        _imageRenderer = new ImageRenderer(height, width);
        _marker = new ActionMarker(height, width);
    }

    /// <inheritdoc/>
    public int Width { get; }

    /// <inheritdoc/>
    public int Height { get; }

    /// <inheritdoc/>
    public void Render(ReadOnlySpan<double> snapshot, Span<byte> frame)
    {
        _imageRenderer.Render(snapshot, frame);
        _marker.Draw(FrameState.ActionOf(snapshot), frame);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
    }
}
