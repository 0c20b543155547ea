using System.Globalization;
using EvalCore.Recording;

namespace EvalCore.Verification;

/// <summary>Compares the recorded steps of an episode with those of the episode that was played again.</summary>
internal static class StepComparison
{
    /// <summary>
    /// The first value that differs in any bit; null for none. Within a step, causes come first: the action, then the state and the
    /// goal's conditions, then the reward and the flags. What <see cref="NotCompared"/> names is left out.
    /// </summary>
    /// <param name="recorded">The run's steps.</param>
    /// <param name="played">The steps of the episode that was played again.</param>
    public static EpisodeDifference? First(RecordedEpisode recorded, StepRecording played)
    {
        StepLayout was = recorded.Layout, now = played.Layout;
        if (was.ActionDimension != now.ActionDimension)
            return new EpisodeDifference(0, "the action dimension", $"{was.ActionDimension}", $"{now.ActionDimension}");
        var columns = Columns(was, now);
        for (int row = 0; row < Math.Min(recorded.Rows, played.Rows); row++)
        {
            ReadOnlySpan<double> before = recorded[row], after = played.Values.Slice(row * now.Width, now.Width);
            foreach (var (name, at, atNow) in columns)
            {
                if (!Same(before[at], after[atNow]))
                    return new EpisodeDifference(row, name, Text(before[at]), Text(after[atNow]));
            }
        }

        return recorded.Rows == played.Rows
            ? null
            : new EpisodeDifference(Math.Min(recorded.Rows, played.Rows), "the number of steps", $"{recorded.Steps}", $"{played.Rows - 1}");
    }

    /// <summary>
    /// What is in the steps here and cannot be compared with the record, which lacks it or has it in another form, as of another version
    /// of the suite: <c>the state</c>. Empty where all is compared.
    /// </summary>
    /// <param name="was">What a row of the record contains.</param>
    /// <param name="now">What a row of the episode that was played again contains.</param>
    public static string NotCompared(StepLayout was, StepLayout now) => (HasSameState(was, now), was.Conditions == now.Conditions) switch
    {
        (true, true) => "",
        (false, true) => "the state",
        (true, false) => "the conditions",
        _ => "the state and the conditions",
    };

    /// <summary>Whether the vectors of the state are the same. One without elements, of a model without such bodies, is in no file.</summary>
    private static bool HasSameState(StepLayout was, StepLayout now) =>
        was.State.Where(field => field.Length > 0).SequenceEqual(now.State.Where(field => field.Length > 0));

    /// <summary>The values that are compared, and their places in the rows of the record and of the episode that was played again.</summary>
    private static List<(string Name, int At, int AtNow)> Columns(StepLayout was, StepLayout now)
    {
        var columns = new List<(string, int, int)>();
        Add("action", StepLayout.Action, StepLayout.Action, was.ActionDimension);
        if (HasSameState(was, now))
        {
            int at = 0;
            foreach (var field in was.State)
            {
                Add(field.Name, was.FirstState + at, now.FirstState + at, field.Length);
                at += field.Length;
            }
        }

        if (was.Conditions == now.Conditions)
            Add("conjuncts", was.FirstCondition, now.FirstCondition, was.Conditions);
        foreach (var (name, at) in ((string, int)[])[("reward", StepLayout.Reward), ("terminated", StepLayout.Terminated), ("truncated", StepLayout.Truncated), ("success", StepLayout.Success)])
            columns.Add((name, at, at));
        return columns;

        void Add(string name, int first, int firstNow, int length) => columns.AddRange(Enumerable.Range(0, length).Select(i => ($"{name}[{i}]", first + i, firstNow + i)));
    }

    private static bool Same(double a, double b) => BitConverter.DoubleToInt64Bits(a) == BitConverter.DoubleToInt64Bits(b) || (double.IsNaN(a) && double.IsNaN(b));

    private static string Text(double value) => value.ToString("R", CultureInfo.InvariantCulture);
}
