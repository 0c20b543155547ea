using System.Globalization;
using EvalCore.Comparisons;
using EvalCore.Reports;
using EvalCore.Training;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace EvalCore.Commands.Display;

/// <summary>The results of a training run's checkpoints as a table.</summary>
internal static class CheckpointTable
{
    /// <summary>Prints the table. A narrow terminal gets no reward and no seconds; the file contains them.</summary>
    public static void Write(CheckpointRanking ranking, IAnsiConsole console)
    {
        IRenderable whole = Make(ranking, isNarrow: false);
        bool fits = whole.Measure(RenderOptions.Create(console), int.MaxValue).Max <= console.Profile.Width;
        console.Write(fits ? whole : Make(ranking, isNarrow: true));
    }

    /// <summary>What the table says, in sentences: the best checkpoint, and which cannot be told from it.</summary>
    public static IEnumerable<string> Lines(CheckpointRanking ranking)
    {
        foreach (var failed in ranking.All.Where(checkpoint => checkpoint.Problem is not null))
            yield return $"step {failed.Checkpoint.Step} could not be evaluated: {failed.Problem}";
        if (ranking.Best is not { } best)
            yield break;
        yield return $"best: step {best.Evaluated.Checkpoint.Step}, {ProgressView.Percent(best.Metrics.PcSuccess)} ({best.Evaluated.Checkpoint.Path})";
        long[] equal = [.. ranking.Ranked.Where(checkpoint => checkpoint.IsIndistinguishable && !checkpoint.IsBest).Select(checkpoint => checkpoint.Evaluated.Checkpoint.Step)];
        if (ranking.Ranked.Count > 1)
        {
            string alpha = ranking.Alpha.ToString("0.####", CultureInfo.InvariantCulture);
            yield return equal.Length == 0
                ? $"every other checkpoint is worse (alpha {alpha})"
                : $"indistinguishable from it (alpha {alpha}): {string.Join(", ", equal)}";
        }
    }

    /// <summary>The table and its sentences in Markdown, for the summary of a step in GitHub Actions.</summary>
    public static string ToMarkdown(CheckpointRanking ranking)
    {
        using var output = new StringWriter(CultureInfo.InvariantCulture) { NewLine = "\n" };
        output.WriteLine("### Checkpoints\n");
        Markdown.Table([.. Headings(ranking, isNarrow: false), ""], Rows(ranking, isNarrow: false), output);
        output.WriteLine();
        foreach (string line in Lines(ranking))
            output.WriteLine($"- {Markdown.Text(line)}");
        return output.ToString();
    }

    private static Table Make(CheckpointRanking ranking, bool isNarrow)
    {
        var table = new Table().Border(TableBorder.Simple);
        foreach (string heading in Headings(ranking, isNarrow))
            table.AddColumn(new TableColumn(heading).RightAligned());
        table.AddColumn("");
        foreach (var row in Rows(ranking, isNarrow))
            table.AddRow(row.Select(cell => new Text(cell)));
        return table;
    }

    /// <summary>The headings but that of the last column, which has none.</summary>
    private static string[] Headings(CheckpointRanking ranking, bool isNarrow) =>
    [
        "step", .. HaveEqualNumbers(ranking) ? (string[])[] : ["episodes"], .. HasErrors(ranking) ? ["errors"] : (string[])[], "success", "95 % interval", .. isNarrow ? (string[])[] : [ranking.HasProgress ? "progress" : "avg max reward"],
        "vs best", "p (Holm)", .. isNarrow ? (string[])[] : ["eval s"],
    ];

    private static IEnumerable<string[]> Rows(CheckpointRanking ranking, bool isNarrow) => ranking.All.Select(checkpoint =>
        ranking.Ranked.FirstOrDefault(other => other.Evaluated == checkpoint) is { } ranked
            ? Cells(ranking, ranked, isNarrow)
            : [$"{checkpoint.Checkpoint.Step}", .. Enumerable.Repeat("", Headings(ranking, isNarrow).Length - 1), "failed"]);

    private static string[] Cells(CheckpointRanking ranking, RankedCheckpoint ranked, bool isNarrow)
    {
        var metrics = ranked.Metrics;
        bool isCompared = !ranked.IsBest && ranked.Outcomes.Count > 0;
        return
        [
            $"{ranked.Evaluated.Checkpoint.Step}", .. HaveEqualNumbers(ranking) ? (string[])[] : [$"{metrics.NEpisodes}"], .. HasErrors(ranking) ? [$"{ranked.Errors}"] : (string[])[], ProgressView.Percent(metrics.PcSuccess), Invariant($"{metrics.PcSuccessCi95.Low:0.0} to {metrics.PcSuccessCi95.High:0.0}"),
            .. isNarrow ? (string[])[] : [ranking.HasProgress ? ProgressView.Percent(100 * metrics.AvgProgress) : Invariant($"{metrics.AvgMaxReward:0.000}")],
            !isCompared ? "" : Invariant($"{100 * ranked.Difference:+0.0;-0.0;0.0}"),
            !isCompared ? "" : ComparisonText.PValue(ranked.Holm),
            .. isNarrow ? (string[])[] : [Invariant($"{ranked.Evaluated.Info!.EvalS:0.0}")],
            ranked.IsBest ? "best" : ranked.IsIndistinguishable ? "≈ best" : "worse",
        ];
    }

    private static bool HasErrors(CheckpointRanking ranking) => ranking.Ranked.Any(checkpoint => checkpoint.Errors > 0);

    private static bool HaveEqualNumbers(CheckpointRanking ranking) => !HasErrors(ranking) && ranking.Ranked.Select(checkpoint => checkpoint.Metrics.NEpisodes).Distinct().Count() < 2;

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
