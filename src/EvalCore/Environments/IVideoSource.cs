namespace EvalCore.Environments;

/// <summary>An environment that can be recorded: a frame is stored as a few numbers and rendered later.</summary>
public interface IVideoSource
{
    /// <summary>The length of a <see cref="Snapshot"/>.</summary>
    int SnapshotLength { get; }

    /// <summary>
    /// Writes the numbers that determine a frame into <paramref name="snapshot"/>. An <see cref="IFrameRenderer"/>
    /// renders the frame later on another thread. Allocates nothing.
    /// </summary>
    void Snapshot(Span<double> snapshot);
}
