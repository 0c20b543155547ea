using System.Text.RegularExpressions;
using EvalCore;
using EvalCore.Cli;
using Xunit.MicrosoftTestingPlatform;

namespace Benchmarks.Gates;

/// <summary>
/// The entry point of the gates' test program. It says what a filter that matches no gate is: a mistake when it names a
/// suite or a task, and none of the gates' business when it names a class of another test project.
/// </summary>
internal static partial class Program
{
    private const int InvalidCommandLine = 5;

    public static async Task<int> Main(string[] args)
    {
        string[] named = [.. SuiteInFilter().Matches(Filter(args)).Select(match => match.Groups[1].Value)];
        try
        {
            string[] configured = [.. GateRuns.Configured.Select(gate => gate.Options.Env.Type)];
            if (named.Length > 0 && !named.Intersect(configured).Any())
                throw new EvalCoreException(NoGate(named[0]));
        }
        catch (EvalCoreException e)
        {
            await Console.Error.WriteLineAsync(e.Message);
            return InvalidCommandLine;
        }

        if (Filter(args) is { Length: > 0 } filter && !TraitOfGates().IsMatch(filter))
            args = ["--ignore-exit-code", "8", .. args];
        return await TestPlatformTestFramework.RunAsync(args, SelfRegisteredExtensions.AddSelfRegisteredExtensions);
    }

    private static string NoGate(string suite)
    {
        var known = Suites.Registry().EnvTypes;
        return known.Contains(suite)
            ? $"Suite={suite}: no policy is configured; add <Parameter name=\"{suite}.policy.path\" value=\"...\" /> to runsettings.xml, or set EVALCORE_{suite.ToUpperInvariant()}_POLICY_PATH"
            : $"Suite={suite}: there is no such suite; known: {string.Join(", ", known)}";
    }

    /// <summary>The filter expressions among the arguments.</summary>
    private static string Filter(string[] args) => string.Join(
        '\n', args.Zip(args.Skip(1)).Where(pair => pair.First.StartsWith("--filter", StringComparison.Ordinal)).Select(pair => pair.Second));

    [GeneratedRegex(@"\bSuite=([\w-]+)")]
    private static partial Regex SuiteInFilter();

    [GeneratedRegex(@"\b(Suite|Task|Group)\s*!?[=~]")]
    private static partial Regex TraitOfGates();
}
