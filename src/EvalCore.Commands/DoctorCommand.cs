using System.CommandLine;
using EvalCore.Commands.Help;
using EvalCore.Diagnostics;
using EvalCore.Evaluation;
using Spectre.Console;

namespace EvalCore.Commands;

/// <summary><c>evalcore doctor</c>: checks the prerequisites on this machine.</summary>
internal static class DoctorCommand
{
    /// <summary>Makes the command.</summary>
    public static Command Create(Registry registry, Terminal terminal)
    {
        var command = new PagedCommand(
            "doctor",
            "List what is installed and what is missing, with the command that installs it.",
            new HelpPage(
                "evalcore doctor",
                [new("evalcore doctor", "before the first evaluation, or when one fails to start")],
                _ => [],
                [
                    new("0", "everything that an evaluation needs is installed"),
                    new("1", "something is missing"),
                ]));
        command.SetAction(_ => Run(registry, terminal));
        return command;
    }

    private static int Run(Registry registry, Terminal terminal)
    {
        var checks = registry.Checks;
        var lacking = new HashSet<Check>();
        int missing = 0;
        int width = checks.Max(check => check.Name.Length);
        foreach (var check in checks)
        {
            string verdict = "[green]ok      [/]";
            string found;
            try
            {
                found = check.Find();
            }
            catch (EvalCoreException e)
            {
                verdict = check.Optional ? "[yellow]optional[/]" : "[red]missing [/]";
                found = e.Message;
                lacking.Add(check);
                missing += check.Optional ? 0 : 1;
            }

            // Lines are not wrapped, so that commands in them can be copied.
            terminal.Out.Markup($"{verdict} {Markup.Escape(check.Name.PadRight(width))}  ");
            terminal.Writer.WriteLine(found);
        }

        // What of it this machine can evaluate.
        foreach (var (name, needs) in registry.Parts)
        {
            string[] lacks = [.. needs.Where(lacking.Contains).Select(check => check.Fix is { } fix ? $"{check.Name} ({fix})" : check.Name)];
            terminal.Writer.WriteLine(lacks.Length == 0 ? $"{name}: ready" : $"{name}: lacks {string.Join(", ", lacks)}");
        }

        terminal.Writer.WriteLine(missing == 0 ? "ready to evaluate" : $"{missing} missing");
        return missing == 0 ? ExitCode.Success : ExitCode.Failure;
    }
}
