using System.Globalization;
using EvalCore.Recording;

namespace EvalCore.Verification;

/// <summary>Compares the recorded steps of an episode with those of the episode that was played again.</summary>
internal static class StepComparison
{
    /// <summary>
    /// The first value that differs in any bit; null for none. Within a step, causes come first: the action, then the state and the
    /// goal's conditions, then the reward and the flags. Where the record has no state, it is not compared.
    /// </summary>
    /// <param name="recorded">The run's steps.</param>
    /// <param name="played">The steps of the episode that was played again.</param>
    public static EpisodeDifference? First(RecordedEpisode recorded, StepRecording played)
    {
        StepLayout was = recorded.Layout, now = played.Layout;
        if (was.ActionDimension != now.ActionDimension)
            return new EpisodeDifference(0, "the action dimension", $"{was.ActionDimension}", $"{now.ActionDimension}");

        // A vector without elements, of a model without such bodies, is in no file.
        bool hasState = was.Conditions == now.Conditions
            && was.State.Where(field => field.Length > 0).SequenceEqual(now.State.Where(field => field.Length > 0));
        var columns = Columns(was, hasState);
        for (int row = 0; row < Math.Min(recorded.Rows, played.Rows); row++)
        {
            ReadOnlySpan<double> before = recorded[row], after = played.Values.Slice(row * now.Width, now.Width);
            foreach (var (name, at) in columns)
            {
                if (!Same(before[at], after[at]))
                    return new EpisodeDifference(row, name, Text(before[at]), Text(after[at]));
            }
        }

        return recorded.Rows == played.Rows
            ? null
            : new EpisodeDifference(Math.Min(recorded.Rows, played.Rows), "the number of steps", $"{recorded.Steps}", $"{played.Rows - 1}");
    }

    private static List<(string Name, int At)> Columns(StepLayout layout, bool hasState)
    {
        var columns = new List<(string, int)>();
        Add("action", StepLayout.Action, layout.ActionDimension);
        if (hasState)
        {
            int at = layout.FirstState;
            foreach (var field in layout.State)
            {
                Add(field.Name, at, field.Length);
                at += field.Length;
            }

            Add("conjuncts", layout.FirstCondition, layout.Conditions);
        }

        columns.AddRange([("reward", StepLayout.Reward), ("terminated", StepLayout.Terminated), ("truncated", StepLayout.Truncated), ("success", StepLayout.Success)]);
        return columns;

        void Add(string name, int first, int length) => columns.AddRange(Enumerable.Range(0, length).Select(i => ($"{name}[{i}]", first + i)));
    }

    private static bool Same(double a, double b) => BitConverter.DoubleToInt64Bits(a) == BitConverter.DoubleToInt64Bits(b) || (double.IsNaN(a) && double.IsNaN(b));

    private static string Text(double value) => value.ToString("R", CultureInfo.InvariantCulture);
}
