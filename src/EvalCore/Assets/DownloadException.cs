namespace EvalCore.Assets;

/// <summary>A download that failed. The message is the reason, as the end of a sentence.</summary>
/// <param name="reason">The reason.</param>
/// <param name="kind">Whether another attempt can help.</param>
/// <param name="cause">The cause; null when the server's answer is the cause.</param>
internal sealed class DownloadException(string reason, DownloadFailure kind, Exception? cause = null) : Exception(reason, cause)
{
    /// <summary>Whether another attempt can help.</summary>
    public DownloadFailure Kind { get; } = kind;
}
