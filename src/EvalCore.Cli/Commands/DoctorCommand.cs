using System.CommandLine;
using EvalCore.Cli.Help;
using EvalCore.Diagnostics;
using Spectre.Console;

namespace EvalCore.Cli.Commands;

/// <summary><c>evalcore doctor</c>: what this machine has, what it lacks, and the line that fixes it.</summary>
internal static class DoctorCommand
{
    /// <summary>Makes the command.</summary>
    public static Command Create(Registry registry, Terminal terminal)
    {
        var command = new PagedCommand(
            "doctor",
            "Say what is installed, what is missing, and the one line that fixes it.",
            new HelpPage(
                "evalcore doctor",
                [new("evalcore doctor", "before the first evaluation, or when one fails to start")],
                _ => [],
                [
                    new("0", "everything that an evaluation needs is there"),
                    new("1", "something is missing"),
                ]));
        command.SetAction(_ => Run(registry.Checks, terminal));
        return command;
    }

    private static int Run(IEnumerable<Check> checks, Terminal terminal)
    {
        var table = new Table().Border(TableBorder.None).HideHeaders().AddColumn("").AddColumn("").AddColumn("");
        int missing = 0;
        foreach (var check in checks)
        {
            try
            {
                table.AddRow(new Markup("[green]ok[/]"), new Text(check.Name), new Text(check.Find()));
            }
            catch (OptionException e)
            {
                string verdict = check.Optional ? "[yellow]without[/]" : "[red]missing[/]";
                table.AddRow(new Markup(verdict), new Text(check.Name), new Text(e.Message));
                missing += check.Optional ? 0 : 1;
            }
        }

        terminal.Out.Write(table);
        terminal.Writer.WriteLine();
        terminal.Writer.WriteLine(missing == 0 ? "ready to evaluate" : $"{missing} missing");
        return missing == 0 ? ExitCode.Success : ExitCode.Failure;
    }
}
