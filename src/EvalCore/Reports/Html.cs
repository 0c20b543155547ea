namespace EvalCore.Reports;

/// <summary>Text that is HTML already, and is written as it is.</summary>
/// <param name="Text">The HTML.</param>
internal readonly record struct Html(string Text);
