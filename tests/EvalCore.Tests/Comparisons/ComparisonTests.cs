using System.Text.Json.Nodes;
using EvalCore.Comparisons;
using EvalCore.Results;
using EvalCore.Statistics;
using EvalCore.Statistics.Paired;

namespace EvalCore.Tests.Comparisons;

public sealed class ComparisonTests
{
    [Fact]
    public void Runs_are_paired_by_task_seed_and_initial_state()
    {
        var a = Info(Episodes("left", "1100", firstSeed: 10));
        var b = Info(Episodes("left", "0110", firstSeed: 11));
        var comparison = Comparison.Of(a, b, new ComparisonOptions());
        Assert.Equal(Pairing.Seed, comparison.Episodes.Pairing);
        Assert.Equal([(11L, true, false), (12L, false, true), (13L, false, true)], comparison.Episodes.Pairs.Select(pair => (pair.A.Seed!.Value, pair.A.Success, pair.B.Success)));
        Assert.Equal(["1 episode of A has no partner; left out", "1 episode of B has no partner; left out"], comparison.Episodes.Notes);
        Assert.Equal(new PairedOutcomes(0, 1, 2, 0), comparison.Overall.Outcomes);
    }

    [Fact]
    public void Without_seeds_runs_are_paired_by_index_with_a_note()
    {
        var b = Info(Episodes("left", "1010", firstSeed: null), provenance: null);
        var comparison = Comparison.Of(Info(Episodes("left", "1100", firstSeed: 10)), b, new ComparisonOptions());
        Assert.Equal((Pairing.Index, 4), (comparison.Episodes.Pairing, comparison.Episodes.Pairs.Count));
        Assert.StartsWith("a run does not record its seeds", Assert.Single(comparison.Episodes.Notes), StringComparison.Ordinal);
        Assert.StartsWith("B does not record engines", Assert.Single(comparison.Comparability.Differences), StringComparison.Ordinal);
    }

    [Fact]
    public void Runs_of_different_seeds_are_unpaired()
    {
        var comparison = Comparison.Of(Info(Episodes("left", Row(50, 40), 1000)), Info(Episodes("left", Row(50, 20), 2000)), new ComparisonOptions());
        Assert.Equal(Pairing.None, comparison.Episodes.Pairing);
        Assert.Null(comparison.Overall.Outcomes);
        Assert.Equal(GateVerdict.Fail, comparison.Verdict);
        var json = ComparisonJson.Of(comparison);
        Assert.False((bool)json["paired"]!);
        Assert.NotNull(json["newcombe_95"]);
        Assert.InRange((double)json["tests"]!["boschloo_b_worse"]!, 0, 0.001);
        Assert.Equal(-0.4, (double)json["difference"]!, 1e-12);
    }

    [Fact]
    public void Runs_without_a_common_task_are_refused() => Assert.Equal(
        "compare: the runs have no task in common: A has left, B has right",
        Assert.Throws<EvalCoreException>(() => Comparison.Of(Info(Episodes("left", "1", 1)), Info(Episodes("right", "1", 1, id: 1)), new ComparisonOptions())).Message);

    /// <summary>What stands in a reason does not end it.</summary>
    [Fact]
    public void A_verdict_has_parts_and_is_the_line_of_them()
    {
        var drop = Comparison.Of(Info(Episodes("left", Row(200, 200), 0)), Info(Episodes("left", Row(200, 60), 0)), new ComparisonOptions());
        var parts = ComparisonText.VerdictParts(drop, "worse than before");
        Assert.Equal(("fail", ComparisonText.Rates(drop)), (parts.Word, parts.Rates));
        Assert.StartsWith("worse than before, shown after ", parts.Reason, StringComparison.Ordinal);
        Assert.Equal($"verdict: fail: {parts.Reason.Replace("worse than before", "B is worse", StringComparison.Ordinal)}; {parts.Rates}", ComparisonText.Verdict(drop));

        const string Name = "a: b; success rates of B is worse";
        var other = Comparison.Of(
            Info(Episodes("left", "11", 0), Of(Name)), Info(Episodes("left", "11", 0), Of("none")), new ComparisonOptions());
        Assert.Equal(new VerdictText("not comparable", $"engine walk: {Name} in A, none in B", ""), ComparisonText.VerdictParts(other, "worse"));
        Assert.Equal($"verdict: not comparable: engine walk: {Name} in A, none in B", ComparisonText.Verdict(other));

        static JsonObject Of(string engine) => new() { ["engines"] = new JsonObject { ["walk"] = engine } };
    }

    [Fact]
    public void A_clear_drop_fails_early()
    {
        var comparison = Comparison.Of(Info(Episodes("left", Row(200, 200), 0)), Info(Episodes("left", Row(200, 60), 0)), new ComparisonOptions());
        Assert.Equal(GateVerdict.Fail, comparison.Verdict);
        Assert.InRange(comparison.Sequential!.DecidedAfter!.Value, 1, 120);
    }

