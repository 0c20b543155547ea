namespace EvalCore.Hub.Tests;

/// <summary>A request that arrived.</summary>
/// <param name="Server"><c>hub</c> or <c>storage</c>.</param>
/// <param name="Path">The path of its address.</param>
/// <param name="Range">Its range.</param>
/// <param name="IfRange">The version that the range is of.</param>
/// <param name="Authorization">Its token.</param>
internal sealed record FakeRequest(string Server, string Path, string? Range, string? IfRange, string? Authorization);
