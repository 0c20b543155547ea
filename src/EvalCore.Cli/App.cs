using System.CommandLine;
using System.CommandLine.Help;
using EvalCore.Cli.Commands;
using EvalCore.Cli.Help;
using EvalCore.Options;
using Safetensors;

namespace EvalCore.Cli;

/// <summary>The program: finds the command, runs it, turns what goes wrong into a line and an exit code.</summary>
public sealed class App(Registry registry, Terminal terminal)
{
    /// <summary>Runs a command line.</summary>
    /// <param name="args">The words after the program's name.</param>
    /// <param name="cancellation">Stops the run as Ctrl-C does.</param>
    /// <returns>The exit code.</returns>
    public async Task<int> Run(IReadOnlyList<string> args, CancellationToken cancellation = default)
    {
        var root = Root();
        // Flags alone mean eval: lerobot-eval's command line works as it is.
        bool flagsAlone = args.Count > 0 && args[0].StartsWith("--", StringComparison.Ordinal) && args[0] is not ("--help" or "--version");
        var parsed = root.Parse(
            flagsAlone ? ["eval", .. args] : args,
            new ParserConfiguration { EnablePosixBundling = false, ResponseFileTokenReplacer = null });
        try
        {
            if (parsed.Errors.Count > 0 && parsed.Action is not HelpPageAction)
                throw new EvalCoreException(Describe(parsed));
            return await parsed.InvokeAsync(
                new InvocationConfiguration
                {
                    Output = terminal.Writer,
                    Error = terminal.Error.Profile.Out.Writer,
                    EnableDefaultExceptionHandler = false,
                    ProcessTerminationTimeout = null,
                },
                cancellation).ConfigureAwait(false);
        }
        catch (Exception e) when (e is EvalCoreException or SafetensorsException)
        {
            terminal.Fail(e.Message);
            return ExitCode.BadInput;
        }
        catch (DllNotFoundException e)
        {
            terminal.Fail($"{e.Message.TrimEnd('.')}; see evalcore doctor");
            return ExitCode.BadInput;
        }
        catch (OperationCanceledException)
        {
            terminal.Fail("interrupted");
            return ExitCode.Interrupted;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A full disk, a pipe nobody reads any more: the system's own words say it.
            terminal.Fail(e.Message.TrimEnd('.'));
            return ExitCode.Failure;
        }
#pragma warning disable CA1031 // The last line of defence: a user sees a line, not a stack trace.
        catch (Exception e)
#pragma warning restore CA1031
        {
            terminal.Fail($"{e.GetType().Name}: {e.Message} (details: {WriteDetails(e, args)})");
            return ExitCode.Failure;
        }
    }

    private RootCommand Root()
    {
        Command[] commands =
        [
            EvalCommand.Create(registry, terminal),
            ListCommand.Create(registry, terminal),
            ReplayCommand.Create(registry, terminal),
            InferCommand.Create(terminal),
            MergeCommand.Create(terminal),
            AssetsCommand.Create(registry, terminal),
            DoctorCommand.Create(registry, terminal),
        ];
        var root = new RootCommand("Evaluate robot policies in simulated benchmarks, like lerobot-eval, without Python; bit-reproducible.");
        var help = new HelpPageAction(RootPage(commands), Math.Min(terminal.Out.Profile.Width, 120));
        foreach (var command in commands)
            root.Add(command);
        root.Options.OfType<HelpOption>().Single().Action = help;
        root.SetAction(help.Invoke);
        return root;
    }

    private static HelpPage RootPage(IEnumerable<Command> commands) => new(
        "evalcore --policy.path=DIR --env.type=SUITE [flags]\nevalcore COMMAND [flags]",
        [
            new("evalcore --policy.path=DIR --env.type=pusht --eval.n_episodes=50", "evaluate a LeRobot checkpoint (DIR is its folder pretrained_model/)"),
            new("evalcore list", "what there is to evaluate"),
            new("evalcore doctor", "what this machine lacks, and how to get it"),
        ],
        _ =>
        [
            new HelpSection("Commands", commands.Select(command => new HelpRow(command.Name, command.Description!.Split('\n')[0]))),
            new HelpSection("Options", [
                new HelpRow("COMMAND --help", "what a command does, its flags and examples"),
                new HelpRow("--version", "the version of this program"),
            ]),
        ],
        HelpPage.UsualExitCodes);

    private static string Describe(ParseResult parsed)
    {
        string command = parsed.CommandResult.Command is RootCommand ? "" : $" {parsed.CommandResult.Command.Name}";
        if (parsed.UnmatchedTokens is [var word, ..])
        {
            var known = parsed.CommandResult.Command.Children.OfType<Command>().Select(child => child.Name)
                .Concat(parsed.CommandResult.Command.Options.Select(option => option.Name));
            string kind = word.StartsWith('-') ? "flag" : command.Length == 0 ? "command" : "argument";
            string hint = Nearest.To(word, known) is { } near ? $"did you mean '{near}'?" : $"see evalcore{command} --help";
            return $"unknown {kind} '{word}'; {hint}";
        }

        return $"{parsed.Errors[0].Message.TrimEnd('.')}; see evalcore{command} --help";
    }

    private static string WriteDetails(Exception e, IReadOnlyList<string> args)
    {
        string file = Path.Combine(Path.GetTempPath(), $"evalcore-error-{Environment.ProcessId}.log");
        try
        {
            File.WriteAllText(file, $"evalcore {string.Join(' ', args)}\n{e}\n");
            return file;
        }
        catch (Exception failed) when (failed is IOException or UnauthorizedAccessException)
        {
            return $"cannot be written to {file}";
        }
    }
}
