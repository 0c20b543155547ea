using System.Diagnostics;
using EvalCore.Environments;
using EvalCore.Evaluation;
using EvalCore.Gates;
using EvalCore.Options;
using Microsoft.Testing.Platform.Builder;
using Microsoft.Testing.Platform.Services;
using Xunit.MicrosoftTestingPlatform;

namespace EvalCore.Xunit;

/// <summary>
/// The entry point of a test program with gates. A filter that selects no test fails with a line that says why, unless
/// it selects a test of another program of the same run.
/// </summary>
public static class GateProgram
{
    private const int Success = 0;
    private const int InvalidCommandLine = 5;
    private const int ZeroTests = 8;

    /// <summary>Runs the tests.</summary>
    /// <param name="args">The program's arguments.</param>
    /// <param name="compose">Adds the suites and sources of policies.</param>
    /// <param name="addExtensions">Adds the test platform's extensions that the test project references.</param>
    /// <returns>The exit code.</returns>
    public static async Task<int> Run(string[] args, Action<Registry> compose, Action<ITestApplicationBuilder, string[]> addExtensions)
    {
        ArgumentNullException.ThrowIfNull(compose);
        ArgumentNullException.ThrowIfNull(addExtensions);
        var registry = new Registry();
        compose(registry);
        if (EvalOptions.RunWorker(args, registry) is { } ended)
            return ended;
        GateRuns.Registry = registry;
        var filter = GateRuns.Filter = TestFilter.Of(args);
        try
        {
            RefuseOptionsOfVSTest(args);
            string[] configured = [.. GateRuns.Configured.SelectMany(gate => gate.Groups.Prepend(gate.Options.Env.Type))];
            string[] named = [.. filter.ValuesOf("Suite").Where(suite => !suite.Contains('*', StringComparison.Ordinal))];
            if (named.Length > 0 && !named.Intersect(configured).Any())
                throw new EvalCoreException(NoGate(named[0], registry));
            if (!args.Any(arg => arg is "--list-tests" or "--help" or "-?" or "--info"))
                GateRuns.StartPolicies(GateRuns.Configured.Where(gate => Selects(filter, gate)));
        }
        catch (EvalCoreException e)
        {
            await Console.Error.WriteLineAsync(e.Message).ConfigureAwait(false);
            return InvalidCommandLine;
        }

        int code = await TestPlatformTestFramework.RunAsync(args, (builder, given) =>
        {
            addExtensions(builder, given);
            builder.TestHost.AddTestSessionLifetimeHandler(services => new GateResults(services.GetMessageBus()));
        }).ConfigureAwait(false);
        if (code == InvalidCommandLine && args.Contains(OtherTests.Pipe))
            await ExplainCommandLine(args).ConfigureAwait(false);
        if (code != ZeroTests || filter.Options.Count == 0)
            return code == ZeroTests && GateRuns.Configured.Count == 0 ? Success : code;
        if (Misspelt(filter) is null && await OtherTests.Match(args, filter).ConfigureAwait(false))
            return Success;
        await Console.Error.WriteLineAsync(NothingRan(filter)).ConfigureAwait(false);
        return ZeroTests;
    }

    /// <summary>
    /// Whether a filter certainly selects cases of a gate: there is none, or it names one of the gate's traits. The policy of
    /// another gate starts with its first case.
    /// </summary>
    private static bool Selects(TestFilter filter, SuiteGate gate) => filter.Options.Count == 0
        || filter.ValuesOf("Suite").Intersect(gate.Groups.Prepend(gate.Options.Env.Type)).Any()
        || (!filter.ValuesOf("Suite").Any()
            && (filter.ValuesOf("Task").Intersect(gate.Tasks.Select(task => task.Name)).Any() || filter.ValuesOf("Group").Intersect(gate.Tasks.Select(task => task.Group)).Any()));

    /// <summary>The line on a filter for a suite, or for a group of a suite's tasks, that no gate plays.</summary>
    private static string NoGate(string named, Registry registry)
    {
        if (registry.EnvTypes.Contains(named))
            return $"Suite={named}: no policy is configured; add {Parameter(named, "policy.path", "...")} to runsettings.xml, or set {Variable(named, "policy.path")}";
        var groups = registry.EnvTypes.SelectMany(type => GroupsOf(registry.NewEnv(type)), (type, name) => (type, name)).ToList();
        if (groups.Find(one => one.name == named) is not ({ } suite, _))
            return $"Suite={named}: unknown suite{Nearest.Hint(named, registry.EnvTypes.Concat(groups.Select(one => one.name)))} (known: {string.Join(", ", registry.EnvTypes)})";
        return GateRuns.Configured.FirstOrDefault(gate => gate.Options.Env.Type == suite) is { } gate
            ? $"Suite={named}: the gate of {suite} plays {gate.Options.Env.Task}; add {named} to {suite}.env.task in runsettings.xml, or to {Variable(suite, "env.task")}"
            : $"Suite={named}: no policy is configured; add {Parameter(suite, "policy.path", "...")} and {Parameter(suite, "env.task", named)} to runsettings.xml, "
                + $"or set {Variable(suite, "policy.path")} and {Variable(suite, "env.task")}={named}";

        static string Parameter(string suite, string flag, string value) => $"<Parameter name=\"{suite}.{flag}\" value=\"{value}\" />";

        static string Variable(string suite, string flag) => $"EVALCORE_{suite}_{flag.Replace('.', '_')}".ToUpperInvariant();
    }

