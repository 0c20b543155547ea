using EvalCore.Environments;

namespace EvalCore.Video;

/// <summary>
/// The snapshots of one episode's frames. A snapshot is a copy of a few numbers; the frames are rendered from the
/// snapshots later, on another thread.
/// </summary>
/// <param name="episode">The episode that is recorded.</param>
/// <param name="writer">
/// The writer that renders them. An episode starts only when the writer has room; null for no limit.
/// </param>
public sealed class FrameRecording(EpisodeSpec episode, VideoWriter? writer = null)
{
    private const int FramesPerBlock = 64;

    private readonly List<double[]> _blocks = [];
    private int _length;

    /// <summary>The episode that is recorded.</summary>
    public EpisodeSpec Episode { get; } = episode;

    /// <summary>The number of frames.</summary>
    public int Count { get; private set; }

    /// <summary>The memory in use, in bytes.</summary>
    internal long Bytes => (long)sizeof(double) * _blocks.Count * FramesPerBlock * _length;

    /// <summary>The snapshot of a frame.</summary>
    public ReadOnlySpan<double> this[int frame] => Place(frame);

    /// <summary>Waits until the writer has room for another recording.</summary>
    internal void WaitForRoom() => writer?.WaitForRoom(Episode.Task);

    /// <summary>Clears the recording and adds the frame after the reset.</summary>
    internal void Start(IVideoSource source)
    {
        _length = source.SnapshotLength;
        _blocks.Clear();
        Count = 0;
        Add(source);
    }

    /// <summary>Adds a frame.</summary>
    internal void Add(IVideoSource source)
    {
        if (Count == FramesPerBlock * _blocks.Count)
            _blocks.Add(new double[FramesPerBlock * _length]);
        source.Snapshot(Place(Count++));
    }

    private Span<double> Place(int frame) =>
        _blocks[frame / FramesPerBlock].AsSpan(frame % FramesPerBlock * _length, _length);
}
