using System.Text.RegularExpressions;
using EvalCore.Commands.Display;
using EvalCore.Results;
using EvalCore.Rollout;
using Spectre.Console.Testing;

namespace EvalCore.Cli.Tests;

public sealed partial class DisplayTests
{
    private static readonly ProgressView View = new(
        [
            new TaskProgress("walks", 0, "left", 10, 4, 10),
            new TaskProgress("walks", 1, "right", 3, 3, 10),
            new TaskProgress("walks", 2, "a task with a rather long name", 0, 0, 10),
        ],
        StepsPerSecond: 8123.4,
        Eta: TimeSpan.FromSeconds(71.2));

    [Theory]
    [InlineData(80)]
    [InlineData(120)]
    public void The_live_table_matches_its_snapshot(int width)
    {
        var console = new TestConsole().Width(width);
        console.Write(LiveProgress.Render(View, width));
        Snapshot.Verify(console.Output, $"{width}");
    }

    [Fact]
    public void The_live_table_shows_only_unfinished_tasks_when_there_are_many()
    {
        var console = new TestConsole();
        var tasks = Enumerable.Range(0, 50).Select(i => new TaskProgress("mt50", i, $"task-{i}", i < 20 ? 5 : i < 22 ? 2 : 0, 1, 5));
        console.Write(LiveProgress.Render(new ProgressView([.. tasks], 100, null), 120));
        Assert.DoesNotContain("task-19", console.Output);
        Assert.Contains("task-20", console.Output);
        Assert.Contains("20 of 50 tasks are finished", console.Output);
        Assert.True(console.Lines.Count < 24);
    }

    [Fact]
    public void The_progress_is_one_line() =>
        Assert.Equal("13/30 episodes  43 %  success 53.8 %  8123 steps/s  ETA 1:12", View.ToString());

    [Theory]
    [InlineData(2, "10/10 episodes  100 %  success 40.0 %  8123 steps/s  finishing 2 videos  ETA 1:12")]
    [InlineData(1, "10/10 episodes  100 %  success 40.0 %  8123 steps/s  finishing 1 video  ETA 1:12")]
    [InlineData(0, "10/10 episodes  100 %  success 40.0 %  8123 steps/s  finishing")]
    public void Remaining_videos_are_shown_after_the_last_episode(int videos, string line) =>
        Assert.Equal(line, (View with { Tasks = [View.Tasks[0]], Videos = videos }).ToString());

    [Fact]
    public void Individually_named_tasks_are_not_grouped()
    {
        var console = new TestConsole().Width(120);
        ResultTable.Write(new EvalInfo([Episode("reach", "reach"), Episode("push", "push")], 1, "", []), console);
        Assert.Equal(["reach", "push", "overall"], FirstWords(console));

        console = new TestConsole().Width(120);
        ResultTable.Write(new EvalInfo([Episode("reach", "reach"), Episode("hard", "push"), Episode("hard", "pick", id: 1)], 1, "", []), console);
        Assert.Equal(["reach", "hard / push", "hard / pick", "reach", "hard", "overall"], FirstWords(console));

        // The first cell of each row below the heading.
        static IEnumerable<string> FirstWords(TestConsole console) =>
            console.Lines.Select(line => line.Split("   ", StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
                .Where(words => words.Length > 1 && words[0] != "task").Select(words => words[0]);
    }

    [Theory]
    [InlineData(80, 19)]
    [InlineData(120, 59)]
    public void The_live_table_names_the_groups_and_shortens_names(int width, int shown)
    {
        var console = new TestConsole().Width(width);
        string name = new('x', 106);
        console.Write(LiveProgress.Render(new ProgressView(
            [new TaskProgress("spatial", 0, name, 1, 1, 2), new TaskProgress("spatial", 1, "put", 1, 1, 2), new TaskProgress("goal", 0, "put", 1, 1, 2)], 100, null), width));
        Assert.Contains($"spatial / {new string('x', shown)}… ", console.Output);
        Assert.Contains("goal / put ", console.Output);
        Assert.Equal(1, console.Lines.Count(line => line.Contains('x', StringComparison.Ordinal)));
    }

    [Fact]
    public void Progress_is_a_column_where_a_goal_has_several_conditions()
    {
        string Table(int conditions, int width)
        {
            var console = new TestConsole().Width(width);
            var failed = Episode("walks", "left") with { Success = false, Progress = conditions == 1 ? 0 : 0.5, NConditions = conditions };
            ResultTable.Write(new EvalInfo([failed, failed with { EpisodeIndex = 1, Success = true, Progress = 1 }, Episode("runs", "fast")], 1, "", []), console);
            return string.Join('\n', console.Lines.Select(line => Spaces().Replace(line.Trim(), " ")).Where(line => line.Length > 0 && line[0] != '─'));
        }

        Assert.Equal("task episodes success progress\nleft 2 50.0 % 75.0 %\nfast 1 100.0 % -\noverall 3 66.7 % 75.0 %", Table(conditions: 2, width: 50));
        Assert.StartsWith("task episodes success progress avg sum reward ", Table(conditions: 2, width: 120), StringComparison.Ordinal);
        Assert.StartsWith("task episodes success\n", Table(conditions: 1, width: 50), StringComparison.Ordinal);
    }

    [GeneratedRegex(" +")]
    private static partial Regex Spaces();

    [Fact]
    public void A_narrow_terminal_gets_no_rewards_and_steps()
    {
        var console = new TestConsole().Width(40);
        ResultTable.Write(new EvalInfo([Episode("walks", "left")], 1, "", []), console);
        Assert.Equal(
            ["task      episodes   success", "left             1   100.0 %", "overall          1   100.0 %"],
            console.Lines.Select(line => line.Trim()).Where(line => line.Length > 0 && line[0] != '─'));
    }

    [Fact]
    public void A_log_gets_a_line_for_each_tenth_of_the_episodes()
    {
        var writer = new StringWriter { NewLine = "\n" };
        var plain = new PlainProgress(writer, TimeProvider.System);
        for (int i = 0; i <= 100; i++)
            plain.Show(new ProgressView([new TaskProgress("walks", 0, "left", i, i, 100)], 1, null));
        Assert.Equal(10, writer.ToString().Count(letter => letter == '\n'));
        Assert.StartsWith("10/100 episodes", writer.ToString());
    }

    [Theory]
    [InlineData(0, "0:00")]
    [InlineData(6.2, "0:07")]
    [InlineData(3599.5, "1:00:00")]
    [InlineData(100000, "27:46:40")]
    public void Times_are_formatted_as_a_clock(double seconds, string text) =>
        Assert.Equal(text, ProgressView.Clock(TimeSpan.FromSeconds(seconds)));

    private static EpisodeRecord Episode(string group, string task, int id = 0) => new()
    {
        Suite = "walk", TaskGroup = group, TaskId = id, Task = task, EpisodeIndex = 0, Seed = 1000,
        Steps = 1, SumReward = 0, MaxReward = 0, Success = true, Timings = new(0, 0, 0, 0, 0),
    };
}
