using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using EvalCore.Results;
using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;

namespace EvalCore.Tests.Results;

public sealed class EvalInfoTests : IDisposable
{
    private static readonly string[] KeysOf07 = ["n_success", "pc_success_ci95"];

    private readonly string _folder = Directory.CreateTempSubdirectory("evalcore-").FullName;

    public static TheoryData<string> LeRobotFiles =>
    [
        "checkpoints/pusht_act_keypoints/eval_info.json",
        "checkpoints/pusht_diffusion_keypoints/eval_info_batch1.json",
        "pusht/eval/formula_bs1_eval_info.json",
        "pusht/eval/replay_bs20_eval_info.json",
        "metaworld/eval/eval_info_bs3.json",
    ];

    private string FilePath => Path.Combine(_folder, EvalInfo.FileName);

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [MemberData(nameof(LeRobotFiles))]
    public void A_file_of_LeRobot_is_written_as_it_was_read(string golden)
    {
        string path = Goldens.Find(golden);
        EvalInfo.Load(path).Save(FilePath);

        var (theirs, ours) = (Parse(File.ReadAllText(path)), Parse(File.ReadAllText(FilePath)));
        foreach (var task in ours["per_task"]!.AsArray())
            Remove(task!, [.. KeysOf07, "n_episodes", "pc_success"]);
        foreach (var (_, aggregate) in ours["per_group"]!.AsObject())
            Remove(aggregate!, KeysOf07);
        Remove(ours["overall"]!, [.. KeysOf07, "eval_ep_s"]);
        Remove(theirs["overall"]!, ["eval_ep_s"]); // It reads the clock twice.

        // Numbers are compared as text: they are Python's to the last digit.
        Assert.Equal(theirs.ToJsonString(), ours.ToJsonString());
    }

    [Fact]
    public void A_file_of_LeRobot_gives_episodes_of_unknown_seed()
    {
        var info = EvalInfo.Load(Goldens.Find("metaworld/eval/eval_info_bs2.json"));

        Assert.Null(info.Provenance);
        Assert.Equal(["reach-v3", "push-v3", "drawer-open-v3", "button-press-topdown-v3"], info.PerTask.Select(task => task.TaskGroup));
        Assert.All(info.PerTask, task => Assert.Equal(Enumerable.Range(0, 6), task.Episodes.Select(episode => episode.EpisodeIndex)));
        var first = info.Episodes[0];
        Assert.Equal((null, "reach-v3", 0, "reach-v3_0"), (first.Suite, first.TaskGroup, first.TaskId, first.Task));
        Assert.Equal((null, null, null, null), (first.Seed, first.InitStateId, first.Steps, first.Timings));
    }

    [Fact]
    public void A_file_of_an_older_LeRobot_has_seeds()
    {
        var info = EvalInfo.Load(Goldens.Find("pusht/eval/formula_bs1_eval_policy.json"));
        var same = EvalInfo.Load(Goldens.Find("pusht/eval/formula_bs1_eval_info.json"));

        Assert.Null(info.Provenance);
        Assert.Equal(same.Overall, info.Overall);
        Assert.Equal(
            same.Episodes.Select(episode => (episode.EpisodeIndex, (long?)1000 + episode.EpisodeIndex, episode.SumReward, episode.Success)),
            info.Episodes.Select(episode => (episode.EpisodeIndex, episode.Seed, episode.SumReward, episode.Success)));
    }

    [Fact]
    public void Videos_are_of_the_first_episodes()
    {
        var info = Load("""
            {"per_task": [{"task_group": "g", "task_id": 3, "metrics": {"sum_rewards": [1.0, 2.0, 3.0], "max_rewards": [1.0, 2.0, 3.0],
              "successes": [true, false, true], "video_paths": ["out/a.mp4", "out/b.mp4"]}}], "overall": {"eval_s": 1.5}}
            """);
        Assert.Equal(["out/a.mp4", "out/b.mp4", null], info.Episodes.Select(episode => episode.VideoPath));
        Assert.Equal((1.5, 0.5), (info.EvalS, info.EvalEpS));
    }