    [Fact]
    public void The_same_episodes_pass_after_as_many_pairs_as_the_margin_needs()
    {
        var run = Info(Episodes("left", Row(200, 160), 0));
        var comparison = Comparison.Of(run, run, new ComparisonOptions());
        Assert.Equal((GateVerdict.Pass, 43), (comparison.Verdict, comparison.Sequential!.DecidedAfter));
        Assert.Null(comparison.SmallestDrop());
    }

    [Fact]
    public void Few_pairs_are_undecided_and_say_how_many_more_would_decide()
    {
        var run = Info(Episodes("left", Row(20, 16), 0));
        var comparison = Comparison.Of(run, run, new ComparisonOptions());
        Assert.Equal(GateVerdict.Undecided, comparison.Verdict);
        Assert.Equal(23, comparison.MorePairs()!.Value, 4.0);
    }

    [Fact]
    public void Pairs_are_read_by_index_and_then_by_task_in_the_second_runs_order()
    {
        var a = Info([.. Episodes("left", "11", 0), .. Episodes("right", "11", 0, id: 1)]);
        var b = Info([.. Episodes("right", "11", 0, id: 1), .. Episodes("left", "11", 0)]);
        Assert.Equal(["right 0", "left 0", "right 1", "left 1"], CommonEpisodes.Of(a, b).Pairs.Select(pair => $"{pair.B.Task} {pair.B.EpisodeIndex}"));
    }

    [Theory]
    [InlineData("engines", "mujoco", "engine mujoco: 3.8.1 in A, 3.7.0 in B")]
    [InlineData("env", "episode_length", "--env.episode_length: 3.8.1 in A, 3.7.0 in B")]
    [InlineData("assets", "models", "files of models: 3.8.1 in A, 3.7.0 in B")]
    public void Another_engine_or_environment_is_not_comparable(string part, string key, string reason)
    {
        var (a, b) = (Provenance(), Provenance());
        a[part]![key] = "3.8.1";
        b[part]![key] = "3.7.0";
        var comparison = Comparison.Of(Info(Episodes("left", "11", 0), a), Info(Episodes("left", "11", 0), b), new ComparisonOptions());
        Assert.Equal(GateVerdict.NotComparable, comparison.Verdict);
        Assert.Equal(reason, Assert.Single(comparison.Comparability.Reasons));
        Assert.Equal($"verdict: not comparable: {reason}", ComparisonText.Verdict(comparison));
    }

    [Fact]
    public void Another_policy_field_is_a_difference_and_no_reason()
    {
        var (a, b) = (Provenance(), Provenance());
        a["policy"]!["n_action_steps"] = "8";
        b["policy"]!["n_action_steps"] = "1";
        a["policy"]!["model"] = $"sha256:{new string('a', 64)}";
        a["machine"]!["renderer"] = "llvmpipe";
        var comparability = Comparability.Of(Info(Episodes("left", "1", 0), a), Info(Episodes("left", "1", 0), b));
        Assert.Empty(comparability.Reasons);
        Assert.Equal(["policy n_action_steps: 8 in A, 1 in B", "policy model: sha256:aaaaaaaaaaaa in A, none in B", "renderer: llvmpipe in A, none in B"], comparability.Differences);
    }

    [Fact]
    public void Tasks_are_corrected_for_their_number()
    {
        EpisodeRecord[] a = [.. Episodes("left", Row(40, 40), 0), .. Episodes("right", Row(40, 40), 0, id: 1)];
        EpisodeRecord[] b = [.. Episodes("left", Row(40, 33), 0), .. Episodes("right", Row(40, 40), 0, id: 1)];
        var comparison = Comparison.Of(Info(a), Info(b), new ComparisonOptions());
        Assert.Equal(["left", "right"], comparison.Tasks.Select(task => task.Name));
        Assert.Equal(2 * comparison.Tasks[0].PWorse, comparison.Holm[0]);
        Assert.Equal(1, comparison.Holm[1]);
        Assert.Equal(7, ComparisonJson.Of(comparison)["discordant"]!.AsArray().Count);
    }

    [Fact]
    public void Another_metric_is_compared_by_the_sign_flip_test()
    {
        var a = Info(Episodes("left", Row(60, 60), 0, reward: 0.9));
        var b = Info(Episodes("left", Row(60, 60), 0, reward: 0.5));
        var comparison = Comparison.Of(a, b, new ComparisonOptions { Metric = ComparisonMetric.MaxReward }, _ => new Interval(0, 1));
        Assert.Equal(GateVerdict.Fail, comparison.Verdict);
        Assert.Equal(-0.4, (double)ComparisonJson.Of(comparison)["mean"]!["difference"]!, 1e-12);
        Assert.StartsWith("verdict: fail: B is worse in max_reward, shown after ", ComparisonText.Verdict(comparison), StringComparison.Ordinal);
    }

