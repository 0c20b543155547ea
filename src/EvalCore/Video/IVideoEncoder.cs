namespace EvalCore.Video;

/// <summary>Writes one video, frame by frame.</summary>
internal interface IVideoEncoder : IDisposable
{
    /// <summary>Adds a frame: 8-bit RGB, row-major.</summary>
    void Add(ReadOnlySpan<byte> frame);

    /// <summary>Closes the file; without this call nothing is left behind.</summary>
    void Finish();
}
