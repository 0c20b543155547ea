using System.Globalization;
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

    private static Table Make(CheckpointRanking ranking, bool isNarrow)
    {
        var table = new Table().Border(TableBorder.Simple);
        string[] headings =
        [
            "step", "success", "95 % interval", .. isNarrow ? (string[])[] : [ranking.HasProgress ? "progress" : "avg max reward"],
            "vs best", "p (Holm)", .. isNarrow ? (string[])[] : ["eval s"],
        ];
        foreach (string heading in headings)
            table.AddColumn(new TableColumn(heading).RightAligned());
        table.AddColumn("");
        foreach (var checkpoint in ranking.All)
        {
            var ranked = ranking.Ranked.FirstOrDefault(other => other.Evaluated == checkpoint);
            string[] cells = ranked is null
                ? [$"{checkpoint.Checkpoint.Step}", .. Enumerable.Repeat("", headings.Length - 1), "failed"]
                : Cells(ranked);
            table.AddRow(cells.Select(cell => new Text(cell)));
        }

        return table;

        string[] Cells(RankedCheckpoint ranked)
        {
            var metrics = ranked.Metrics;
            return
            [
                $"{ranked.Evaluated.Checkpoint.Step}", ProgressView.Percent(metrics.PcSuccess), Invariant($"{metrics.PcSuccessCi95.Low:0.0} to {metrics.PcSuccessCi95.High:0.0}"),
                .. isNarrow ? (string[])[] : [ranking.HasProgress ? ProgressView.Percent(100 * metrics.AvgProgress) : Invariant($"{metrics.AvgMaxReward:0.000}")],
                ranked.IsBest ? "" : Invariant($"{100 * ranked.Difference:+0.0;-0.0;0.0}"),
                ranked.IsBest ? "" : ranked.Holm is > 0 and < 0.0001 ? Invariant($"{ranked.Holm:0.0e+0}") : Invariant($"{ranked.Holm:0.0000}"),
                .. isNarrow ? (string[])[] : [Invariant($"{ranked.Evaluated.Info!.EvalS:0.0}")],
                ranked.IsBest ? "best" : ranked.IsIndistinguishable ? "≈ best" : "worse",
            ];
        }
    }

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
