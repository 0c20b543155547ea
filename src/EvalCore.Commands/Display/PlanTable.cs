using System.Globalization;
using EvalCore.Planning;
using Spectre.Console;

namespace EvalCore.Commands.Display;

/// <summary>A plan for a terminal.</summary>
internal static class PlanTable
{
    /// <summary>Prints the plan.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="seconds">The wall clock per episode; null where it is unknown.</param>
    /// <param name="source">What the time was measured on.</param>
    /// <param name="terminal">The program's output.</param>
    public static void Write(EvaluationPlan plan, double? seconds, string? source, Terminal terminal)
    {
        var options = plan.Options;
        terminal.Writer.WriteLine(Invariant(
            $"to show a drop from {100 * plan.Rate:0.##} % to {100 * plan.Rate - options.Drop:0.##} %: power {options.Power:0.####}, alpha {options.Alpha:0.####}, {options.SharedLuck:0.##} % of paired episodes share their luck"));
        var table = new Table().Border(TableBorder.Simple).AddColumn("");
        foreach (string heading in (string[])["episodes", "with drop", "without", .. seconds is null ? (string[])[] : ["time"]])
            table.AddColumn(new TableColumn(heading).RightAligned());
        Row("unpaired, other seeds (Fisher)", plan.Unpaired);
        Row("paired, same seeds (McNemar)", plan.Paired);
        Row("gate, same seeds, stops early", plan.Gate, plan.WithDrop?.MeanPairs, plan.WithoutDrop?.MeanPairs);
        Row("no drop shown, policy unchanged", plan.Unchanged);
        Row("no drop shown, another policy as good", plan.AsGood);
        terminal.Out.Write(table);
        if (plan is { WithDrop: { } with, WithoutDrop: { } without })
        {
            terminal.Writer.WriteLine(Invariant(
                $"gate: the drop is shown in {100 * with.Failed:0.0} % (standard error {100 * with.StandardError(with.Failed):0.0}) of {with.Repetitions} simulated comparisons; an equal policy passes in {100 * without.Passed:0.0} % ({100 * without.StandardError(without.Passed):0.0}) and fails in {100 * without.Failed:0.0} %"));
            terminal.Writer.WriteLine("with drop, without: the mean number of episodes until the gate's verdict");
        }

        if (seconds is { } each)
            terminal.Writer.WriteLine(Invariant($"time: {each:0.000} s per episode ({source}); of one run, the baseline is played once"));

        void Row(string name, int? episodes, double? withDrop = null, double? without = null)
        {
            string[] cells =
            [
                name, episodes is null ? "> 20000" : $"{episodes}",
                withDrop is null ? "" : Invariant($"{withDrop:0}"), without is null ? "" : Invariant($"{without:0}"),
                .. seconds is null ? (string[])[] : [episodes * seconds is { } time ? Minutes(time) : ""],
            ];
            table.AddRow(cells.Select(cell => new Text(cell)));
        }
    }

    private static string Minutes(double seconds) => seconds < 60 ? Invariant($"{seconds:0} s") : Invariant($"{seconds / 60:0.0} min");

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
