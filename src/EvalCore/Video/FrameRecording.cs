using EvalCore.Environments;

namespace EvalCore.Video;

/// <summary>
/// The snapshots of one episode's frames. Taking one costs a copy of a few numbers; the frames are drawn from them
/// later, off the critical path.
/// </summary>
public sealed class FrameRecording(EpisodeSpec episode)
{
    private double[] _snapshots = [];
    private int _length;

    /// <summary>The episode that is recorded.</summary>
    public EpisodeSpec Episode { get; } = episode;

    /// <summary>The number of frames.</summary>
    public int Count { get; private set; }

    /// <summary>The snapshot of a frame.</summary>
    public ReadOnlySpan<double> this[int frame] => _snapshots.AsSpan(frame * _length, _length);

    /// <summary>Makes room for the whole episode and takes the frame after the reset.</summary>
    internal void Start(IEnvironment environment)
    {
        _length = environment.SnapshotLength;
        _snapshots = new double[_length * environment.MaxEpisodeSteps];
        Count = 0;
        Add(environment);
    }

    /// <summary>Takes a frame.</summary>
    internal void Add(IEnvironment environment) => environment.Snapshot(_snapshots.AsSpan(_length * Count++, _length));
}
