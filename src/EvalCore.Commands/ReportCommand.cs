using System.CommandLine;
using EvalCore.Commands.Display;
using EvalCore.Commands.Help;
using EvalCore.Comparisons;
using EvalCore.Evaluation;
using EvalCore.Files;
using EvalCore.Options;
using EvalCore.Reports;
using EvalCore.Results;

namespace EvalCore.Commands;

/// <summary><c>evalcore report</c>: one HTML page on a run.</summary>
internal static class ReportCommand
{
    /// <summary>Makes the command.</summary>
    public static Command Create(Registry registry, Terminal terminal)
    {
        var command = new PagedCommand(
            "report",
            "Write one HTML page on a run: rates with intervals, tasks, failures, videos, rewards, time, inputs.\n"
            + "Every evaluation writes it; this command makes it again, or compares a run with a baseline.",
            new HelpPage(
                "evalcore report RUN [flags]",
                [
                    new("evalcore report outputs/after --baseline=outputs/before", "a page that compares both runs, with the videos of episodes that only one of them solved"),
                    new("evalcore report eval_info.json -o page.html", "a page on a result that lerobot-eval wrote"),
                ],
                _ =>
                [
                    new HelpSection("Arguments", [new HelpRow("RUN", $"the output folder of a run, or a file {EvalInfo.FileName}; also one that lerobot-eval wrote")]),
                    new HelpSection("Page", HelpRow.Of(new ReportFlags()).Append(new HelpRow("-o FILE", "short for --output"))),
                    new HelpSection("Comparison with a baseline", HelpRow.Of(new ComparisonOptions())),
                ],
                HelpPage.UsualExitCodes))
        {
            TreatUnmatchedTokensAsErrors = false,
        };
        command.SetAction(parsed => Run(parsed.UnmatchedTokens, registry, terminal));
        return command;
    }

    private static int Run(IReadOnlyList<string> tokens, Registry registry, Terminal terminal)
    {
        var options = new ComparisonOptions();
        var report = new ReportFlags();
        var (runs, flags) = Operands.Split([.. tokens.Select(token => token == "-o" ? "--output" : token)], options, report);
        if (runs.Count != 1)
            throw new EvalCoreException($"report: {(runs.Count > 1 ? "too many" : "no")} runs; name one output folder: evalcore report RUN");
        var set = new OptionSet(flags);
        var compared = set.Bind(options);
        set.Bind(report);
        set.Finish("report");
        if (report.Baseline is null && compared.Count > 0)
            throw new EvalCoreException($"--{compared[0]}: has an effect with --baseline only; add --baseline=RUN, or omit the flag");

        string? output = report.Output is { } named ? FileOf(named) : null;
        var run = ReportRun.Load(runs[0], registry.StepFormat);
        var baseline = report.Baseline is { } other ? ReportRun.Load(other, registry.StepFormat) : null;
        string file = output ?? Path.Combine(run.Folder, RunReport.FileName);
        var page = new RunReport(run, baseline, options, suite => CompareCommand.RangeOf(suite, registry));
        page.Save(file);
        if (page.NotCompared is { } reason)
            terminal.Note($"not compared with the baseline: {reason}");
        else if (page.Comparison is { } comparison)
            terminal.Writer.WriteLine(ComparisonText.Verdict(comparison));
        terminal.Writer.WriteLine($"report: {file}");
        StepSummary.Write(terminal, page.ToMarkdown(file));
        return ExitCode.Success;
    }

    /// <summary>The page's file, in a folder where that is named.</summary>
    private static string FileOf(string output) => OutputFile.Of(
        "--output", Directory.Exists(output) ? Path.Combine(output, RunReport.FileName) : output, "a folder or of an HTML file", ".html");
}
