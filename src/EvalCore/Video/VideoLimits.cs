namespace EvalCore.Video;

/// <summary>What the videos of a run may use.</summary>
internal sealed record VideoLimits
{
    /// <summary>The memory of recordings that are not rendered yet, in bytes. When they use more, episodes wait.</summary>
    public long UnrenderedBytes { get; init; } = 256 << 20;

    /// <summary>The number of tasks whose videos are not rendered yet; their models stay in memory.</summary>
    public int Tasks { get; init; } = 8;

    /// <summary>How long ffmpeg may take for a frame.</summary>
    public TimeSpan FramePatience { get; init; } = FfmpegEncoder.FramePatience;

    /// <summary>
    /// How long a thread may take for a frame, the wait for ffmpeg and for the end of the video before included.
    /// </summary>
    public TimeSpan RenderPatience { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>
    /// The same until a renderer's first frame: a process may have to start and to compile the model of its task, and a driver its
    /// shaders. An environment has as long.
    /// </summary>
    public TimeSpan FirstFramePatience { get; init; } = TimeSpan.FromMinutes(15);
}