    /// <summary>The groups of all tasks of a suite.</summary>
    private static List<string> GroupsOf(EnvConfig env)
    {
        using var benchmark = env.Open();
        return [.. benchmark.AllTasks.SelectMany(SuiteGate.SuitesOf).Where(name => name != env.Type).Distinct()];
    }

    /// <summary>The line on a run in which no test ran.</summary>
    private static string NothingRan(TestFilter filter)
    {
        string start = $"no test ran: the filter '{filter.Text}' selects none";
        if (Misspelt(filter) is { } trait)
            return $"{start}; there is no trait '{trait}'{Nearest.Hint(trait, TestFilter.Traits)}";
        var tasks = GateRuns.Configured.SelectMany(gate => gate.Tasks).ToList();
        return Missing(filter, "Task", tasks.Select(task => task.Name))
            ?? Missing(filter, "Group", tasks.Select(task => task.Group))
            ?? $"{start}, neither of the gates nor of other tests; dotnet test --list-tests lists all tests, and gates have the traits {string.Join(", ", TestFilter.Traits)}";
    }

    /// <summary>The trait of a filter that is a misspelt one of gates; null for none.</summary>
    private static string? Misspelt(TestFilter filter) =>
        filter.OtherTraits.FirstOrDefault(trait => Nearest.To(trait, TestFilter.Traits) is not null);

    private static string? Missing(TestFilter filter, string trait, IEnumerable<string> present)
    {
        var known = present.Distinct().ToList();
        return filter.ValuesOf(trait).FirstOrDefault(value => !value.Contains('*', StringComparison.Ordinal) && !known.Contains(value)) is { } missing
            ? $"no test ran: no gate has {trait}={missing}{Nearest.Hint(missing, known)} (known: {(known.Count == 0 ? "none" : string.Join(", ", known.Take(8)))}{(known.Count > 8 ? ", ..." : "")})"
            : null;
    }

    private static void RefuseOptionsOfVSTest(string[] args)
    {
        foreach (string arg in args)
        {
            string option = arg.Split(['=', ':'], 2)[0];
            string? instead = option switch
            {
                "--logger" or "-l" => "--report-trx writes TRX, --report-xunit-junit JUnit, --report-xunit-html a page",
                "--settings" or "-s" => "omit it: the nearest runsettings.xml above the test project is read",
                "--collect" => "--coverlet collects coverage",
                "--blame" => "--timeout ends a run that hangs",
                "--test-adapter-path" => "omit it",
                _ when arg.StartsWith("TestRunParameters.Parameter(", StringComparison.Ordinal) || arg.StartsWith("RunConfiguration.", StringComparison.Ordinal)
                    => "write parameters into runsettings.xml, or set their environment variables, for example EVALCORE_POLICY_DEVICE=cpu",
                _ => null,
            };
            if (instead is not null)
                throw new EvalCoreException($"{arg} is an option of VSTest, which this test program does not have; {instead}");
        }
    }

    /// <summary>
    /// Says which option is wrong. <c>dotnet test</c> shows what a failing program writes to standard error, but the
    /// testing platform writes its reason only when it is started alone.
    /// </summary>
    private static async Task ExplainCommandLine(string[] args)
    {
        if (Environment.ProcessPath is not { } program)
            return;
        var alone = new List<string>();
        if (Path.GetFileNameWithoutExtension(program) == "dotnet")
            alone.Add(Environment.GetCommandLineArgs()[0]);
        for (int i = 0; i < args.Length; i++)
        {
            if (args[i] is "--server" or OtherTests.Pipe)
                i++;
            else
                alone.Add(args[i]);
        }

        var start = new ProcessStartInfo(program, [.. alone, "--no-ansi"]) { RedirectStandardOutput = true, RedirectStandardError = true };
        using var process = Process.Start(start)!;
        string[] output = await Task.WhenAll(process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync()).ConfigureAwait(false);
        await process.WaitForExitAsync().ConfigureAwait(false);
        var reasons = string.Concat(output).Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .TakeWhile(line => !line.StartsWith("Run '--help'", StringComparison.Ordinal) && !line.StartsWith("Command line:", StringComparison.Ordinal) && !line.StartsWith("Usage", StringComparison.Ordinal));
        await Console.Error.WriteLineAsync(string.Join("; ", reasons)).ConfigureAwait(false);
    }
}
