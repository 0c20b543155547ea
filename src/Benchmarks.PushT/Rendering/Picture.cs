using EvalCore.Numerics;

namespace Benchmarks.PushT.Rendering;

/// <summary>Draws pictures of a size: on the canvas, then resized. Used by one thread at a time; allocates nothing.</summary>
internal sealed class Picture
{
    private readonly Canvas _canvas = new();
    private readonly Canvas _goal = new();
    private readonly DrawList _list = new();
    private readonly CvResize _resize;

    /// <summary>Prepares pictures of a size.</summary>
    public Picture(int height, int width)
    {
        _resize = new CvResize(Pixel.Canvas, Pixel.Canvas, height, width);
        _goal.Clear(Ink.White);
        Span<double> nothing = stackalloc double[FrameState.Length];
        nothing.Clear();
        _list.Build(nothing);
        foreach (ref readonly var primitive in _list.Primitives[..DrawList.GoalLength])
            _goal.Draw(primitive);
    }

    /// <summary>The canvas the last picture was drawn on.</summary>
    public ReadOnlySpan<byte> Canvas => _canvas.Pixels;

    /// <summary>What the last picture consists of.</summary>
    public ReadOnlySpan<Primitive> Primitives => _list.Primitives;

    /// <summary>Draws a state.</summary>
    /// <param name="state">A <see cref="FrameState"/>.</param>
    /// <param name="pixels">8-bit RGB, height x width x 3.</param>
    public void Draw(ReadOnlySpan<double> state, Span<byte> pixels)
    {
        _list.Build(state);
        _canvas.CopyFrom(_goal);
        foreach (ref readonly var primitive in _list.Primitives[DrawList.GoalLength..])
            _canvas.Draw(primitive);
        _resize.Apply(_canvas.Pixels, pixels);
    }
}
