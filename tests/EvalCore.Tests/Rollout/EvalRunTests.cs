using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using EvalCore.Policies;
using EvalCore.Results;
using EvalCore.Rollout;

namespace EvalCore.Tests.Rollout;

public sealed partial class EvalRunTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("evalcore-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_run_writes_journal_videos_and_eval_info()
    {
        var info = await Run("whole", nEpisodes: 4, render: 2);

        Assert.Equal(8, info.Overall.NEpisodes);
        Assert.Equal(9, File.ReadAllLines(In("whole", Journal.FileName)).Length);
        string[] videos = [.. info.Episodes.Select(episode => episode.VideoPath).OfType<string>()];
        Assert.Equal(4, videos.Length);
        Assert.All(videos, video => Assert.True(File.Exists(In("whole", video))));
        Assert.StartsWith("videos/walks_0/eval_episode_0.", videos[0], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(5000, 5000, 1)]
    [InlineData(5000, 4096, 0)]
    [InlineData(4096, 5000, 0)]
    public void More_episodes_in_flight_than_there_can_be_are_noted(int batchSize, int episodes, int expected)
    {
        var notes = new List<string>();
        using var run = new EvalRun(
            new WalkConfig { Task = "right" }, new WalkPolicy(PolicyBatching.PerSession), new RolloutOptions { Eval = new() { BatchSize = batchSize, NEpisodes = episodes } }, notes.Add);
        Assert.Equal(expected, notes.Count(note => note == "--eval.batch_size=5000: 4096 episodes are in flight at once, the most there can be"));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public async Task A_result_is_written_again_only_where_videos_come_after_it(int videos)
    {
        using var run = new EvalRun(
            new WalkConfig(), new WalkPolicy(PolicyBatching.PerSession), new RolloutOptions { Eval = new EvalConfig { NEpisodes = 3, NEpisodesToRender = videos }, OutputDir = In("run") });
        var first = await run.PlayEpisodes();
        string written = await File.ReadAllTextAsync(In("run", EvalInfo.FileName));
        var last = await run.FinishVideos();
        Assert.Equal(videos == 0, ReferenceEquals(first, last));
        Assert.Equal(videos == 0, written == await File.ReadAllTextAsync(In("run", EvalInfo.FileName)));
        Assert.All(last.Episodes, episode => Assert.Equal(episode.EpisodeIndex < videos, episode.VideoPath is not null));
    }

    [Fact]
    public async Task A_saved_result_is_loaded_back()
    {
        var info = await Run("whole");
        var loaded = EvalInfo.Load(In("whole", EvalInfo.FileName));
        Assert.Equal(info.Episodes, loaded.Episodes);
        Assert.Equal(info.Overall, loaded.Overall);
        Assert.Equal(info.EvalS, loaded.EvalS);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(5)]
    [InlineData(12)]
    public async Task A_resumed_run_equals_an_uninterrupted_one(int finished)
    {
        var whole = await Run("whole");
        Directory.CreateDirectory(In("interrupted"));
        string[] lines = File.ReadAllLines(In("whole", Journal.FileName));
        string incomplete = finished + 1 < lines.Length ? lines[finished + 1][..30] : "";
        File.WriteAllText(In("interrupted", Journal.FileName), string.Join('\n', lines[..(finished + 1)]) + "\n" + incomplete);

        var resumed = await Run("interrupted", resume: true);

        Assert.Equal(PerEpisode(whole), PerEpisode(resumed));
        Assert.Equal(lines.Length, File.ReadAllLines(In("interrupted", Journal.FileName)).Length);
    }

    [Fact]
    public async Task An_episode_with_a_missing_video_is_played_again()
    {
        var whole = await Run("whole", nEpisodes: 3, render: 2);
        string[] videos = [.. whole.Episodes.Select(episode => episode.VideoPath).OfType<string>()];
        string[] lines = File.ReadAllLines(In("whole", Journal.FileName));
        File.Delete(In("whole", videos[1]));

        var resumed = await Run("whole", nEpisodes: 3, render: 2, resume: true);
        Assert.Equal(PerEpisode(whole), PerEpisode(resumed));
        Assert.Equal(videos, resumed.Episodes.Select(episode => episode.VideoPath).OfType<string>());
        Assert.All(videos, video => Assert.True(File.Exists(In("whole", video))));
        Assert.Equal(lines.Length + 1, File.ReadAllLines(In("whole", Journal.FileName)).Length);

        // No videos are requested: no episode is played, and missing videos are not listed.
        File.Delete(In("whole", videos[2]));
        resumed = await Run("whole", nEpisodes: 3, render: 0, resume: true);
        Assert.Equal([videos[0], videos[1], videos[3]], resumed.Episodes.Select(episode => episode.VideoPath).OfType<string>());
        Assert.Equal(lines.Length + 1, File.ReadAllLines(In("whole", Journal.FileName)).Length);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(100)]
    public async Task An_empty_or_cut_video_is_made_again_with_a_note(int length)
    {
        var whole = await Run("whole", nEpisodes: 3, render: 2);
        string video = In("whole", whole.Episodes.First(episode => episode.VideoPath is not null).VideoPath!);
        byte[] before = File.ReadAllBytes(video);
        File.WriteAllBytes(video, before[..length]);

        var notes = new List<string>();
        var resumed = await Run("whole", nEpisodes: 3, render: 2, resume: true, warn: notes.Add);
        Assert.Equal(before, File.ReadAllBytes(video));
        Assert.Equal(PerEpisode(whole), PerEpisode(resumed));
        Assert.Equal("1 episode is played again, with the same result, to make its video, which is missing or incomplete", Assert.Single(notes, note => !note.StartsWith("ffmpeg is not installed", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Videos_that_a_run_was_not_asked_for_are_made_by_a_resume_that_is()
    {
        var whole = await Run("whole", nEpisodes: 3, render: 0);
        var notes = new List<string>();
        var resumed = await Run("whole", nEpisodes: 3, render: 1, resume: true, warn: notes.Add);
        Assert.Equal(PerEpisode(whole), PerEpisode(resumed));
        Assert.Equal(2, resumed.Episodes.Count(episode => episode.VideoPath is not null));
        Assert.Contains("2 episodes are played again, with the same result, for their videos, which the run had not been asked for", notes);
    }

    [Fact]
    public async Task Episodes_of_the_journal_beyond_the_plan_are_noted()
    {
        await Run("whole", nEpisodes: 3);
        var notes = new List<string>();
        var resumed = await Run("whole", nEpisodes: 2, resume: true, warn: notes.Add);
        Assert.Equal(4, resumed.Episodes.Count);
        Assert.Equal("2 episodes are in the journal and not in the result: of other tasks, beyond --eval.n_episodes or of another shard", Assert.Single(notes));
    }

    [Theory]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    [InlineData(double.NegativeInfinity)]
    public async Task A_reward_that_is_not_finite_is_recorded_and_read_back(double reward)
    {
        using var policy = new WalkPolicy(PolicyBatching.PerSession);
        var options = new RolloutOptions { Eval = new EvalConfig { NEpisodes = 2, NEpisodesToRender = 0 }, OutputDir = In("run") };
        EvalInfo info;
        using (var run = new EvalRun(new WalkConfig { Reward = _ => reward }, policy, options))
            info = await run.PlayAll();
        string text = File.ReadAllText(In("run", EvalInfo.FileName));
        Assert.DoesNotContain("\"NaN\"", text, StringComparison.Ordinal);
        Assert.DoesNotContain("Infinity\"", text, StringComparison.Ordinal);
        Assert.Equal(info.Episodes, EvalInfo.Load(In("run", EvalInfo.FileName)).Episodes);
        Assert.Equal(4, Merge.Folders([In("run")]).Episodes.Count);

        using var resumed = new EvalRun(new WalkConfig(), policy, options with { Resume = true });
        Assert.Equal(PerEpisode(info), PerEpisode(await resumed.PlayAll()));
    }

    [Fact]
    public async Task A_simulator_warning_is_reported_once_and_recorded_for_each_episode()
    {
        var warnings = new List<string>();
        using var policy = new WalkPolicy(PolicyBatching.PerSession);
        var config = new WalkConfig { Task = "left", Warning = "the ground shakes" };
        using (var run = new EvalRun(config, policy, new RolloutOptions { Eval = new EvalConfig { NEpisodes = 3, NEpisodesToRender = 0 }, OutputDir = In("run") }, warnings.Add))
            await run.PlayAll();
        Assert.Matches(@"^episode \d of left: the ground shakes \(further warnings are only in eval_info\.json\)$", Assert.Single(warnings));
        Assert.All(EvalInfo.Load(In("run", EvalInfo.FileName)).Episodes, episode => Assert.Equal("the ground shakes", episode.Warning));
        await Run("quiet");
        Assert.DoesNotContain("\"warning\"", File.ReadAllText(In("quiet", EvalInfo.FileName)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_resume_makes_the_missing_videos_of_finished_episodes()
    {
        using var rendering = new SemaphoreSlim(0);
        using var policy = new WalkPolicy(PolicyBatching.PerSession) { Provenance = new Dictionary<string, string> { ["gain"] = "1" } };
        var run = new EvalRun(new WalkConfig { OnFrame = rendering.Wait }, policy, new RolloutOptions
        {
            Eval = new EvalConfig { NEpisodes = 10, BatchSize = 3 },
            OutputDir = In("run"),
        });
        var playing = run.PlayAll();
        while (run.Progress.Finished < 20)
            await Task.Delay(1);
        Assert.Equal(21, File.ReadAllLines(In("run", Journal.FileName)).Length);
        var stopping = Task.Run(run.Dispose);
        rendering.Release(10_000);
        await stopping;
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => playing);

        var whole = await Run("whole", nEpisodes: 10);
        var resumed = await Run("run", nEpisodes: 10, render: 10, resume: true);
        Assert.Equal(PerEpisode(whole), PerEpisode(resumed));
        Assert.All(resumed.Episodes, episode => Assert.True(File.Exists(In("run", episode.VideoPath!))));
    }

    [Fact]
    public async Task A_resume_with_another_policy_is_refused()
    {
        await Run("whole");
        var e = await Assert.ThrowsAsync<EvalCoreException>(() => Run("whole", resume: true, gain: "2"));
        Assert.Contains("--resume", e.Message, StringComparison.Ordinal);
        Assert.Contains("policy", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_time_of_a_resumed_run_includes_the_time_before()
    {
        await Run("whole", nEpisodes: 2);
        string path = In("whole", Journal.FileName);
        string[] lines = File.ReadAllLines(path);
        Assert.All(lines[1..], line => Assert.True(JsonNode.Parse(line)!["elapsed_s"]!.GetValue<double>() > 0));
        lines[2] = lines[2].Replace("\"elapsed_s\":", "\"elapsed_s\":3600", StringComparison.Ordinal);

        // As an older version wrote it, without checksums.
        File.WriteAllLines(path, lines[..3].Select(line => Checksum().Replace(line, "")));
        var info = await Run("whole", nEpisodes: 2, resume: true);
        Assert.Equal(4, info.Episodes.Count);
        Assert.InRange(info.EvalS, 36000, 37000);
    }

    [Fact]
    public async Task A_damaged_journal_is_refused_with_its_line()
    {
        await Run("whole");
        string path = In("whole", Journal.FileName);
        string[] lines = File.ReadAllLines(path);
        lines[3] = lines[3][..20] + "#" + lines[3][21..];
        lines[3] = lines[3].Replace("steps", "stops", StringComparison.Ordinal);
        File.WriteAllLines(path, lines);
        var e = await Assert.ThrowsAsync<EvalCoreException>(() => Run("whole", resume: true));
        Assert.Contains("line 4 is damaged", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_journal_whose_first_line_is_damaged_is_refused()
    {
        Directory.CreateDirectory(In("bad"));
        File.WriteAllText(In("bad", Journal.FileName), "{}\n");
        var e = await Assert.ThrowsAsync<EvalCoreException>(() => Run("bad", resume: true));
        Assert.Contains("first line", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_folder_with_a_run_is_not_overwritten()
    {
        await Run("whole");
        var e = await Assert.ThrowsAsync<EvalCoreException>(() => Run("whole"));
        Assert.Contains("--resume=", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_run_that_finishes_no_episode_leaves_no_journal()
    {
        var config = new WalkConfig { OnStep = () => throw new EvalCoreException("the leg is broken") };
        using var policy = new WalkPolicy(PolicyBatching.PerSession);
        using (var run = new EvalRun(config, policy, new RolloutOptions { OutputDir = In("none") }))
            await Assert.ThrowsAsync<EvalCoreException>(run.PlayAll);
        Assert.False(File.Exists(In("none", Journal.FileName)));
    }

    [Fact]
    public async Task Two_runs_cannot_write_the_same_journal()
    {
        await Run("whole");
        using var policy = new WalkPolicy(PolicyBatching.PerSession);
        var options = new RolloutOptions { OutputDir = In("whole"), Resume = true };
        using var first = new EvalRun(new WalkConfig(), policy, options);
        var e = Assert.Throws<EvalCoreException>(() => new EvalRun(new WalkConfig(), policy, options).Dispose());
        Assert.StartsWith($"--resume: {In("whole", Journal.FileName)}: another process is writing it", e.Message, StringComparison.Ordinal);
        first.Dispose();
        Assert.Equal(["eval_info.json", "journal.jsonl"], Directory.GetFiles(In("whole")).Select(file => Path.GetFileName(file)).Order());
    }

    [Fact]
    public async Task A_video_that_cannot_be_written_gives_one_warning()
    {
        Directory.CreateDirectory(In("run"));
        File.WriteAllText(In("run", "videos"), "in the way");
        var warnings = new List<string>();
        using var policy = new WalkPolicy(PolicyBatching.PerSession);
        using var run = new EvalRun(
            new WalkConfig(), policy, new RolloutOptions { Eval = new EvalConfig { NEpisodes = 3 }, OutputDir = In("run") }, warnings.Add);
        var info = await run.PlayAll();
        run.Dispose();
        Assert.Equal(6, info.Overall.NEpisodes);

        // A resume does not retry a video that could not be written.
        int lines = File.ReadAllLines(In("run", Journal.FileName)).Length;
        using var resumed = new EvalRun(
            new WalkConfig(), policy, new RolloutOptions { Eval = new EvalConfig { NEpisodes = 3 }, OutputDir = In("run"), Resume = true }, warnings.Add);
        Assert.Equal(PerEpisode(info), PerEpisode(await resumed.PlayAll()));
        Assert.Equal(lines, File.ReadAllLines(In("run", Journal.FileName)).Length);
        Assert.All(info.Episodes, episode => Assert.Null(episode.VideoPath));
        Assert.StartsWith("no video of episode ", Assert.Single(warnings, line => !line.StartsWith("ffmpeg is not installed", StringComparison.Ordinal)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_shard_without_an_episode_is_refused()
    {
        var e = await Assert.ThrowsAsync<EvalCoreException>(() => Run("none", nEpisodes: 1, shard: new(2, 3)));
        Assert.Equal("--shard: shard 2/3 has no episode: there are only 2; give fewer shards", e.Message);
        Assert.False(Directory.Exists(In("none")));
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(uint.MaxValue + 1L)]
    public async Task A_seed_outside_the_range_of_numpy_is_refused(long seed)
    {
        var e = await Assert.ThrowsAsync<EvalCoreException>(() => Run("none", seed: seed));
        Assert.StartsWith($"--seed: {seed} is not possible", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_merge_lists_missing_shards()
    {
        await Run("a", shard: new(0, 3));
        await Run("b", shard: new(1, 3));
        await Run("c", shard: new(2, 3));
        Assert.Equal(["1/3 of walk"], Merge.MissingShards(Merge.Folders([In("a"), In("c")])));
        Assert.Empty(Merge.MissingShards(Merge.Folders([In("a"), In("b"), In("c")])));
    }

    [Fact]
    public async Task A_merge_says_which_hardware_its_parts_differ_in()
    {
        foreach (var (name, index, renderer, processor) in new[] { ("a", 0, "llvmpipe", "EPYC"), ("b", 1, "H100", "EPYC"), ("c", 2, "llvmpipe", "EPYC"), ("d", 3, "llvmpipe", "Xeon") })
        {
            await Run(name, shard: new(index, 4));
            string file = In(name, EvalInfo.FileName);
            var info = JsonNode.Parse(File.ReadAllText(file))!;
            (info["provenance"]!["machine"]!["renderer"], info["provenance"]!["machine"]!["processor"]) = (renderer, processor);
            File.WriteAllText(file, info.ToJsonString());
        }

        Assert.Empty(Merge.HardwareNotes(Merge.Folders([In("a"), In("c")])));
        Assert.Equal(
            [
                "the policy's images were rendered by different devices, and episodes may differ slightly: llvmpipe; H100",
                "the parts were played on different processors, whose arithmetic is not the same to the bit, and episodes may differ slightly: EPYC; Xeon",
            ],
            Merge.HardwareNotes(Merge.Folders([In("a"), In("b"), In("c"), In("d")])));
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("""{"provenance": {}}""")]
    [InlineData("""{"provenance": {}, "per_task": [], "overall": {"eval_s": 1.0}}""")]
    [InlineData("""{"provenance": {}, "per_task": [{"episodes": [{}]}], "overall": {"eval_s": 1.0}}""")]
    [InlineData("""{"provenance": {}, "per_task": [{"episodes": [null]}], "overall": {"eval_s": 1.0}}""")]
    [InlineData("""{"provenance": {}, "per_task": [{"episodes": []}], "overall": {"eval_s": 1.0}}""")]
    public void A_file_that_is_not_a_result_is_refused_in_one_line(string text)
    {
        File.WriteAllText(In(EvalInfo.FileName), text);
        var e = Assert.Throws<EvalCoreException>(() => Merge.Folders([_folder]));
        Assert.StartsWith($"{In(EvalInfo.FileName)}: is not an eval_info.json (", e.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', e.Message);
    }

    [Fact]
    public async Task Two_merged_shards_equal_the_whole_run()
    {
        var whole = await Run("whole");
        await Run("a", shard: new(0, 2));
        await Run("b", shard: new(1, 2));

        var merged = Merge.Folders([In("b"), In("a")]);

        Assert.Equal(PerEpisode(whole), PerEpisode(merged));
        Assert.Equal(whole.Overall, merged.Overall);
        Assert.Equal(whole.PerGroup, merged.PerGroup);
    }

    [Fact]
    public async Task Results_of_different_policies_are_not_merged()
    {
        await Run("a", shard: new(0, 2));
        await Run("b", shard: new(1, 2), gain: "2");
        var e = Assert.Throws<EvalCoreException>(() => Merge.Folders([In("a"), In("b")]));
        Assert.Contains("differ in policy (gain: \"1\" and \"2\")", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Results_of_different_seeds_are_not_merged()
    {
        await Run("a", shard: new(0, 2));
        await Run("b", shard: new(1, 2), seed: 7);
        var e = Assert.Throws<EvalCoreException>(() => Merge.Folders([In("a"), In("b")]));
        Assert.Contains("differ in seed", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_episode_is_not_counted_twice()
    {
        await Run("a");
        await Run("b");
        var e = Assert.Throws<EvalCoreException>(() => Merge.Folders([In("a"), In("b")]));
        Assert.Contains("is in both", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Keys_order_and_types_equal_those_of_LeRobot()
    {
        await Run("whole");
        var ours = JsonNode.Parse(File.ReadAllText(In("whole", EvalInfo.FileName)))!.AsObject();
        var theirs = JsonNode.Parse(File.ReadAllText(Goldens.Find("checkpoints/pusht_act_keypoints/eval_info.json")))!.AsObject();

        Assert.Equal(Keys(theirs), Keys(ours).Take(theirs.Count));
        var (task, theirTask) = (ours["per_task"]![0]!.AsObject(), theirs["per_task"]![0]!.AsObject());
        Assert.Equal(Keys(theirTask), Keys(task).Take(theirTask.Count));
        SameShape(theirTask["metrics"]!.AsObject(), task["metrics"]!.AsObject());
        SameShape(theirs["per_group"]![0]!.AsObject(), ours["per_group"]![0]!.AsObject());
        SameShape(theirs["overall"]!.AsObject(), ours["overall"]!.AsObject());

        // Python must read whole numbers as floats.
        Assert.Contains("\"pc_success\": ", File.ReadAllText(In("whole", EvalInfo.FileName)), StringComparison.Ordinal);
        Assert.DoesNotMatch("\"(pc_success|max_reward|sum_reward|waiting_s)\": \\d+,", File.ReadAllText(In("whole", EvalInfo.FileName)));
    }

    [Fact]
    public async Task The_eval_info_of_a_run_matches_its_snapshot()
    {
        await Run("whole", nEpisodes: 2);
        string text = File.ReadAllText(In("whole", EvalInfo.FileName)).Replace(_folder, "FOLDER", StringComparison.Ordinal);

        // Values that differ between runs and machines.
        text = Volatile().Replace(HardwareNames().Replace(text, ""), "\"$1\": \"...\"");
        Snapshot.Verify(text, extension: "json");
    }

    [Fact]
    public async Task A_task_is_released_after_its_last_episode_and_its_last_video()
    {
        var released = new List<string>();
        using var policy = new WalkPolicy(PolicyBatching.PerSession);
        using (var run = new EvalRun(new WalkConfig { OnRelease = task => { lock (released) released.Add(task.Name); } }, policy, new RolloutOptions
        {
            Eval = new EvalConfig { NEpisodes = 5, BatchSize = 2, NEpisodesToRender = 1 },
            OutputDir = In("run"),
        }))
        {
            await Task.WhenAll(run.Episodes.Take(4).Select(run.Play));
            Assert.Empty(released);
            await run.Play(run.Episodes[4]);
            Assert.Equal(["left"], released);
            await run.PlayAll();
        }

        Assert.Equal(["left", "right"], released);
    }

    [Fact]
    public async Task Tasks_of_several_groups_are_kept_apart()
    {
        async Task<EvalInfo> Play(string name, bool resume = false)
        {
            using var policy = new WalkPolicy(PolicyBatching.PerSession);
            using var run = new EvalRun(new WalkConfig { Task = "libero_spatial/left,libero_spatial/right,libero_goal/left", InitStates = 2 }, policy, new RolloutOptions
            {
                Eval = new EvalConfig { NEpisodes = 3, BatchSize = 2, NEpisodesToRender = 1 },
                OutputDir = In(name),
                Resume = resume,
            });
            Assert.Equal(["libero_spatial 0", "libero_spatial 1", "libero_goal 0"], run.Progress.Tasks.Select(task => $"{task.Group} {task.Id}"));
            return await run.PlayAll();
        }

        var info = await Play("whole");
        var file = JsonNode.Parse(File.ReadAllText(In("whole", EvalInfo.FileName)))!;
        Assert.Equal(["libero_spatial", "libero_goal"], Keys(file["per_group"]!.AsObject()));
        Assert.Equal([6, 3], info.PerGroup.Values.Select(group => group.NEpisodes));
        Assert.Equal(["libero_spatial 0", "libero_spatial 1", "libero_goal 0"], file["per_task"]!.AsArray().Select(task => $"{task!["task_group"]} {task["task_id"]}"));
        Assert.Equal([0, 1, 0], info.PerTask[2].Episodes.Select(episode => episode.InitStateId));
        Assert.Equal(
            ["videos/libero_spatial_0/eval_episode_0", "videos/libero_spatial_1/eval_episode_0", "videos/libero_goal_0/eval_episode_0"],
            info.Episodes.Select(episode => episode.VideoPath).OfType<string>().Select(path => Path.ChangeExtension(path, null)));

        Directory.CreateDirectory(In("interrupted"));
        File.WriteAllLines(In("interrupted", Journal.FileName), File.ReadLines(In("whole", Journal.FileName)).Take(6));
        Assert.Equal(PerEpisode(info), PerEpisode(await Play("interrupted", resume: true)));
    }

    [Fact]
    public async Task Zero_episodes_are_refused()
    {
        var e = await Assert.ThrowsAsync<EvalCoreException>(() => Run("none", nEpisodes: 0));
        Assert.StartsWith("--eval.n_episodes", e.Message, StringComparison.Ordinal);
    }

    private static string[] Keys(JsonObject node) => [.. node.Select(entry => entry.Key)];

    private static void SameShape(JsonObject theirs, JsonObject ours)
    {
        Assert.Equal(Keys(theirs), Keys(ours).Take(theirs.Count));
        foreach (var (key, value) in theirs)
            Assert.Equal(value!.GetValueKind() == System.Text.Json.JsonValueKind.True
                ? System.Text.Json.JsonValueKind.False : value.GetValueKind(), ours[key]!.GetValueKind());
    }

    private static IEnumerable<EpisodeRecord> PerEpisode(EvalInfo info) => info.Episodes.Select(
        episode => episode with { Timings = new EpisodeTimings(0, 0, 0, 0, 0), VideoPath = null });

    /// <summary>A machine may not name its processor, and may have no GPU.</summary>
    [GeneratedRegex(@",\n\s*""(processor|gpu)"": ""[^""]*""")]
    private static partial Regex HardwareNames();

    [GeneratedRegex("""
        "(eval_s|eval_ep_s|\w+_s|evalcore|git_commit|os|architecture|cores|runtime|finished_at)": ("[^"]*"|[^,\n]*)
        """)]
    private static partial Regex Volatile();

    [GeneratedRegex(""",\s*"checksum":"\w+"(?=})""")]
    private static partial Regex Checksum();

    private string In(params string[] path) => Path.Combine([_folder, .. path]);

    private async Task<EvalInfo> Run(
        string name, int nEpisodes = 6, int render = 0, bool resume = false, Shard? shard = null,
        string gain = "1", long seed = 1000, Action<string>? warn = null)
    {
        using var policy = new WalkPolicy(PolicyBatching.PerSession)
        {
            Provenance = new Dictionary<string, string> { ["gain"] = gain },
        };
        using var run = new EvalRun(new WalkConfig(), policy, new RolloutOptions
        {
            Eval = new EvalConfig { NEpisodes = nEpisodes, BatchSize = 3, NEpisodesToRender = render },
            OutputDir = In(name),
            Resume = resume,
            Shard = shard ?? Shard.Whole,
            Seed = seed,
        }, warn);
        return await run.PlayAll();
    }
}
