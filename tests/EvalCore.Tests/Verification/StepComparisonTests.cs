using EvalCore.Environments;
using EvalCore.Recording;
using EvalCore.Verification;

namespace EvalCore.Tests.Verification;

public sealed class StepComparisonTests
{
    private static readonly EnvTask Right = new("walk", "walks", 0, "right", "");

    [Fact]
    public void Equal_steps_have_no_difference()
    {
        var played = Play();
        Assert.Null(StepComparison.First(Recorded(played), played));
    }

    /// <summary>Columns: reward, terminated, truncated, success, action, two conditions, state.</summary>
    [Theory]
    [InlineData(0, 7, "state[0]")]
    [InlineData(2, 4, "action[0]")]
    [InlineData(2, 5, "conjuncts[0]")]
    [InlineData(3, 7, "state[0]")]
    [InlineData(5, 0, "reward")]
    [InlineData(5, 3, "success")]
    public void The_first_value_is_named(int row, int column, string name)
    {
        var played = Play();
        double[] values = played.Values.ToArray();
        double before = values[row * 8 + column];
        values[row * 8 + column] = Math.BitIncrement(before);
        if (row < 5)
            values[^1] = 99;
        var difference = StepComparison.First(Recorded(played, values), played);
        Assert.Equal(new EpisodeDifference(row, name, Text(Math.BitIncrement(before)), Text(before)), difference);
    }

    [Fact]
    public void Within_a_step_the_cause_comes_before_its_effects()
    {
        var played = Play();
        double[] values = played.Values.ToArray();
        for (int column = 0; column < 8; column++)
            values[3 * 8 + column] = 7;
        Assert.Equal((3, "action[0]"), (StepComparison.First(Recorded(played, values), played)!.Step, StepComparison.First(Recorded(played, values), played)!.Value));
    }

    [Fact]
    public void A_negative_zero_is_another_value()
    {
        var played = Play();
        double[] values = played.Values.ToArray();
        Assert.Equal(0, values[7]);
        values[7] = -0.0;
        Assert.Equal(new EpisodeDifference(0, "state[0]", "-0", "0"), StepComparison.First(Recorded(played, values), played));
    }

    [Fact]
    public void Another_number_of_steps_is_named_after_the_common_ones()
    {
        var played = Play();
        Assert.Equal(
            new EpisodeDifference(4, "the number of steps", "3", "5"),
            StepComparison.First(Recorded(played, played.Values[..(4 * 8)].ToArray()), played));
    }

    [Fact]
    public void A_record_without_state_is_compared_in_the_rest()
    {
        var played = Play();
        var layout = new StepLayout(1, 0, []);
        double[] values = [.. Enumerable.Range(0, 6).SelectMany(row => played.Values.Slice(row * 8, 5).ToArray())];
        Assert.Null(StepComparison.First(Of(layout, values), played));
        values[2 * 5] = 7;
        Assert.Equal((2, "reward"), (StepComparison.First(Of(layout, values), played)!.Step, StepComparison.First(Of(layout, values), played)!.Value));
    }

    /// <summary>The state comes after the conditions in a row: with another one they are at the same place, and the rows are of another width.</summary>
    [Fact]
    public void Conditions_are_compared_where_the_state_is_another()
    {
        var played = Play();
        var layout = new StepLayout(1, 2, []);
        double[] values = [.. Enumerable.Range(0, 6).SelectMany(row => played.Values.Slice(row * 8, 7).ToArray())];
        Assert.Null(StepComparison.First(Of(layout, values), played));
        values[3 * 7 + 6] = 7;
        Assert.Equal((3, "conjuncts[1]"), (StepComparison.First(Of(layout, values), played)!.Step, StepComparison.First(Of(layout, values), played)!.Value));
    }

    [Fact]
    public void State_is_compared_where_the_conditions_are_others()
    {
        var played = Play();
        var layout = new StepLayout(1, 0, played.Layout.State);
        double[] values = [.. Enumerable.Range(0, 6).SelectMany(row => (double[])[.. played.Values.Slice(row * 8, 5), played.Values[row * 8 + 7]])];
        Assert.Null(StepComparison.First(Of(layout, values), played));
        values[3 * 6 + 5] = 7;
        Assert.Equal((3, "state[0]"), (StepComparison.First(Of(layout, values), played)!.Step, StepComparison.First(Of(layout, values), played)!.Value));
    }

    [Fact]
    public void What_is_not_compared_is_named()
    {
        var now = Play().Layout;
        Assert.Equal("", StepComparison.NotCompared(now, now));
        Assert.Equal("the state", StepComparison.NotCompared(new StepLayout(1, 2, []), now));
        Assert.Equal("the state", StepComparison.NotCompared(new StepLayout(1, 2, [new StateField("position", 1)]), now));
        Assert.Equal("the conditions", StepComparison.NotCompared(new StepLayout(1, 0, now.State), now));
        Assert.Equal("the state and the conditions", StepComparison.NotCompared(new StepLayout(1, 0, []), now));

        // A vector without elements is in no file.
        Assert.Equal("", StepComparison.NotCompared(now, new StepLayout(1, 2, [.. now.State, new StateField("none", 0)])));
    }

    private static string Text(double value) => value.ToString("R", System.Globalization.CultureInfo.InvariantCulture);

    private static RecordedEpisode Recorded(StepRecording played, double[]? values = null) => Of(played.Layout, values ?? played.Values.ToArray());

    private static RecordedEpisode Of(StepLayout layout, double[] values) => new("walk", "walks", 0, "right", 0, 1000, null, layout, values);

    private static StepRecording Play()
    {
        using var benchmark = new WalkConfig { Conditions = 2 }.Open();
        using var environment = benchmark.Make(Right);
        var recording = new StepRecording(Right.Episode(0, 1000));
        environment.Reset(recording.Episode);
        recording.Start(environment);
        for (int step = 0; step < 5; step++)
            recording.Add([0.5], environment.Step([0.5]));
        return recording;
    }
}
