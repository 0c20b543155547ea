using System.CommandLine;
using System.CommandLine.Help;

using EvalCore.Commands.Help;
using EvalCore.Environments;
using EvalCore.Evaluation;
using EvalCore.Options;
using EvalCore.Policies;
using EvalCore.Rollout;
using Safetensors;

namespace EvalCore.Commands;

/// <summary>
/// A program with all commands of evalcore. It runs a command, and turns an exception into one line and an exit code.
/// </summary>
/// <param name="registry">The suites and sources of policies.</param>
/// <param name="terminal">The program's output.</param>
public sealed class EvalCoreApp(Registry registry, Terminal terminal)
{
    private static readonly string[] Secrets = ["key", "token", "secret", "password"];

    /// <summary>
    /// Runs a whole program: <c>return await EvalCoreApp.Run(args, registry => registry.Add(new MySuite()));</c>.
    /// Ctrl-C and SIGTERM interrupt a run, which can be resumed later.
    /// </summary>
    /// <param name="args">The program's arguments.</param>
    /// <param name="compose">Adds the suites and sources of policies.</param>
    /// <returns>The exit code.</returns>
    public static async Task<int> Run(IReadOnlyList<string> args, Action<Registry> compose)
    {
        ArgumentNullException.ThrowIfNull(compose);
        var registry = new Registry();
        compose(registry);
        if (EvalOptions.RunWorker(args, registry) is { } ended)
            return ended;
        using var interrupts = new Interrupts();
        return await new EvalCoreApp(registry, Terminal.Standard()).Run(args, interrupts.Stop).ConfigureAwait(false);
    }

    /// <summary>Runs a command line.</summary>
    /// <param name="args">The arguments after the program's name.</param>
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
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            terminal.Fail("interrupted");
            return ExitCode.Interrupted;
        }
        catch (UnresponsiveException e)
        {
            terminal.Fail(e.Message);
            terminal.EndProcess(ExitCode.Failure);
            return ExitCode.Failure;
        }
        catch (Exception e) when (e is PolicyFailedException or EnvironmentFailedException)
        {
            terminal.Fail($"{e.Message} (details: {WriteDetails(e, args)})");
            return ExitCode.Failure;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A full disk or a closed pipe: the operating system's message states the reason.
            terminal.Fail(e.Message.TrimEnd('.'));
            return ExitCode.Failure;
        }
#pragma warning disable CA1031 // For any other exception the user gets one line, not a stack trace.
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
            InferCommand.Create(registry, terminal),
            MergeCommand.Create(terminal),
            ShardsCommand.Create(terminal),
            SlurmCommand.Create(registry, terminal),
            K8sCommand.Create(registry, terminal),
            CompareCommand.Create(registry, terminal),
            GateCommand.Create(registry, terminal),
            PlanCommand.Create(registry, terminal),
            ReportCommand.Create(registry, terminal),
            VideoCommand.Create(registry, terminal),
            VerifyCommand.Create(registry, terminal),
            QueryCommand.Create(registry, terminal),
            HistoryCommand.Create(registry, terminal),
            AssetsCommand.Create(registry, terminal),
            DoctorCommand.Create(registry, terminal),
        ];
        var root = new RootCommand("Evaluate robot policies in simulated benchmarks, like lerobot-eval, without Python; bit-reproducible.");
        var help = new HelpPageAction(RootPage(commands), Math.Min(terminal.Out.Profile.Width, 120), Examples.Of(registry, terminal.Program));
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
            new("evalcore list", "list suites, tasks and policies"),
            new("evalcore doctor", "check what this machine lacks, and how to install it"),
        ],
        _ =>
        [
            new HelpSection("Commands", commands.Select(command => new HelpRow(command.Name, command.Description!.Split('\n')[0]))),
            new HelpSection("Options", [
                new HelpRow("COMMAND --help", "show what a command does, its flags and examples"),
                new HelpRow("--version", "show the version of this program"),
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

    /// <summary>Arguments without the values of flags that can be secret: <c>--policy.api_key</c>.</summary>
    private static IEnumerable<string> WithoutSecrets(IReadOnlyList<string> args)
    {
        bool isSecret = false;
        foreach (string arg in args)
        {
            string name = arg.Split('=')[0];
            bool isValue = isSecret && !arg.StartsWith("--", StringComparison.Ordinal);
            isSecret = arg.StartsWith("--", StringComparison.Ordinal) && Secrets.Any(word => name.Contains(word, StringComparison.OrdinalIgnoreCase));
            yield return isValue ? "***" : isSecret && arg.Contains('=', StringComparison.Ordinal) ? $"{name}=***" : arg;
        }
    }

    private static string WriteDetails(Exception e, IReadOnlyList<string> args)
    {
        try
        {
            // A folder of the user's own with a random name: in a shared temporary folder another user cannot place a link there.
            string file = Path.Combine(Directory.CreateTempSubdirectory("evalcore-error-").FullName, "details.log");
            File.WriteAllText(file, $"evalcore {string.Join(' ', WithoutSecrets(args))}\n{e}\n");
            return file;
        }
        catch (Exception failed) when (failed is IOException or UnauthorizedAccessException)
        {
            return $"cannot be written to {Path.GetTempPath()}";
        }
    }
}
