namespace EvalCore.Commands.Help;

/// <summary>A group of lines of the help under a heading.</summary>
internal sealed record HelpSection(string Title, IEnumerable<HelpRow> Rows);
