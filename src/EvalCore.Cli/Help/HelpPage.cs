namespace EvalCore.Cli.Help;

/// <summary>What <c>--help</c> of a command teaches besides its description.</summary>
/// <param name="Usage">How it is called.</param>
/// <param name="Examples">Lines to copy, each with what it does.</param>
/// <param name="Sections">Its flags in groups, for the words already on the command line.</param>
/// <param name="ExitCodes">What the exit code says.</param>
internal sealed record HelpPage(
    string Usage,
    IReadOnlyList<HelpRow> Examples,
    Func<IReadOnlyList<string>, IEnumerable<HelpSection>> Sections,
    IReadOnlyList<HelpRow> ExitCodes)
{
    /// <summary>The exit codes of a command that succeeds or has been asked for something impossible.</summary>
    public static IReadOnlyList<HelpRow> UsualExitCodes { get; } =
    [
        new("0", "done"),
        new("1", "an error nobody foresaw; a line says where its details are"),
        new("2", "what was asked is not possible; a line on stderr says why"),
    ];
}
