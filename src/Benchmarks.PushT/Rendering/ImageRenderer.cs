using EvalCore.Numerics;

namespace Benchmarks.PushT.Rendering;

/// <summary>
/// Renders images of a size: draws on a canvas of 512 x 512, then resizes it. Used by one thread at a time; rendering
/// allocates nothing.
/// </summary>
internal sealed class ImageRenderer
{
    private readonly Canvas _canvas = new();
    private readonly Canvas _goal = new();
    private readonly DrawList _list = new();
    private readonly CvResize _resize;

    /// <summary>Prepares images of a size.</summary>
    public ImageRenderer(int height, int width)
    {
        _resize = new CvResize(Pixel.Canvas, Pixel.Canvas, height, width);
        _goal.Clear(Ink.White);
        Span<double> nothing = stackalloc double[FrameState.Length];
        nothing.Clear();
        _list.Build(nothing);
        foreach (ref readonly var primitive in _list.Primitives[..DrawList.GoalLength])
            _goal.Draw(primitive);
    }

    /// <summary>The canvas of the last image.</summary>
    public ReadOnlySpan<byte> Canvas => _canvas.Pixels;

    /// <summary>The primitives of the last image.</summary>
    public ReadOnlySpan<Primitive> Primitives => _list.Primitives;

    /// <summary>Renders a state.</summary>
    /// <param name="state">A <see cref="FrameState"/>.</param>
    /// <param name="pixels">8-bit RGB, height x width x 3.</param>
    public void Render(ReadOnlySpan<double> state, Span<byte> pixels)
    {
        _list.Build(state);
        _canvas.CopyFrom(_goal);
        foreach (ref readonly var primitive in _list.Primitives[DrawList.GoalLength..])
            _canvas.Draw(primitive);
        _resize.Apply(_canvas.Pixels, pixels);
    }
}
