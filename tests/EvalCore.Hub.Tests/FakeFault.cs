namespace EvalCore.Hub.Tests;

/// <summary>What goes wrong with one answer.</summary>
/// <param name="Bytes">After how many bytes the connection is closed; null for none.</param>
/// <param name="Stalls">Whether nothing more is sent after that, instead.</param>
/// <param name="Status">The error that is answered; null for none.</param>
/// <param name="RetryAfter">Its header <c>Retry-After</c>.</param>
/// <param name="RateLimit">Its header <c>RateLimit</c>.</param>
internal sealed record FakeFault(long? Bytes = null, bool Stalls = false, int? Status = null, string? RetryAfter = null, string? RateLimit = null);
