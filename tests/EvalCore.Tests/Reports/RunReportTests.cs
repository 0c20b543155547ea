using System.Text;
using System.Text.Json.Nodes;
using EvalCore.Comparisons;
using EvalCore.Recording;
using EvalCore.Reports;
using EvalCore.Tests.Recording;
using FsCheck;
using FsCheck.Xunit;

namespace EvalCore.Tests.Reports;

public sealed class RunReportTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("evalcore-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void A_page_has_the_rate_with_its_interval_the_tasks_and_the_command_that_repeats_the_run()
    {
        string page = Page(SyntheticRun.Of(tasks: 1, episodes: 20, change: record => record with { Success = record.EpisodeIndex < 11 }));
        PageText.Elements(page);
        Assert.Contains("<title>walk · walker: 55.0 %</title>", page, StringComparison.Ordinal);
        Assert.Contains("95 % interval 34.2 to 74.2 %", page, StringComparison.Ordinal);
        Assert.Contains("walk-to-place-0-v3", page, StringComparison.Ordinal);
        Assert.Contains("evalcore eval \\\n  --policy.path=outputs/train/checkpoint \\\n  --policy.device=cpu \\\n  --env.type=walk", page, StringComparison.Ordinal);
        Assert.DoesNotContain("--output_dir", page, StringComparison.Ordinal);
    }

    [Fact]
    public void The_command_that_repeats_the_run_has_flags_of_eval_that_change_what_is_evaluated()
    {
        var provenance = SyntheticRun.Provenance();
        var options = provenance["options"]!.AsObject();
        (options["job_name"], options["history"], options["report"], options["shard"], options["shard_by"]) = ("walk_walker", "runs.db", false, "0/2", "task");
        (options["shard_deal"], options["gate"]) = ("task", new JsonObject { ["gate.alpha"] = 0.05 });
        string page = Page(SyntheticRun.Of(1, 4, provenance: provenance));
        string command = page[page.IndexOf("evalcore eval", StringComparison.Ordinal)..];
        command = command[..command.IndexOf('<', StringComparison.Ordinal)];
        Assert.Equal(
            ["--policy.path", "--policy.device", "--env.type", "--env.task", "--env.obs_type", "--eval.n_episodes", "--eval.use_async_envs", "--seed", "--shard", "--shard_by"],
            command.Split(" \\\n  ").Skip(1).Select(flag => flag.Split('=')[0]));
    }

    [Fact]
    public void A_name_with_markup_is_text()
    {
        const string Name = "<script>alert('x')</script><img src=http://example.com/x onerror=alert(1)>\"&amp;";
        var run = SyntheticRun.Of(
            2, 3, 0.5, _ => Name, record => record with { TaskGroup = Name, Warning = Name }, folder: Name, provenance: SyntheticRun.Provenance(Name));
        string page = Page(run, SyntheticRun.Of(2, 3, 0.9, _ => Name, record => record with { TaskGroup = Name }, seed: 2, folder: Name));
        Assert.Equal(1, page.Split("<script").Length - 1);
        Assert.DoesNotContain("<img", page, StringComparison.Ordinal);
        Assert.Contains("&lt;script&gt;alert(", page, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a^{")]
    [InlineData("a_{b}")]
    public void A_name_is_not_taken_for_a_formula(string name) =>
        Assert.Equal(PageText.Elements(Page(SyntheticRun.Of(2, 2, 0.5, task => $"task{task}"))), PageText.Elements(Page(SyntheticRun.Of(2, 2, 0.5, task => $"{name}{task}"))));

    [Property(MaxTest = 40)]
    public void Data_does_not_change_the_elements_of_a_page(NonNull<string> name)
    {
        var plain = SyntheticRun.Of(2, 2, 0.5, task => $"task{task}");
        var other = SyntheticRun.Of(2, 2, 0.5, task => $"{name.Get}{task}");
        Assert.Equal(PageText.Elements(Page(plain)), PageText.Elements(Page(other)));
    }

    [Fact]
    public void A_page_loads_nothing_but_its_videos()
    {
        var run = WithVideos("run", "a b#c%.mp4");
        string page = Page(run);
        Assert.Equal(
            ["data:,", "run/videos/a%20b%23c%25.mp4"],
            PageText.Loaded(page).Where(url => !url.StartsWith('#')));
    }

    [Fact]
    public void Ten_thousand_episodes_are_below_5_MB()
    {
        var run = SyntheticRun.Of(tasks: 100, episodes: 100, success: 0.8);
        var baseline = SyntheticRun.Of(tasks: 100, episodes: 100, success: 0.85, seed: 2);
        string page = Page(run, baseline);
        PageText.Elements(page);
        Assert.InRange(Encoding.UTF8.GetByteCount(page), 100_000, 5_000_000);
    }

    [Fact]
    public void A_baseline_gives_a_verdict_and_the_discordant_pairs()
    {
        var baseline = SyntheticRun.Of(1, 40, 1, folder: "before");
        var run = SyntheticRun.Of(1, 40, 0.4, folder: "after");
        var report = new RunReport(run, baseline);
        string page = report.ToHtml(_folder);
        Assert.Equal(GateVerdict.Fail, report.Comparison!.Verdict);
        Assert.Contains("<strong>fail</strong> B is worse, shown after ", page, StringComparison.Ordinal);
        Assert.Equal(report.Comparison.Discordant.Count(), page.Split("<span class=\"a\">only A</span>").Length - 1);
        Assert.Contains("A is the baseline, <code>before</code>. B is this run, <code>after</code>.", page, StringComparison.Ordinal);
    }

    [Fact]
    public void A_baseline_without_a_common_episode_is_said_on_the_page()
    {
        var report = new RunReport(SyntheticRun.Of(1, 3), SyntheticRun.Of(1, 3, name: _ => "other", change: record => record with { TaskId = 7, TaskGroup = "others" }, folder: "before"));
        Assert.Null(report.Comparison);
        Assert.Equal("the runs have no task in common: A has other, B has walk-to-place-0-v3", report.NotCompared);
        Assert.Contains("<strong>not compared</strong> with before: the runs have no task in common", report.ToHtml(_folder), StringComparison.Ordinal);
    }

    [Fact]
    public void Runs_of_other_seeds_are_compared_as_unpaired_and_the_page_says_so()
    {
        string page = Page(SyntheticRun.Of(1, 10), SyntheticRun.Of(1, 10, change: record => record with { Seed = record.Seed + 500 }));
        Assert.Contains("The runs have no episode in common: they are compared as unpaired.", page, StringComparison.Ordinal);
    }

    [Fact]
    public void Videos_of_a_discordant_pair_begin_at_the_first_difference_of_their_traces()
    {
        var run = WithVideos("after", "0.mp4", success: false);
        var baseline = WithVideos("before", "0.mp4", success: true);
        Assert.Contains("src=\"after/videos/0.mp4\"", Page(run, baseline), StringComparison.Ordinal);
        string page = Page(WithRewards(run, step => step), WithRewards(baseline, step => Math.Min(step, 24)));
        Assert.Contains("src=\"before/videos/0.mp4#t=2.5\"", page, StringComparison.Ordinal);
        Assert.Contains("src=\"after/videos/0.mp4#t=2.5\"", page, StringComparison.Ordinal);
    }

    [Fact]
    public void Each_video_of_a_pair_begins_by_the_frame_rate_of_its_own_run()
    {
        var run = WithRewards(WithVideos("after", "0.mp4", success: false), step => step);
        var baseline = WithRewards(WithVideos("before", "0.mp4", success: true, fps: 20), step => Math.Min(step, 24));
        string page = Page(run, baseline);
        Assert.Contains("src=\"before/videos/0.mp4#t=1.25\"", page, StringComparison.Ordinal);
        Assert.Contains("src=\"after/videos/0.mp4#t=2.5\"", page, StringComparison.Ordinal);
    }

    [Fact]
    public void Rewards_over_the_steps_are_shown_where_they_were_recorded()
    {
        var run = SyntheticRun.Of(1, 6, 0.5);
        Assert.DoesNotContain("Over the steps", Page(run), StringComparison.Ordinal);
        Assert.Contains("6 episodes recorded", Page(WithRewards(run with { Folder = _folder }, step => step / 300.0)), StringComparison.Ordinal);
    }

    [Fact]
    public void A_video_that_is_gone_is_not_shown()
    {
        var run = WithVideos("run", "0.mp4");
        File.Delete(Path.Combine(_folder, "run", "videos", "0.mp4"));
        string page = Page(run);
        Assert.DoesNotContain("<video", page, StringComparison.Ordinal);
        Assert.Contains("1 video of this result is not where it says.", page, StringComparison.Ordinal);
    }

    [Fact]
    public void Videos_beyond_the_most_are_counted()
    {
        string page = Page(WithVideos("run", "0.mp4", episodes: 1003));
        Assert.Equal(1000, page.Split("<video").Length - 1);
        Assert.Contains("3 more videos are not shown", page, StringComparison.Ordinal);
        Assert.DoesNotContain("more video", Page(WithVideos("run", "0.mp4", episodes: 2)), StringComparison.Ordinal);
    }

    [Fact]
    public void Pairs_of_videos_beyond_the_most_are_counted()
    {
        string page = Page(WithVideos("after", "0.mp4", success: false, episodes: 61), WithVideos("before", "0.mp4", episodes: 61));
        Assert.Equal(60, page.Split("<figure class=\"pair\">").Length - 1);
        Assert.Contains("1 more pair is not shown", page, StringComparison.Ordinal);
    }

    [Fact]
    public void Tasks_beyond_the_most_rows_of_a_plot_are_counted()
    {
        string page = Page(SyntheticRun.Of(160, 1), SyntheticRun.Of(160, 1, seed: 2));
        Assert.Contains("the dashed line is the margin; 11 more tasks are not shown", page, StringComparison.Ordinal);
        Assert.Contains("Plot of 150 tasks, the lowest rate first; 10 more tasks are not shown", page, StringComparison.Ordinal);
        Assert.DoesNotContain("not shown", Page(SyntheticRun.Of(149, 1), SyntheticRun.Of(149, 1, seed: 2)), StringComparison.Ordinal);
    }

    [Fact]
    public void Kinds_of_errors_and_of_warnings_beyond_the_most_are_counted()
    {
        var report = new RunReport(SyntheticRun.Of(1, 20, change: record => record.EpisodeIndex < 8
            ? record with { Error = $"reason {record.EpisodeIndex % 7}", Success = false }
            : record with { Warning = $"warning {Math.Min(record.EpisodeIndex, 13)}" }));
        Assert.Contains("2 episodes could not be played for 2 more reasons, which are not shown", report.Notes);
        Assert.Contains("1 more warning is not shown", report.Notes);
        Assert.Contains($"\n- {report.Notes.Count - 5} more notes are not shown\n", report.ToMarkdown(), StringComparison.Ordinal);
    }

    [Fact]
    public void The_median_of_an_even_number_of_episodes_is_the_mean_of_the_two_in_the_middle()
    {
        string page = Page(SyntheticRun.Of(1, 4, change: record => record with { MaxReward = 1 << record.EpisodeIndex }));
        Assert.Contains("<th scope=\"row\">max_reward</th><td>3.75</td><td>1</td><td>1.3</td><td>3</td><td>6.8</td><td>8</td>", page, StringComparison.Ordinal);
    }

    [Fact]
    public void A_run_of_errors_alone_has_a_page_that_says_so()
    {
        var run = SyntheticRun.Of(2, 3, change: record => record with { Error = "the simulator ended", Success = false, Steps = null, Timings = null, Diagnostics = null });
        string page = Page(run);
        PageText.Elements(page);
        Assert.Contains("<p>No episode was played.</p>", page, StringComparison.Ordinal);
        Assert.Contains("<span class=\"value\">0 of 0</span><span class=\"remark\">no episode was played, 6 errors (not counted)</span>", page, StringComparison.Ordinal);
        Assert.DoesNotContain("succeeded.", page, StringComparison.Ordinal);
        Assert.DoesNotContain("no failure", page, StringComparison.Ordinal);
        Assert.DoesNotContain("NaN", page[page.IndexOf("<body", StringComparison.Ordinal)..page.LastIndexOf("<script", StringComparison.Ordinal)], StringComparison.Ordinal);
        Assert.DoesNotContain("Quantiles", page, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("policies/eval_pusht/act_bs1/eval_info.json")]
    [InlineData("metaworld/eval/eval_info_bs2.json")]
    [InlineData("checkpoints/pusht_act_keypoints/eval_info.json")]
    public void A_result_of_lerobot_eval_has_a_page(string file)
    {
        string page = Page(ReportRun.Load(Goldens.Find(file)));
        PageText.Elements(page);
        Assert.Contains("lerobot-eval wrote this result", page, StringComparison.Ordinal);
    }

    [Fact]
    public void A_merged_result_shows_each_run_and_what_is_missing()
    {
        JsonObject first = SyntheticRun.Provenance(), second = SyntheticRun.Provenance();
        (first["shard"], second["shard"]) = ("0/3", "1/3");
        var merged = SyntheticRun.Provenance();
        merged["merged"] = new JsonArray(first, second);
        string page = Page(SyntheticRun.Of(1, 4, provenance: merged));
        Assert.Contains("shard 2/3 of walk is missing in this result", page, StringComparison.Ordinal);
        Assert.Contains("run 2 of 2", page, StringComparison.Ordinal);
        Assert.Equal(1, page.Split("evalcore eval \\").Length - 1);
    }

    [Fact]
    public void A_run_without_a_success_shows_what_was_compared()
    {
        string page = Page(SyntheticRun.Of(1, 5, 0));
        Assert.Contains("no success in 5 episodes; compared actions with the environment&#x27;s bounds", page, StringComparison.Ordinal);
        Assert.Contains("Components of action", page, StringComparison.Ordinal);
    }

    [Fact]
    public void A_page_that_cannot_be_written_is_one_line()
    {
        var report = new RunReport(SyntheticRun.Of(1, 1));
        string file = Path.Combine(_folder, "nowhere", "report.html");
        Assert.StartsWith($"{file}: cannot be written (", Assert.Throws<EvalCoreException>(() => report.Save(file)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_damaged_result_has_a_page_or_is_refused_with_one_line()
    {
        var run = SyntheticRun.Of(2, 2, 0.5);
        string file = Path.Combine(_folder, "eval_info.json");
        var merged = SyntheticRun.Provenance();
        merged["merged"] = new JsonArray(SyntheticRun.Provenance(), SyntheticRun.Provenance());
        SyntheticRun.Of(1, 2, 0.5, provenance: merged).Info.Save(file);
        byte[] ofShards = File.ReadAllBytes(file);
        run.Info.Save(file);
        Fuzz.Run([File.ReadAllBytes(file), ofShards, File.ReadAllBytes(Goldens.Find("metaworld/eval/eval_info_bs2.json"))], bytes =>
        {
            File.WriteAllBytes(file, bytes);
            try
            {
                PageText.Elements(Page(ReportRun.Load(file)));
            }
            catch (EvalCoreException e)
            {
                Assert.DoesNotContain('\n', e.Message);
            }
        });
    }

    private string Page(ReportRun run, ReportRun? baseline = null) => new RunReport(run, baseline).ToHtml(_folder);

    /// <summary>A run of one task whose episodes have one file as their video.</summary>
    private ReportRun WithVideos(string name, string video, bool success = true, int fps = 10, int episodes = 1)
    {
        string folder = Path.Combine(_folder, name);
        Directory.CreateDirectory(Path.Combine(folder, "videos"));
        File.WriteAllText(Path.Combine(folder, "videos", video), "");
        var provenance = SyntheticRun.Provenance();
        provenance["env"]!["fps"] = fps;
        var run = SyntheticRun.Of(1, episodes, success ? 1 : 0, change: record => record with { VideoPath = $"videos/{video}" }, provenance: provenance);
        return run with { Folder = folder };
    }

    /// <summary>The run with recorded steps.</summary>
    /// <param name="run">A run.</param>
    /// <param name="reward">The reward of a step, from 0.</param>
    private static ReportRun WithRewards(ReportRun run, Func<int, double> reward)
    {
        var format = new ToySteps();
        string folder = Directory.CreateDirectory(Path.Combine(run.Folder, "steps")).FullName;
        StepPart.Write(folder, 1, format, "run", [.. run.Info.Episodes.Select(episode => ToySteps.Episode(episode.Key, Enumerable.Range(0, episode.Steps!.Value).Select(reward)))]);
        return run with { Steps = new RecordedSteps(run.Folder, format) };
    }
}
