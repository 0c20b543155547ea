namespace EvalCore.Commands.Help;

/// <summary>The content of a command's <c>--help</c> besides its description.</summary>
/// <param name="Usage">The usage lines.</param>
/// <param name="Examples">Example command lines, each with its meaning.</param>
/// <param name="Sections">Its flags in groups, given the arguments on the command line.</param>
/// <param name="ExitCodes">The exit codes and their meanings.</param>
internal sealed record HelpPage(
    string Usage,
    IReadOnlyList<HelpRow> Examples,
    Func<IReadOnlyList<string>, IEnumerable<HelpSection>> Sections,
    IReadOnlyList<HelpRow> ExitCodes)
{
    /// <summary>The exit codes that most commands have.</summary>
    public static IReadOnlyList<HelpRow> UsualExitCodes { get; } =
    [
        new("0", "done"),
        new("1", "an unexpected error; one line names the file with the details"),
        new("2", "bad input or a missing prerequisite; one line on stderr states the reason"),
    ];
}
