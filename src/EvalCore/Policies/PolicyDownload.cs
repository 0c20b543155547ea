namespace EvalCore.Policies;

/// <summary>Files of a policy that are not on this machine yet.</summary>
/// <param name="Title">What they are of, for a display: <c>lerobot/diffusion_pusht</c>.</param>
/// <param name="Bytes">Their length in bytes, without what an interrupted download has left.</param>
/// <param name="Run">
/// Downloads them: reports the number of bytes that are there whenever some have arrived. A cancelled download keeps what it
/// has, and the next one resumes it. Throws <see cref="EvalCoreException"/> where a file cannot be had.
/// </param>
public sealed record PolicyDownload(string Title, long Bytes, Func<IProgress<long>?, CancellationToken, Task> Run);