    [Fact]
    public void LeRobot_07s_keys_follow_LeRobot_061s()
    {
        Info(Episode("a", 0, 0, true), Episode("a", 0, 1, false), Episode("a", 1, 0, true), Episode("b", 0, 0, true)).Save(FilePath);
        var root = Parse(File.ReadAllText(FilePath));

        var task = root["per_task"]![0]!.AsObject();
        Assert.Equal(
            ["task_group", "task_id", "metrics", "n_episodes", "n_success", "pc_success", "pc_success_ci95", "episodes"], Keys(task));
        Assert.Equal("[2,1,50.0]", new JsonArray([.. Values(task, "n_episodes", "n_success", "pc_success")]).ToJsonString());

        var group = root["per_group"]!["a"]!.AsObject();
        Assert.Equal(
            ["avg_sum_reward", "avg_max_reward", "pc_success", "n_episodes", "video_paths", "predicted_video_paths", .. KeysOf07], Keys(group));
        Assert.Equal("[3,2]", new JsonArray([.. Values(group, "n_episodes", "n_success")]).ToJsonString());

        var overall = root["overall"]!.AsObject();
        Assert.Equal(
            ["avg_sum_reward", "avg_max_reward", "pc_success", "n_episodes", "eval_s", "eval_ep_s", "video_paths", "predicted_video_paths", .. KeysOf07],
            Keys(overall));
        Assert.Equal("[4,3]", new JsonArray([.. Values(overall, "n_episodes", "n_success")]).ToJsonString());
        Assert.Equal("[per_task, per_group, overall, provenance]", $"[{string.Join(", ", Keys(root))}]");
    }

    /// <summary>LeRobot's tests of <c>success_summary</c>: 7 of 10 give 39.68 to 89.22 percent.</summary>
    [Fact]
    public void Intervals_are_in_percent_and_laid_out_as_by_Python()
    {
        Info([.. Enumerable.Range(0, 10).Select(k => Episode("a", 0, k, success: k < 7))]).Save(FilePath);
        Assert.Contains("""
              "overall": {
                "avg_sum_reward": 1.0,
                "avg_max_reward": 1.0,
                "pc_success": 70.0,
                "n_episodes": 10,
                "eval_s": 1.0,
                "eval_ep_s": 0.1,
                "video_paths": [],
                "predicted_video_paths": [],
                "n_success": 7,
                "pc_success_ci95": [
                  39.677814746114535,
                  89.2208732593699
                ]
              },
            """, File.ReadAllText(FilePath), StringComparison.Ordinal);
    }

    [Fact]
    public void Without_episodes_rates_and_bounds_are_NaN_as_LeRobots()
    {
        var aggregate = Aggregate.Of([]);
        Assert.Equal((0, 0, double.NaN), (aggregate.NEpisodes, aggregate.NSuccess, aggregate.PcSuccess));
        Assert.Equal((double.NaN, double.NaN), (aggregate.PcSuccessCi95.Low, aggregate.PcSuccessCi95.High));

        Info().Save(FilePath);
        Assert.Contains("\"pc_success_ci95\": [\n      NaN,\n      NaN\n    ]", File.ReadAllText(FilePath), StringComparison.Ordinal);
        var e = Assert.Throws<EvalCoreException>(() => EvalInfo.Load(FilePath));
        Assert.Equal($"{FilePath}: is not an eval_info.json (it has no episode)", e.Message);
    }

    [Fact]
    public void Bare_NaN_and_infinities_of_Python_are_read()
    {
        var info = Load("""
            {"per_task": [{"task_group": "NaN, Infinity", "task_id": 0, "metrics": {"sum_rewards": [NaN, Infinity, -Infinity],
              "max_rewards": [NaN, 1e0, -1], "successes": [true, false, true], "video_paths": ["NaN \" NaN"]}}],
              "overall": {"avg_sum_reward": NaN, "eval_s": 1}}
            """);
        Assert.Equal([double.NaN, double.PositiveInfinity, double.NegativeInfinity], info.Episodes.Select(episode => episode.SumReward));
        Assert.Equal(("NaN, Infinity", "NaN \" NaN"), (info.PerTask[0].TaskGroup, info.Episodes[0].VideoPath));
    }

    [Theory]
    [InlineData("utf-8", false)]
    [InlineData("utf-8", true)]
    [InlineData("utf-16", true)]
    [InlineData("utf-16BE", true)]
    public void A_file_that_another_program_has_saved_is_read_in_its_encoding(string name, bool mark)
    {
        var encoding = Encoding.GetEncoding(name);
        const string Text = """

            {"per_task": [{"task_group": "größe", "task_id": 0, "metrics": {"sum_rewards": [1], "max_rewards": [1], "successes": [true]}}], "overall": {"eval_s": 1}}
            """;
        File.WriteAllBytes(FilePath, [.. mark ? encoding.GetPreamble() : [], .. encoding.GetBytes(Text)]);
        Assert.Equal("größe", EvalInfo.Load(FilePath).Episodes[0].TaskGroup);
    }

