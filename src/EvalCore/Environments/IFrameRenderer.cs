namespace EvalCore.Environments;

/// <summary>
/// Draws the frames of a video from an environment's snapshots, away from the thread that steps. What it draws is
/// what Gymnasium's <c>render()</c> returns. Used by one thread at a time.
/// </summary>
public interface IFrameRenderer : IDisposable
{
    /// <summary>Pixels per row.</summary>
    int Width { get; }

    /// <summary>Rows.</summary>
    int Height { get; }

    /// <summary>Draws a snapshot.</summary>
    /// <param name="snapshot">What <see cref="IEnvironment.Snapshot"/> wrote.</param>
    /// <param name="frame">8-bit RGB, height x width x 3, row-major.</param>
    void Render(ReadOnlySpan<double> snapshot, Span<byte> frame);
}
