using System.Text.Json.Nodes;
using EvalCore.Policies;
using EvalCore.Results;
using EvalCore.Rollout;

namespace EvalCore.Tests.Rollout;

public sealed class ProgressTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("evalcore-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Progress_is_the_largest_share_of_conditions_at_one_step()
    {
        var info = await Run("run", new WalkConfig { Conditions = 4 });
        Assert.Contains(info.Episodes, episode => episode.Success);
        Assert.Contains(info.Episodes, episode => episode is { Success: false, Progress: > 0 and < 1 });

        // Condition i holds where the point has passed (i + 1) / 4; the reward is its position.
        Assert.All(info.Episodes, episode => Assert.Equal(
            (Enumerable.Range(1, 4).Count(i => episode.MaxReward > i / 4.0) / 4.0, 4), (episode.Progress!.Value, episode.NConditions!.Value)));
    }

    [Fact]
    public async Task Conditions_that_hold_at_different_steps_do_not_add_up()
    {
        // One holds to the left of the start, the other to its right; both, by definition, where the episode succeeds.
        var info = await Run("run", new WalkConfig { Conditions = 2, Holds = (i, position) => i == 0 ? position < 0 : position > 0 });
        Assert.All(info.Episodes, episode => Assert.Equal(episode.Success ? 1 : 0.5, episode.Progress));
        Assert.Contains(info.Episodes, episode => !episode.Success);
    }

    [Fact]
    public async Task Progress_is_in_the_journal_and_at_every_level_of_the_result()
    {
        var info = await Run("run", new WalkConfig { Conditions = 4 });
        var file = JsonNode.Parse(File.ReadAllText(In("run", EvalInfo.FileName)))!;
        double mean = info.Episodes.Average(episode => episode.Progress)!.Value;
        Assert.Equal(mean, (double)file["overall"]!["avg_progress"]!, 12);
        Assert.Equal(mean, (double)file["per_group"]!["walks"]!["avg_progress"]!, 12);
        Assert.Equal(info.PerTask[1].Metrics.AvgProgress, (double)file["per_task"]![1]!["avg_progress"]!);
        Assert.Equal(info.Episodes[0].Progress, (double)file["per_task"]![0]!["episodes"]![0]!["progress"]!);
        Assert.Equal(4, (int)file["per_task"]![0]!["episodes"]![0]!["n_conditions"]!);
        Assert.All(File.ReadLines(In("run", Journal.FileName)).Skip(1), line => Assert.Matches("\"progress\":.*\"n_conditions\":4.*\"checksum\":", line));

        var loaded = EvalInfo.Load(In("run", EvalInfo.FileName));
        Assert.Equal(info.Episodes, loaded.Episodes);
        Assert.Equal(info.Overall, loaded.Overall);
    }

    [Fact]
    public async Task Without_conditions_there_is_no_progress()
    {
        var info = await Run("run", new WalkConfig());
        Assert.All(info.Episodes, episode => Assert.Null(episode.Progress));
        Assert.Null(info.Overall.AvgProgress);
        Assert.DoesNotContain("progress", File.ReadAllText(In("run", EvalInfo.FileName)), StringComparison.Ordinal);
        Assert.DoesNotContain("conditions", File.ReadAllText(In("run", EvalInfo.FileName)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Resumed_and_merged_runs_have_the_progress_of_an_uninterrupted_one()
    {
        var whole = await Run("whole", new WalkConfig { Conditions = 4 });
        Directory.CreateDirectory(In("interrupted"));
        File.WriteAllLines(In("interrupted", Journal.FileName), File.ReadLines(In("whole", Journal.FileName)).Take(5));
        var resumed = await Run("interrupted", new WalkConfig { Conditions = 4 }, resume: true);
        await Run("a", new WalkConfig { Conditions = 4 }, shard: new(0, 2));
        await Run("b", new WalkConfig { Conditions = 4 }, shard: new(1, 2));
        var merged = Merge.Folders([In("a"), In("b")]);
        foreach (var other in (EvalInfo[])[resumed, merged])
        {
            Assert.Equal(whole.Episodes.Select(episode => episode.Progress), other.Episodes.Select(episode => episode.Progress));
            Assert.Equal(whole.Overall, other.Overall);
            Assert.Equal(whole.PerGroup, other.PerGroup);
        }
    }

    [Theory]
    [InlineData("\"avg_progress\": 0.", "\"avg_progress\": 1.", "has avg_progress 1.")]
    [InlineData("\"progress\": 1.0", "\"progress\": 0.5", "has progress 0.5 of 4 conditions and a success: the file was changed")]
    [InlineData("\"progress\": 0.75", "\"progress\": 1.75", "has progress 1.75 of 4 conditions and no success: the file was changed")]
    [InlineData("\"n_conditions\": 4", "\"n_conditions\": 0", "of 0 conditions and ")]
    [InlineData("\"n_conditions\": 4", "\"n_conditions\": null", "of null conditions and ")]
    public async Task Progress_that_contradicts_its_episodes_is_refused(string text, string changed, string reason)
    {
        await Run("run", new WalkConfig { Conditions = 4 });
        string file = In("run", EvalInfo.FileName), whole = File.ReadAllText(file);
        int at = whole.IndexOf(text, StringComparison.Ordinal);
        Assert.True(at > 0);
        File.WriteAllText(file, whole[..at] + changed + whole[(at + text.Length)..]);
        string message = Assert.Throws<EvalCoreException>(() => EvalInfo.Load(file)).Message;
        Assert.Contains(reason, message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', message);
    }

    private string In(params string[] path) => Path.Combine([_folder, .. path]);

    private async Task<EvalInfo> Run(string name, WalkConfig config, bool resume = false, Shard? shard = null)
    {
        using var policy = new WalkPolicy(PolicyBatching.PerSession) { Bias = 0.1 };
        using var run = new EvalRun(config, policy, new RolloutOptions
        {
            Eval = new EvalConfig { NEpisodes = 12, BatchSize = 3, NEpisodesToRender = 0 },
            OutputDir = In(name),
            Resume = resume,
            Shard = shard ?? Shard.Whole,
        });
        return await run.PlayAll();
    }
}