    [Fact]
    public void A_byte_that_is_no_text_is_a_replacement_character()
    {
        byte[] text = """{"per_task": [{"task_group": "?", "task_id": 0, "metrics": {"sum_rewards": [1], "max_rewards": [1], "successes": [true]}}], "overall": {"eval_s": 1}}"""u8.ToArray();
        text[Array.IndexOf(text, (byte)'?')] = 0xFF;
        File.WriteAllBytes(FilePath, text);
        Assert.Equal("\uFFFD", EvalInfo.Load(FilePath).Episodes[0].TaskGroup);
    }

    [Property]
    public Property What_is_saved_is_loaded() => Prop.ForAll(Infos().ToArbitrary(), info =>
    {
        info.Save(FilePath);
        var loaded = EvalInfo.Load(FilePath);

        Assert.Equal(info.Episodes, loaded.Episodes);
        Assert.Equal((info.EvalS, info.OutputDir, info.Overall), (loaded.EvalS, loaded.OutputDir, loaded.Overall));
        Assert.True(JsonNode.DeepEquals(info.Provenance, loaded.Provenance));
    });

    [Theory]
    [InlineData("", "it is not JSON (line 1, column 1: the end of the file)")]
    [InlineData("{\n\"per_task\": [\n", "it is not JSON (line 3, column 1: the end of the file)")]
    [InlineData("null", "it is null")]
    [InlineData("[]", "it has a wrong type, or lacks a key")]
    [InlineData("{}", "it has no 'per_task' with 'overall'")]
    [InlineData("""{"per_task": []}""", "it has no 'per_task' with 'overall'")]
    [InlineData("""{"per_task": [], "overall": {"eval_s": 1.0}}""", "it has no episode")]
    [InlineData("""{"per_task": [], "overall": {}}""", "overall has a wrong type, or lacks a key")]
    [InlineData("""{"per_task": [], "overall": {"eval_s": "1"}}""", "overall.eval_s has a wrong type, or lacks a key")]
    [InlineData("""{"per_task": [null], "overall": {"eval_s": 1.0}}""", "a task is null")]
    [InlineData("""{"per_task": [{"task_id": 0}], "overall": {"eval_s": 1.0}}""", "per_task[0] has a wrong type, or lacks a key")]
    [InlineData("""{"per_task": [{"task_group": "g", "task_id": 0}], "overall": {"eval_s": 1.0}}""", "task g_0 has no 'metrics'")]
    [InlineData(
        """{"per_task": [{"task_group": "g", "task_id": 0, "metrics": {"sum_rewards": [1], "max_rewards": [], "successes": []}}], "overall": {"eval_s": 1.0}}""",
        "task g_0 has 1 'sum_rewards', 0 'max_rewards' and 0 'successes'")]
    [InlineData(
        """{"per_task": [{"task_group": "g", "task_id": 0, "metrics": {"sum_rewards": [1], "max_rewards": [2], "successes": [3]}}], "overall": {"eval_s": 1.0}}""",
        "per_task[0].metrics.successes[0] has a wrong type, or lacks a key")]
    [InlineData("""{"per_task": [{"task_group": "g", "task_id": 0}], "overall": {"eval_s": 1.0}, "provenance": {}}""", "task g_0 has no 'episodes', or one of them is null")]
    [InlineData(
        """{"per_task": [{"task_group": "g", "task_id": 0, "episodes": [{"seed": 1}]}], "overall": {"eval_s": 1.0}, "provenance": {}}""",
        "per_task[0].episodes[0] has a wrong type, or lacks a key")]
    [InlineData("""{"per_task": [], "overall": {"eval_s": 1.0}, "provenance": []}""", "provenance has a wrong type, or lacks a key")]
    [InlineData("""{"per_task": [], "per_task": [], "overall": {"eval_s": 1.0}}""", "per_task has a wrong type, or lacks a key")]
    [InlineData("""{"per_task": [], "overall": {"eval_s": 1.0}, "provenance": {"merged": [{"seed": 1, "seed": 2}]}}""", "it has the key 'seed' twice (line 1, column 84)")]
    [InlineData("""{"per_episode": [null], "aggregated": {"eval_s": 1.0}}""", "an episode is null")]
    [InlineData(
        """{"per_episode": [{"episode_ix": 0, "sum_reward": 1, "max_reward": 1, "success": true}, {"episode_ix": 0, "sum_reward": 1, "max_reward": 1, "success": true}], "aggregated": {"eval_s": 1.0}}""",
        "episode 0 of task 0 is there twice")]
    public void A_damaged_file_is_one_clear_line(string text, string reason)
    {
        var e = Assert.Throws<EvalCoreException>(() => Load(text));
        Assert.Equal($"{FilePath}: is not an eval_info.json ({reason})", e.Message);
    }

