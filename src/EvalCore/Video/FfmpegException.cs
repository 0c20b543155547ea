namespace EvalCore.Video;

/// <summary>ffmpeg did not start, failed or took too long. The message is a phrase that says which.</summary>
internal sealed class FfmpegException : IOException
{
    public FfmpegException(string message) : base(message)
    {
    }

    public FfmpegException(string message, Exception innerException) : base(message, innerException)
    {
    }
}
