namespace EvalCore.Video;

/// <summary>Writes one video, frame by frame.</summary>
internal interface IVideoEncoder : IDisposable
{
    /// <summary>Adds a frame: 8-bit RGB, row-major.</summary>
    void Add(ReadOnlySpan<byte> frame);

    /// <summary>Completes the file. Without this call, disposing deletes it.</summary>
    void Finish();
}
