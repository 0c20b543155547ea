using System.Security.Cryptography;
using System.Text;
using EvalCore.Environments;
using EvalCore.Results;
using EvalCore.Rollout;

namespace EvalCore.Tests.Rollout;

public sealed class EpisodePlanTests
{
    private static readonly EnvTask[] Tasks =
    [
        new("walk", "walks", 0, "left", ""), new("walk", "walks", 1, "right", ""), new("walk", "runs", 0, "fast", "") { InitStates = 3 },
    ];

    [Theory]
    [InlineData(1, 1)]
    [InlineData(5, 1)]
    [InlineData(5, 2)]
    [InlineData(4, 3)]
    [InlineData(7, 5)]
    [InlineData(1, 3)]
    [InlineData(2, 11)]
    public void The_shards_of_a_plan_are_its_episodes_dealt_in_turn(int perTask, int shards)
    {
        EpisodeSpec[] all = [.. Tasks.SelectMany(task => Enumerable.Range(0, perTask).Select(index => task.Episode(index, 1000)))];
        for (int shard = 0; shard < shards; shard++)
        {
            EpisodeSpec[] expected = [.. all.Where((_, i) => i % shards == shard)];
            var plan = new EpisodePlan(Tasks, perTask, 1000, new Shard(shard, shards));
            Assert.Equal(expected, plan);
            Assert.Equal((expected.Length, all.Length), (plan.Count, plan.Whole));
            for (int task = 0; task < Tasks.Length; task++)
            {
                for (int limit = 0; limit <= perTask + 1; limit++)
                    Assert.Equal(expected.Count(episode => episode.Task == Tasks[task] && episode.Index < limit), plan.CountOf(task, limit));
                for (int index = -1; index <= perTask; index++)
                    Assert.Equal(expected.Any(episode => episode.Task == Tasks[task] && episode.Index == index), plan.Contains(task, index));
            }
        }
    }

    [Fact]
    public void Verdicts_read_episode_0_of_every_task_first()
    {
        var plan = new EpisodePlan(Tasks, 2, 1000, Shard.Whole);
        Assert.Equal(["left 0", "right 0", "fast 0", "left 1", "right 1", "fast 1"], plan.ByIndex().Select(episode => $"{episode.Task.Name} {episode.Index}"));
        Assert.Equal(plan.Order(Comparer<EpisodeSpec>.Create((a, b) => a.Index.CompareTo(b.Index))), plan.ByIndex());
    }

    /// <summary>One of as many shards as there are episodes is that episode.</summary>
    [Fact]
    public void An_episode_is_a_shard_of_its_number() => Assert.All(new EpisodePlan(Tasks, 4, 1000, Shard.Whole).ToList(), episode =>
    {
        var plan = new EpisodePlan(Tasks, 4, 1000, Shard.Whole);
        Assert.Equal([episode], new EpisodePlan(Tasks, 4, 1000, new Shard((int)plan.NumberOf(episode.Key), (int)plan.Whole)));
    });

    /// <summary>As <c>printf '...' | sha256sum</c> gives it for the lines that docs/results.md describes.</summary>
    [Theory]
    [InlineData(7, "walk runs 0 1000 7 3\nwalk walks 0 1000 7 -\nwalk walks 1 1000 7 -\n")]
    [InlineData(2, "walk runs 0 1000 2 2\nwalk walks 0 1000 2 -\nwalk walks 1 1000 2 -\n")]
    public void The_digest_is_that_of_a_line_for_each_task(int perTask, string lines)
    {
        string digest = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(lines)))[..16];
        Assert.Equal(digest, new EpisodePlan(Tasks, perTask, 1000, Shard.Whole).Digest);
        Assert.Equal(digest, new EpisodePlan(Tasks, perTask, 1000, new Shard(3, 4)).Digest);
        Assert.Equal(digest, new EpisodePlan([.. Tasks.Reverse()], perTask, 1000, Shard.Whole).Digest);
    }

    [Fact]
    public void Plans_of_other_episodes_have_other_digests()
    {
        EpisodePlan[] plans =
        [
            new(Tasks, 7, 1000, Shard.Whole), new(Tasks, 8, 1000, Shard.Whole), new(Tasks, 7, 1001, Shard.Whole), new(Tasks[..2], 7, 1000, Shard.Whole),
            new([.. Tasks[..2], Tasks[2] with { InitStates = 4 }], 7, 1000, Shard.Whole), new([.. Tasks[..2], Tasks[2] with { InitStates = null }], 7, 1000, Shard.Whole),
            new([.. Tasks[..2], Tasks[2] with { Group = "jumps" }], 7, 1000, Shard.Whole), new([.. Tasks[..2], Tasks[2] with { Suite = "run" }], 7, 1000, Shard.Whole),
        ];
        Assert.Equal(plans.Length, plans.Select(plan => plan.Digest).Distinct().Count());

        // Initial states that no episode starts from do not count.
        Assert.Equal(
            new EpisodePlan([Tasks[2] with { InitStates = 7 }], 7, 1000, Shard.Whole).Digest,
            new EpisodePlan([Tasks[2] with { InitStates = 50 }], 7, 1000, Shard.Whole).Digest);
    }

    [Fact]
    public void A_plan_of_billions_of_episodes_takes_no_memory_of_them()
    {
        var plan = new EpisodePlan(Tasks, int.MaxValue, 0, new Shard(1, 2));
        Assert.Equal(3L * int.MaxValue / 2, plan.Count);
        Assert.Matches("^[0-9a-f]{16}$", plan.Digest);
        Assert.Equal(Tasks[2].Episode(int.MaxValue - 2, 0), plan[plan.Count - 1]);
        Assert.Throws<ArgumentOutOfRangeException>(() => plan[plan.Count]);
    }
}
