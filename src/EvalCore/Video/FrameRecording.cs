using EvalCore.Environments;

namespace EvalCore.Video;

/// <summary>
/// The snapshots of one episode's frames. Taking one costs a copy of a few numbers; the frames are drawn from them
/// later, off the critical path.
/// </summary>
/// <param name="episode">The episode that is recorded.</param>
/// <param name="writer">Who draws them; an episode does not begin before there is room.</param>
public sealed class FrameRecording(EpisodeSpec episode, VideoWriter? writer = null)
{
    private const int FramesPerBlock = 64;

    private readonly List<double[]> _blocks = [];
    private int _length;

    /// <summary>The episode that is recorded.</summary>
    public EpisodeSpec Episode { get; } = episode;

    /// <summary>The number of frames.</summary>
    public int Count { get; private set; }

    /// <summary>The memory it holds.</summary>
    internal long Bytes => (long)sizeof(double) * _blocks.Count * FramesPerBlock * _length;

    /// <summary>The snapshot of a frame.</summary>
    public ReadOnlySpan<double> this[int frame] => Place(frame);

    /// <summary>Waits until the writer has room for another recording.</summary>
    internal void WaitForRoom() => writer?.WaitForRoom();

    /// <summary>Takes the frame after the reset.</summary>
    internal void Start(IEnvironment environment)
    {
        _length = environment.SnapshotLength;
        _blocks.Clear();
        Count = 0;
        Add(environment);
    }

    /// <summary>Takes a frame.</summary>
    internal void Add(IEnvironment environment)
    {
        if (Count == FramesPerBlock * _blocks.Count)
            _blocks.Add(new double[FramesPerBlock * _length]);
        environment.Snapshot(Place(Count++));
    }

    private Span<double> Place(int frame) =>
        _blocks[frame / FramesPerBlock].AsSpan(frame % FramesPerBlock * _length, _length);
}
