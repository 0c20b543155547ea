namespace EvalCore.Environments;

/// <summary>
/// Renders the frames of a video from an environment's snapshots, on a thread other than the environment's. A frame is
/// what Gymnasium's <c>render()</c> returns. Used by one thread at a time.
/// </summary>
public interface IFrameRenderer : IDisposable
{
    /// <summary>The width in pixels.</summary>
    int Width { get; }

    /// <summary>The height in pixels.</summary>
    int Height { get; }

    /// <summary>Renders a snapshot.</summary>
    /// <param name="snapshot">A snapshot written by <see cref="IVideoSource.Snapshot"/>.</param>
    /// <param name="frame">8-bit RGB, height x width x 3, row-major.</param>
    void Render(ReadOnlySpan<double> snapshot, Span<byte> frame);
}
