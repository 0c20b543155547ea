using System.CommandLine;
using System.Text.Json;
using EvalCore.Commands.Display;
using EvalCore.Commands.Help;
using EvalCore.Comparisons;
using EvalCore.Evaluation;
using EvalCore.Options;
using EvalCore.Results;
using EvalCore.Statistics;

namespace EvalCore.Commands;

/// <summary><c>evalcore compare</c>: is the second of two runs worse than the first?</summary>
internal static class CompareCommand
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    /// <summary>Makes the command.</summary>
    public static Command Create(Registry registry, Terminal terminal)
    {
        var command = new PagedCommand(
            "compare",
            "Compare two runs: is B worse than A?",
            new HelpPage(
                "evalcore compare A B [flags]",
                [
                    new("evalcore compare outputs/before outputs/after", "success rates per task, tests, discordant pairs and a verdict"),
                    new("evalcore compare before after --margin=5 --format=markdown", "pass only where a drop of 5 points or more is excluded; a table for a pull request"),
                    new("evalcore compare before after --metric=max_reward", "compare another metric than success, where the success rates say too little"),
                ],
                _ =>
                [
                    new HelpSection("Arguments", [new HelpRow("A, B", $"output folders of two runs, or files {EvalInfo.FileName}; also those that lerobot-eval wrote, and baselines of evalcore gate")]),
                    new HelpSection("Comparison", HelpRow.Of(new ComparisonOptions()).Concat(HelpRow.Of(new CompareFlags()))),
                ],
                [
                    new("0", "pass: a drop of the margin or more is excluded"),
                    new("2", "bad input; one line on stderr states the reason"),
                    new("3", "fail: B is worse"),
                    new("4", "undecided: more episodes are needed"),
                    new("5", "not comparable: another engine, other files or other environment options"),
                ]))
        {
            TreatUnmatchedTokensAsErrors = false,
        };
        command.SetAction(parsed => Run(parsed.UnmatchedTokens, registry, terminal));
        return command;
    }

    private static int Run(IReadOnlyList<string> tokens, Registry registry, Terminal terminal)
    {
        var options = new ComparisonOptions();
        var format = new CompareFlags();
        var (runs, flags) = Operands.Split(tokens, options, format);
        if (runs.Count != 2)
            throw new EvalCoreException($"compare: {(runs.Count > 2 ? "too many" : "too few")} runs; name two output folders: evalcore compare A B");
        var set = new OptionSet(flags);
        set.Bind(options);
        set.Bind(format);
        set.Finish("compare");
        options.Validate();

        EvalInfo a = Baseline.Load(HomeFolder.Expand(runs[0])), b = Baseline.Load(HomeFolder.Expand(runs[1]));
        var comparison = Comparison.Of(a, b, options, suite => RangeOf(suite, registry));
        switch (format.Format)
        {
            case CompareFormat.Json:
                terminal.Writer.WriteLine(ComparisonJson.Of(comparison).ToJsonString(Indented));
                break;
            case CompareFormat.Markdown:
                ComparisonMarkdown.Write(comparison, runs[0], runs[1], terminal.Writer);
                break;
            default:
                ComparisonTable.Write(comparison, runs[0], runs[1], terminal);
                break;
        }

        StepSummary.Write(terminal, comparison, runs[0], runs[1]);
        return ExitCode.Of(comparison.Verdict);
    }

    internal static Interval? RangeOf(string suite, Registry registry) =>
        registry.EnvTypes.Contains(suite) && registry.NewEnv(suite).RewardRange is var (low, high) ? new Interval(low, high) : null;
}
