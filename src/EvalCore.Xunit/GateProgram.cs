using System.Text.RegularExpressions;
using EvalCore.Evaluation;
using Microsoft.Testing.Platform.Builder;
using Xunit.MicrosoftTestingPlatform;

namespace EvalCore.Xunit;

/// <summary>
/// The entry point of a test program with gates. A filter for a suite, group or task that matches no test fails. Any
/// other filter that matches no test succeeds, because it may select tests of another project.
/// </summary>
public static partial class GateProgram
{
    private const int InvalidCommandLine = 5;

    /// <summary>Runs the tests.</summary>
    /// <param name="args">The program's arguments.</param>
    /// <param name="compose">Adds the suites and sources of policies.</param>
    /// <param name="addExtensions">Adds the test platform's extensions that the test project references.</param>
    /// <returns>The exit code.</returns>
    public static async Task<int> Run(string[] args, Action<Registry> compose, Action<ITestApplicationBuilder, string[]> addExtensions)
    {
        ArgumentNullException.ThrowIfNull(compose);
        var registry = new Registry();
        compose(registry);
        GateRuns.Registry = registry;
        string[] named = [.. SuiteInFilter().Matches(Filter(args)).Select(match => match.Groups[1].Value)];
        try
        {
            string[] configured = [.. GateRuns.Configured.Select(gate => gate.Options.Env.Type)];
            if (named.Length > 0 && !named.Intersect(configured).Any())
                throw new EvalCoreException(NoGate(named[0], registry.EnvTypes));
        }
        catch (EvalCoreException e)
        {
            await Console.Error.WriteLineAsync(e.Message).ConfigureAwait(false);
            return InvalidCommandLine;
        }

        if (Filter(args) is { Length: > 0 } filter && !TraitOfGates().IsMatch(filter))
            args = ["--ignore-exit-code", "8", .. args];
        return await TestPlatformTestFramework.RunAsync(args, addExtensions).ConfigureAwait(false);
    }

    private static string NoGate(string suite, IReadOnlyCollection<string> known)
    {
        return known.Contains(suite)
            ? $"Suite={suite}: no policy is configured; add <Parameter name=\"{suite}.policy.path\" value=\"...\" /> to runsettings.xml, or set EVALCORE_{suite.ToUpperInvariant()}_POLICY_PATH"
            : $"Suite={suite}: unknown suite (known: {string.Join(", ", known)})";
    }

    /// <summary>The filter expressions among the arguments.</summary>
    private static string Filter(string[] args) => string.Join(
        '\n', args.Zip(args.Skip(1)).Where(pair => pair.First.StartsWith("--filter", StringComparison.Ordinal)).Select(pair => pair.Second));

    [GeneratedRegex(@"\bSuite=([\w-]+)")]
    private static partial Regex SuiteInFilter();

    [GeneratedRegex(@"\b(Suite|Task|Group)\s*!?[=~]")]
    private static partial Regex TraitOfGates();
}