    [Fact]
    public void Fewer_steps_are_better()
    {
        var a = Info(Episodes("left", Row(60, 60), 0, steps: 90));
        var b = Info(Episodes("left", Row(60, 60), 0, steps: 40));
        var options = new ComparisonOptions { Metric = ComparisonMetric.Steps, Range = "0,300" };
        Assert.NotNull(Comparison.Of(a, b, options).Sequential!.BBetterStop);
        Assert.Equal(GateVerdict.Fail, Comparison.Of(b, a, options).Verdict);
    }

    [Theory]
    [InlineData("--alpha: 0 is not possible; give a probability between 0 and 1, for example 0.05", 0.0, 10.0, null, ComparisonMetric.Success, null)]
    [InlineData("--margin: 100 is not possible; give percentage points between 0 and 100, for example 10", 0.05, 100.0, null, ComparisonMetric.Success, null)]
    [InlineData("--margin: 0.1 is less than 1 percentage point; it is in points, for example 10", 0.05, 0.1, null, ComparisonMetric.Success, null)]
    [InlineData("--n_planned: 1 is less than the 2 episodes that both runs have", 0.05, 10.0, 1, ComparisonMetric.Success, null)]
    [InlineData("--n_planned: 0 is not possible; give a number of episodes, 1 or more", 0.05, 10.0, 0, ComparisonMetric.Success, null)]
    [InlineData("--metric=progress: A does not record it for every episode", 0.05, 10.0, null, ComparisonMetric.Progress, null)]
    [InlineData("--range is missing: the lowest and the highest possible sum_reward, for example --range=0,1", 0.05, 10.0, null, ComparisonMetric.SumReward, null)]
    [InlineData("--range: '1,0' is not two numbers, the lower one first; for example --range=0,1", 0.05, 10.0, null, ComparisonMetric.SumReward, "1,0")]
    [InlineData("--range: an episode has sum_reward 3, outside of 0 to 1; give the whole range with --range=LOW,HIGH", 0.05, 10.0, null, ComparisonMetric.SumReward, "0,1")]
    public void Bad_options_are_one_line(string message, double alpha, double margin, int? planned, ComparisonMetric metric, string? range)
    {
        var run = Info(Episodes("left", "11", 0));
        var options = new ComparisonOptions { Alpha = alpha, Margin = margin, NPlanned = planned, Metric = metric, Range = range };
        Assert.Equal(message, Assert.Throws<EvalCoreException>(() => Comparison.Of(run, run, options)).Message);
    }

    /// <summary>One checkpoint, evaluated by lerobot-eval with batch size 10, and 8 episodes with batch size 1.</summary>
    [Fact]
    public void Files_of_lerobot_eval_are_compared()
    {
        var info = EvalInfo.Load(Goldens.Find("checkpoints/pusht_diffusion_keypoints/eval_info.json"));
        var batch1 = EvalInfo.Load(Goldens.Find("checkpoints/pusht_diffusion_keypoints/eval_info_batch1.json"));
        var comparison = Comparison.Of(info, batch1, new ComparisonOptions());
        Assert.Equal((Pairing.Index, 8), (comparison.Episodes.Pairing, comparison.Episodes.Pairs.Count));
        Assert.Contains("42 episodes of A have no partner; left out", comparison.Episodes.Notes);
        Assert.Empty(comparison.Comparability.Reasons);
    }

    private static string Row(int count, int successes) => string.Concat(Enumerable.Range(0, count).Select(i => (long)(i + 1) * successes / count > (long)i * successes / count ? '1' : '0'));

    private static JsonObject Provenance() => new()
    {
        ["env"] = new JsonObject { ["type"] = "walk" },
        ["policy"] = new JsonObject { ["type"] = "walker" },
        ["engines"] = new JsonObject(),
        ["assets"] = new JsonObject(),
        ["machine"] = new JsonObject(),
    };

    private static EvalInfo Info(IEnumerable<EpisodeRecord> episodes) => Info(episodes, Provenance());

    private static EvalInfo Info(IEnumerable<EpisodeRecord> episodes, JsonObject? provenance) => new(episodes, 1, "", provenance);

    private static IEnumerable<EpisodeRecord> Episodes(string task, string successes, long? firstSeed, int id = 0, double reward = 1, int steps = 3) =>
        successes.Select((letter, i) => new EpisodeRecord
        {
            Suite = firstSeed is null ? null : "walk",
            TaskGroup = "walks",
            TaskId = id,
            Task = task,
            EpisodeIndex = i,
            Seed = firstSeed + i,
            Steps = steps,
            SumReward = 3 * reward,
            MaxReward = reward,
            Success = letter == '1',
            Timings = null,
        });
}
