using EvalCore.Results;
using EvalCore.Verification;

namespace EvalCore.Tests.Verification;

public sealed class EpisodeSampleTests
{
    private static readonly EpisodeRecord[] Episodes = [.. from task in Enumerable.Range(0, 10) from index in Enumerable.Range(0, 50) select Record(task, index)];

    [Theory]
    [InlineData(0.0, 1)]
    [InlineData(0.001, 1)]
    [InlineData(0.01, 5)]
    [InlineData(0.0101, 6)]
    [InlineData(0.1, 50)]
    [InlineData(1.0, 500)]
    public void A_fraction_is_rounded_up_and_at_least_one_episode(double fraction, int count) =>
        Assert.Equal(count, EpisodeSample.Draw(Episodes, fraction, 0).Count);

    [Fact]
    public void A_fraction_is_what_was_written_and_not_its_binary_neighbour() => Assert.Equal(14, EpisodeSample.Draw(Episodes[..200], 0.07, 0).Count);

    [Theory]
    [InlineData(5)]
    [InlineData(10)]
    [InlineData(37)]
    public void A_sample_is_spread_evenly_over_the_tasks(int count)
    {
        var sample = EpisodeSample.Draw(Episodes, count / 500.0, 3);
        Assert.Equal(count, sample.Count);
        var perTask = sample.CountBy(episode => episode.TaskId).Select(task => task.Value).ToList();
        Assert.Equal(Math.Min(count, 10), perTask.Count);
        Assert.InRange(perTask.Max() - perTask.Min(), 0, 1);
    }

    [Fact]
    public void The_same_seed_draws_the_same_episodes_in_any_order_of_the_file_and_another_seed_others()
    {
        var sample = Names(EpisodeSample.Draw(Episodes, 0.05, 7));
        Assert.Equal(sample.Order(), Names(EpisodeSample.Draw([.. Episodes.Reverse()], 0.05, 7)).Order());
        Assert.NotEqual(sample, Names(EpisodeSample.Draw(Episodes, 0.05, 8)));

        // Fixed: a colleague draws the same on another machine and with a later version.
        Assert.Equal(["3:12"], Names(EpisodeSample.Draw(Episodes, 0, 0)));
    }

    [Fact]
    public void A_larger_sample_contains_a_smaller_one() => Assert.Subset(
        EpisodeSample.Draw(Episodes, 0.1, 5).ToHashSet(), EpisodeSample.Draw(Episodes, 0.05, 5).ToHashSet());

    private static List<string> Names(IEnumerable<EpisodeRecord> sample) => [.. sample.Select(episode => $"{episode.TaskId}:{episode.EpisodeIndex}")];

    private static EpisodeRecord Record(int task, int index) => new()
    {
        Suite = "walk", TaskGroup = "walks", TaskId = task, Task = $"task{task}", EpisodeIndex = index, Seed = 1000 + index,
        Steps = 3, SumReward = 0.5, MaxReward = 0.25, Success = true, Timings = null,
    };
}