    [Fact]
    public void A_missing_file_is_one_clear_line()
    {
        var e = Assert.Throws<EvalCoreException>(() => EvalInfo.Load(FilePath));
        Assert.Equal($"{FilePath}: there is no such file; name the output folder of a finished run", e.Message);
    }

    [Fact]
    public void A_merge_refuses_a_file_of_LeRobot()
    {
        File.Copy(Goldens.Find("pusht/eval/formula_bs1_eval_info.json"), FilePath);
        string ours = Directory.CreateDirectory(Path.Combine(_folder, "ours")).FullName;
        Info(Episode("a", 0, 0, true)).Save(Path.Combine(ours, EvalInfo.FileName));

        var e = Assert.Throws<EvalCoreException>(() => Merge.Folders([ours, _folder]));
        Assert.Equal(
            $"merge: {_folder}: lerobot-eval wrote its eval_info.json, which does not say which run it is of; only results of evalcore can be merged",
            e.Message);
    }

    [Fact]
    public void Any_text_is_read_and_written_or_refused()
    {
        Info(Episode("a", 0, 0, true), Episode("b", 1, 0, false) with { SumReward = double.NaN }).Save(FilePath);
        string[] corpus =
        [
            File.ReadAllText(FilePath),
            File.ReadAllText(Goldens.Find("metaworld/eval/eval_info_bs3.json")),
            File.ReadAllText(Goldens.Find("pusht/eval/formula_bs1_eval_policy.json")),
        ];
        Fuzz.Run(corpus, text =>
        {
            EvalInfo info;
            try
            {
                info = EvalInfoReader.Read(Encoding.UTF8.GetBytes(text));
            }
            catch (JsonException e)
            {
                Assert.DoesNotContain('\n', e.Message);
                Assert.DoesNotContain("EvalCore", e.Message, StringComparison.Ordinal);
                return;
            }

            Assert.Equal(Outcomes(info), Outcomes(EvalInfoReader.Read(Encoding.UTF8.GetBytes(EvalInfoWriter.Write(info)))));
        });
    }

    private static Gen<EvalInfo> Infos()
    {
        var numbers = ArbMap.Default.GeneratorFor<double>();
        var words = ArbMap.Default.GeneratorFor<NonNull<string>>().Select(text => text.Get);
        var episodes =
            from @group in Gen.Elements("a", "b", "libero_10")
            from task in Gen.Choose(0, 2)
            from index in Gen.Choose(0, 5)
            from sum in numbers
            from max in numbers
            from success in Gen.Elements(true, false)
            from text in words
            let name = string.Concat(text.Where(letter => !char.IsControl(letter)))
            select Episode(@group, task, index, success) with
            {
                SumReward = sum, MaxReward = max, Warning = text, VideoPath = index == 0 ? name : null, Task = name,
                Timings = new EpisodeTimings(sum, 0, 0, 0, 0), InitStateId = index == 1 ? task : null,
            };
        return from list in episodes.NonEmptyListOf()
               from seconds in Gen.Choose(0, 1000)
               from folder in words
               select new EvalInfo(
                   list.DistinctBy(episode => episode.Key), seconds, folder, new JsonObject { ["output_dir"] = folder, ["note"] = folder });
    }

    private static EpisodeRecord Episode(string group, int taskId, int index, bool success) => new()
    {
        Suite = "toy",
        TaskGroup = group,
        TaskId = taskId,
        Task = $"{group}-{taskId}",
        EpisodeIndex = index,
        Seed = 1000 + index,
        Steps = 3,
        SumReward = 1,
        MaxReward = 1,
        Success = success,
        Timings = new EpisodeTimings(1, 2, 3, 4, 5),
    };

    private static IEnumerable<(string, int, double, double, bool)> Outcomes(EvalInfo info) => info.Episodes.Select(
        episode => (episode.TaskGroup, episode.TaskId, episode.SumReward, episode.MaxReward, episode.Success));

    private static EvalInfo Info(params EpisodeRecord[] episodes) => new(episodes, 1, "", new JsonObject());

    private static JsonObject Parse(string text) => JsonNode.Parse(text)!.AsObject();

    private static IEnumerable<string> Keys(JsonObject node) => node.Select(entry => entry.Key);

    private static IEnumerable<JsonNode?> Values(JsonObject node, params string[] keys) => keys.Select(key => node[key]?.DeepClone());

    private static void Remove(JsonNode node, IEnumerable<string> keys)
    {
        foreach (string key in keys)
            Assert.True(node.AsObject().Remove(key), key);
    }

    private EvalInfo Load(string text)
    {
        File.WriteAllText(FilePath, text);
        return EvalInfo.Load(FilePath);
    }
}
