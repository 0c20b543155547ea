using EvalCore.Gates;
using EvalCore.Results;
using EvalCore.Tests.Options;

namespace EvalCore.Tests.Gates;

public sealed class SuiteGateTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("evalcore-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void A_suite_without_a_policy_has_no_gate() =>
        Assert.Null(Gate(("toy.min_success", "50")));

    [Fact]
    public void Parameters_are_flags_for_all_suites_or_for_one()
    {
        var gate = Gate(("policy.type", "expert"), ("eval.n_episodes", "7"), ("toy.eval.n_episodes", "3"), ("toy.min_success", "50"));
        Assert.Equal(3, gate!.Options.Eval.NEpisodes);
        Assert.Equal(50, gate.MinPcSuccess);
    }

    [Fact]
    public void A_task_has_its_own_threshold_or_that_of_all_tasks()
    {
        var gate = Gate(("policy.type", "expert"), ("toy.min_success", "50"), ("toy.min_task_success", "20"), ("toy.min_task_success.Toy-v0", "30"));
        Assert.Equal(30, gate!.MinPcSuccessOf("Toy-v0"));
        Assert.Equal(20, gate.MinPcSuccessOf("another"));
    }

    [Fact]
    public void An_environment_variable_overrides_the_file()
    {
        WriteSettings(("policy.type", "expert"), ("toy.min_success", "50"), ("toy.eval.n_episodes", "3"));
        var gate = Read(("EVALCORE_TOY_EVAL_N_EPISODES", "4"), ("EVALCORE_TOY_MIN_SUCCESS", "60"), ("EVALCORE_MIRROR", "elsewhere"));
        Assert.Equal(4, gate!.Options.Eval.NEpisodes);
        Assert.Equal(60, gate.MinPcSuccess);
    }

    [Theory]
    [InlineData("EVALCORE_POLICY_PATH", "policy.path")]
    [InlineData("EVALCORE_TOY_POLICY_N_ACTION_STEPS", "toy.policy.n_action_steps")]
    [InlineData("EVALCORE_TOY_ENV_OBS_TYPE", "toy.env.obs_type")]
    [InlineData("EVALCORE_TOY_MIN_GROUP_SUCCESS", "toy.min_group_success")]
    [InlineData("EVALCORE_TOY_MIN_GROUP_SUCCESS_LIBERO_GOAL", "toy.min_group_success.libero_goal")]
    [InlineData("EVALCORE_SEED", "seed")]
    [InlineData("EVALCORE_OUTPUT_DIR", "output_dir")]
    [InlineData("EVALCORE_MIRROR", null)]
    [InlineData("EVALCORE_CACHE", null)]
    [InlineData("EVALCORE_FUZZ_SECONDS", null)]
    [InlineData("PATH", null)]
    public void An_environment_variable_sets_a_parameter(string variable, string? parameter) =>
        Assert.Equal(parameter, new GateParameter(["other", "toy"]).OfVariable(variable));

    [Theory]
    [InlineData("toy.min_success", "a lot", "runsettings.xml: toy.min_success: 'a lot' is not a percentage from 0 to 100")]
    [InlineData("toy.min_success", "0.9", "runsettings.xml: toy.min_success: '0.9' is less than 1 percent; thresholds are in percent, for example 90")]
    [InlineData("toy.min_task_success.Toy-v9", "30", "runsettings.xml, suite toy: min_task_success.Toy-v9: the gate plays no task of that name; did you mean 'Toy-v0'?")]
    [InlineData("toy.min_success", "101", "runsettings.xml: toy.min_success: '101' is not a percentage from 0 to 100")]
    [InlineData("toy.eval.n_episodes", "many", "runsettings.xml, suite toy: --eval.n_episodes: 'many' is not a whole number, 1 or more")]
    [InlineData("toy.eval.n_episode", "1", "runsettings.xml, suite toy: unknown flag '--eval.n_episode'; did you mean '--eval.n_episodes'?")]
    public void An_invalid_parameter_is_named_in_one_line(string name, string value, string error) =>
        Assert.Equal(
            error,
            Assert.Throws<EvalCoreException>(() => Gate(("policy.type", "expert"), ("min_success", "1"), (name, value))).Message);

    [Theory]
    [InlineData("toy.min_succes", "unknown parameter 'toy.min_succes'; did you mean 'toy.min_success'?")]
    [InlineData("toi.min_success", "unknown parameter 'toi.min_success'; did you mean 'toy.min_success'?")]
    [InlineData("toy.polcy.path", "unknown parameter 'toy.polcy.path'; did you mean 'toy.policy.path'?")]
    [InlineData("outputdir", "unknown parameter 'outputdir'; did you mean 'output_dir'?")]
    [InlineData("libero.wibble_wobble_wubble", "unknown parameter 'libero.wibble_wobble_wubble'; 'libero' is not a suite of this program (known: toy, other)")]
    [InlineData("wibble_wobble_wubble", "unknown parameter 'wibble_wobble_wubble'; a parameter is a flag of evalcore eval or a threshold, for all suites or after a suite's name")]
    public void An_unknown_parameter_is_refused_also_where_no_policy_is_configured(string name, string error)
    {
        var e = Assert.Throws<EvalCoreException>(() => Gate((name, "1")));
        Assert.Equal($"{Path.Combine(_folder, RunSettings.FileName)} (line 2): {error}", e.Message);
    }

    [Fact]
    public void A_parameter_given_twice_is_refused() => Assert.EndsWith(
        "(line 3): the parameter 'toy.min_success' is given twice",
        Assert.Throws<EvalCoreException>(() => Gate(("toy.min_success", "50"), ("toy.min_success", "60"))).Message,
        StringComparison.Ordinal);

    [Fact]
    public void Two_variables_for_one_parameter_are_refused()
    {
        WriteSettings(("policy.type", "expert"));
        Assert.Equal(
            "EVALCORE_toy_MIN_SUCCESS: EVALCORE_TOY_MIN_SUCCESS sets the same parameter; remove one of the two variables",
            Assert.Throws<EvalCoreException>(() => Read(("EVALCORE_TOY_MIN_SUCCESS", "50"), ("EVALCORE_toy_MIN_SUCCESS", "60"))).Message);
    }

    [Theory]
    [InlineData("<RunSettings><TestRunParameter><Parameter name='seed' value='1' /></TestRunParameter></RunSettings>", "(line 1): unknown element <TestRunParameter>; did you mean <TestRunParameters>?")]
    [InlineData("<RunSettings><TestRunParameters><Param name='seed' value='1' /></TestRunParameters></RunSettings>", "(line 1): unknown element <Param>; did you mean <Parameter>?")]
    [InlineData("<RunSetting><TestRunParameters /></RunSetting>", "(line 1): expected <RunSettings>, found <RunSetting>")]
    public void A_misspelt_element_is_refused(string xml, string error)
    {
        File.WriteAllText(Path.Combine(_folder, RunSettings.FileName), xml);
        Assert.EndsWith(error, Assert.Throws<EvalCoreException>(() => Read()).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("EVALCORE_TOY_MINSUCCESS", "unknown variable 'EVALCORE_TOY_MINSUCCESS'; did you mean 'EVALCORE_TOY_MIN_SUCCESS'?")]
    [InlineData("EVALCORE_TOY_MIN_SUCCES", "unknown variable 'EVALCORE_TOY_MIN_SUCCES'; did you mean 'EVALCORE_TOY_MIN_SUCCESS'?")]
    [InlineData("EVALCORE_TOI_MIN_SUCCESS", "unknown variable 'EVALCORE_TOI_MIN_SUCCESS'; did you mean 'EVALCORE_TOY_MIN_SUCCESS'?")]
    [InlineData("EVALCORE_TOY_WIBBLE", "unknown variable 'EVALCORE_TOY_WIBBLE'; it is neither a flag of the suite nor a threshold")]
    [InlineData("EVALCORE_TOY_MIN_TASK_SUCCESS_TOY_V0", "unknown variable 'EVALCORE_TOY_MIN_TASK_SUCCESS_TOY_V0'; the threshold of one task is set in runsettings.xml")]
    [InlineData("EVALCOR_TOY_MIN_SUCCESS", "unknown variable 'EVALCOR_TOY_MIN_SUCCESS'; did you mean 'EVALCORE_TOY_MIN_SUCCESS'?")]
    [InlineData("EVALCORE_MIROR", "unknown variable 'EVALCORE_MIROR'; did you mean 'EVALCORE_MIRROR'?")]
    [InlineData("EVALCORE_SEDE", "unknown variable 'EVALCORE_SEDE'; did you mean 'EVALCORE_SEED'?")]
    [InlineData("EVALCORE_N_EPISODES", "unknown variable 'EVALCORE_N_EPISODES'; did you mean 'EVALCORE_EVAL_N_EPISODES'?")]
    public void A_misspelt_variable_is_refused(string variable, string error)
    {
        WriteSettings(("policy.type", "expert"), ("toy.min_success", "50"));
        Assert.Equal(error, Assert.Throws<EvalCoreException>(() => Read((variable, "1"))).Message);
    }

    [Theory]
    [InlineData("EVALCORE_MIRROR")]
    [InlineData("EVALCORE_CACHE")]
    [InlineData("EVALCORE_FUZZ_SECONDS")]
    [InlineData("EVALCORE_LIBERO_MIN_SUCCESS")]
    [InlineData("EVALCORE_LIBERO_POLICY_PATH")]
    [InlineData("EVALUATION_SEED")]
    [InlineData("MIN_SUCCESS")]
    [InlineData("PATH")]
    public void A_variable_of_another_tool_or_suite_is_left_alone(string variable)
    {
        WriteSettings(("policy.type", "expert"), ("toy.min_success", "50"));
        Assert.NotNull(Read((variable, "x")));
    }

    [Theory]
    [InlineData("EVALCORE_TOY_MIN_SUCCESS", "0.9", "EVALCORE_TOY_MIN_SUCCESS: '0.9' is less than 1 percent; thresholds are in percent, for example 90")]
    [InlineData("EVALCORE_TOY_EVAL_N_EPISODES", "many", "EVALCORE_TOY_EVAL_N_EPISODES, suite toy: --eval.n_episodes: 'many' is not a whole number, 1 or more")]
    [InlineData("EVALCORE_EVAL_N_EPISODE", "3", "EVALCORE_EVAL_N_EPISODE, suite toy: unknown flag '--eval.n_episode'; did you mean '--eval.n_episodes'?")]
    public void An_invalid_variable_is_named_as_the_variable(string variable, string value, string error)
    {
        WriteSettings(("policy.type", "expert"), ("toy.min_success", "50"));
        Assert.Equal(error, Assert.Throws<EvalCoreException>(() => Read((variable, value))).Message);
    }

    [Fact]
    public void A_summary_is_one_line_with_rate_interval_and_thresholds()
    {
        var gate = Gate(("policy.type", "expert"), ("toy.eval.n_episodes", "4"), ("toy.min_success", "50"), ("toy.min_task_success", "60"))!;
        Assert.Equal(
            "toy: the gate fails, success rate 50.0 % over 4 episodes (95 % interval 15.0 to 85.0 %), threshold 50 %, 1 of 1 tasks below their threshold: Toy-v0",
            gate.Summary(Info(true, false, true, false)));
        Assert.Equal(
            "toy: the gate holds, success rate 75.0 % over 4 episodes (95 % interval 30.1 to 95.4 %), threshold 50 %, threshold of each task 60 %",
            gate.Summary(Info(true, true, true, false)));
        Assert.StartsWith("toy: 2 of 4 episodes were played, success rate 100.0 %", gate.Summary(Info(true, true)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("false", "11x1", "toy: the gate is undecided, success rate 100.0 % over 3 episodes (95 % interval 43.9 to 100.0 %), 1 episode could not be played, threshold 50 %")]
    [InlineData("true", "11x1", "toy: the gate holds, success rate 100.0 % over 3 episodes (95 % interval 43.9 to 100.0 %), 1 episode could not be played, threshold 50 %")]
    [InlineData("true", "00x1", "toy: the gate fails, success rate 33.3 % over 3 episodes (95 % interval 6.1 to 79.2 %), 1 episode could not be played, threshold 50 %")]
    [InlineData("true", "xxxx", "toy: the gate is undecided, 4 episodes could not be played, threshold 50 %")]
    public void A_summary_of_a_run_with_errors_has_the_verdict_of_the_gate(string allowErrors, string outcomes, string summary)
    {
        var gate = Gate(("policy.type", "expert"), ("toy.eval.n_episodes", "4"), ("toy.min_success", "50"), ("toy.allow_errors", allowErrors))!;
        var info = new EvalInfo(
            Episodes([.. outcomes.Select(outcome => outcome == '1')]).Zip(outcomes, (episode, outcome) => outcome == 'x' ? episode with { Steps = null, Error = "broken" } : episode),
            1, "", null);
        Assert.Equal(summary, gate.Summary(info));
        var played = gate.NewGate(new EvalCore.Rollout.EpisodePlan(gate.Tasks, 4, 1000, Shard.Whole));
        played.Read(info, new EvalCore.Rollout.EpisodePlan(gate.Tasks, 4, 1000, Shard.Whole));
        Assert.Equal(summary, gate.Summary(info, played));
    }

    [Fact]
    public void The_summary_of_a_gate_in_which_no_episode_of_a_task_could_be_played_does_not_say_that_it_holds()
    {
        var gate = GroupedGate([("walk.min_task_success", "10"), ("walk.allow_errors", "true")])!;
        var info = new EvalInfo(
            gate.Tasks.Select(task => new EpisodeRecord
            {
                Suite = "walk", TaskGroup = task.Group, TaskId = task.Id, Task = task.Name, EpisodeIndex = 0, Seed = 1000, Steps = task.Name == "two" ? null : 1,
                SumReward = 0, MaxReward = 0, Success = task.Name != "two", Error = task.Name == "two" ? "broken" : null, Timings = null,
            }),
            1, "", null);
        Assert.StartsWith("walk: the gate is undecided, success rate 100.0 % over 3 episodes ", gate.Summary(info), StringComparison.Ordinal);
        Assert.Equal("walk/two: 1 episode could not be played, the first is episode 0 of two (broken), and no other was", gate.RefusalOf("walk/two", 10, info.Errors, 0));
    }

    [Theory]
    [InlineData("false", "toy", 0, 3, true)]
    [InlineData("true", "toy", 50, 3, false)]
    [InlineData("true", "toy", 50, 0, true)]
    [InlineData("true", "toy", 0, 0, true)]
    [InlineData("true", "toy/Toy-v0", 50, 0, true)]
    [InlineData("true", "toy/Toy-v0", 0, 0, false)]
    public void Errors_that_are_allowed_keep_a_case_from_passing_only_where_nothing_was_played(string allowErrors, string what, double threshold, int played, bool isRefused)
    {
        var gate = Gate(("policy.type", "expert"), ("toy.min_success", "50"), ("toy.allow_errors", allowErrors))!;
        Assert.Equal(isRefused, gate.RefusalOf(what, threshold, [.. Episodes(false).Select(episode => episode with { Error = "broken" })], played) is not null);
        Assert.Null(gate.RefusalOf(what, threshold, [], played));
    }

    [Fact]
    public void A_failure_names_the_seeds_the_videos_and_the_command_that_plays_one_again()
    {
        var episodes = Episodes([.. Enumerable.Range(0, 100).Select(i => i % 2 == 0)]);
        string[] lines = Gate(("policy.type", "expert"), ("toy.min_success", "50"))!.Explain("toy: it dropped", episodes, "/out/toy").Split('\n');
        Assert.InRange(lines.Length, 5, 10);
        Assert.Equal("toy: it dropped", lines[0]);
        Assert.Contains(lines, line => line.StartsWith("failed seeds: 1001, 1003, ", StringComparison.Ordinal) && line.EndsWith(" and 35 more", StringComparison.Ordinal));
        Assert.Contains("videos: /out/toy/videos/1.mp4, /out/toy/videos/3.mp4", lines);
        Assert.Contains("play seed 1001 again, with a video: EVALCORE_TOY_EVAL_N_EPISODES_TO_RENDER=2 dotnet test --filter \"Suite=toy&Task=Toy-v0&DisplayName~episode 1,\"", lines);
    }

    [Fact]
    public void The_command_that_plays_an_episode_again_sets_the_variables_of_the_run()
    {
        WriteSettings(("policy.type", "expert"), ("toy.min_success", "50"));
        var gate = Read(
            ("EVALCORE_SEED", "7"), ("EVALCORE_TOY_EVAL_N_EPISODES", "4"), ("EVALCORE_TOY_MIN_SUCCESS", "99"), ("EVALCORE_OUTPUT_DIR", "my results"))!;
        Assert.Contains(
            "again, with a video: EVALCORE_SEED=7 EVALCORE_TOY_EVAL_N_EPISODES=4 EVALCORE_TOY_EVAL_N_EPISODES_TO_RENDER=1 dotnet test ",
            gate.Explain("toy: it dropped", Episodes(false), "/out/toy"), StringComparison.Ordinal);
    }

    private static EvalInfo Info(params bool[] successes) => new(Episodes(successes), 1, "", null);

    private static EpisodeRecord[] Episodes(params bool[] successes) =>
    [
        .. successes.Select((success, i) => new EpisodeRecord
        {
            Suite = "toy", TaskGroup = "toy", TaskId = 0, Task = "Toy-v0", EpisodeIndex = i, Seed = 1000 + i, Steps = 1,
            SumReward = 0, MaxReward = 0, Success = success, Timings = null, VideoPath = i < 4 ? $"videos/{i}.mp4" : null,
        }),
    ];

    [Fact]
    public void A_gate_needs_a_threshold() =>
        Assert.Contains("a gate needs a threshold in percent: toy.min_success over all episodes", Assert.Throws<EvalCoreException>(() => Gate(("policy.type", "expert"))).Message, StringComparison.Ordinal);

    [Fact]
    public void A_threshold_of_tasks_suffices()
    {
        Assert.Equal(80, Gate(("policy.type", "expert"), ("toy.min_task_success", "80"))!.MinPcSuccessOf("Toy-v0"));
        Assert.Equal(70, Gate(("policy.type", "expert"), ("toy.min_task_success.Toy-v0", "70"))!.MinPcSuccessOf("Toy-v0"));
    }

    [Theory]
    [InlineData("min_group_success", "libero_goal", 60)]
    [InlineData("min_group_success.libero_goal", "libero_goal", 60)]
    [InlineData("min_group_success.libero_goal", "libero_spatial", 0)]
    public void A_group_of_tasks_has_its_own_threshold_or_that_of_all_groups(string parameter, string group, double threshold) =>
        Assert.Equal(threshold, GroupedGate([($"walk.{parameter}", "60")])!.MinPcSuccessOfGroup(group));

    [Fact]
    public void A_variable_sets_the_threshold_of_a_group()
    {
        var gate = GroupedGate(
            [("walk.min_group_success.libero_goal", "60"), ("walk.min_group_success", "20")],
            ("EVALCORE_WALK_MIN_GROUP_SUCCESS_LIBERO_GOAL", "70"), ("EVALCORE_WALK_MIN_GROUP_SUCCESS", "30"))!;
        Assert.Equal((70, 30), (gate.MinPcSuccessOfGroup("libero_goal"), gate.MinPcSuccessOfGroup("libero_spatial")));
    }

    [Theory]
    [InlineData("walk.min_group_success.libero_gaol", "runsettings.xml, suite walk: min_group_success.libero_gaol: the gate plays no group of that name; did you mean 'libero_goal'?")]
    [InlineData("walk.min_group_success.alone", "runsettings.xml, suite walk: min_group_success.alone: the gate plays no group of that name")]
    public void A_threshold_of_a_group_that_is_not_played_is_refused(string parameter, string error) =>
        Assert.Equal(error, Assert.Throws<EvalCoreException>(() => GroupedGate([(parameter, "60")])).Message);

    [Theory]
    [InlineData("walk_far.min_success", "did you mean 'walk.min_group_success.walk_far'?")]
    public void The_threshold_of_a_group_is_found_by_those_who_name_it_as_a_suite(string parameter, string hint)
    {
        Assert.EndsWith(hint, Assert.Throws<EvalCoreException>(() => GroupedGate([(parameter, "60")])).Message, StringComparison.Ordinal);
        Assert.EndsWith(
            "'EVALCORE_WALK_FAR_MIN_SUCCESS'; did you mean 'EVALCORE_WALK_MIN_GROUP_SUCCESS_WALK_FAR'?",
            Assert.Throws<EvalCoreException>(() => GroupedGate([("walk.min_success", "1")], ("EVALCORE_WALK_FAR_MIN_SUCCESS", "60"))).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void The_trait_suite_has_the_type_and_the_group()
    {
        var gate = GroupedGate([("walk.min_success", "1")])!;
        Assert.Equal(["walk libero_spatial", "walk libero_spatial", "walk libero_goal", "walk"], gate.Tasks.Select(task => string.Join(' ', SuiteGate.SuitesOf(task))));
        Assert.Equal(["libero_spatial", "libero_goal"], gate.Groups);
        Assert.Equal(["toy"], SuiteGate.SuitesOf(new("toy", "toy", 0, "Toy-v0", "")));
    }

    [Fact]
    public void A_summary_names_the_groups_below_their_threshold()
    {
        var gate = GroupedGate([("walk.min_group_success", "50"), ("walk.min_task_success", "10")])!;
        var episodes = gate.Tasks.Select(task => new EpisodeRecord
        {
            Suite = "walk", TaskGroup = task.Group, TaskId = task.Id, Task = task.Name, EpisodeIndex = 0, Seed = 1000, Steps = 1,
            SumReward = 0, MaxReward = 0, Success = task.Group != "libero_goal", Timings = null,
        }).ToList();
        Assert.Equal(
            "walk: the gate fails, success rate 75.0 % over 4 episodes (95 % interval 30.1 to 95.4 %), 1 of 2 groups below their threshold: libero_goal, "
            + "1 of 4 tasks below their threshold: one",
            gate.Summary(new EvalInfo(episodes, 1, "", null)));
        Assert.EndsWith(", threshold of each group 50 %, threshold of each task 10 %", gate.Summary(new EvalInfo(episodes.Select(episode => episode with { Success = true }), 1, "", null)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("toy.margin", "0", "runsettings.xml, suite toy: --margin: 0 is not possible; give percentage points between 0 and 100, for example 10")]
    [InlineData("toy.alpha", "2", "runsettings.xml, suite toy: --alpha: 2 is not possible; give a probability between 0 and 1, for example 0.05")]
    [InlineData("stop_early", "perhaps", "runsettings.xml, suite toy: --stop_early: 'perhaps' is not true or false")]
    [InlineData("toy.baseline", "before.json", "runsettings.xml, suite toy: baseline and min_success exclude each other: a gate compares with one of them; remove one")]
    public void An_invalid_demand_is_named_in_one_line(string name, string value, string error) =>
        Assert.Equal(error, Assert.Throws<EvalCoreException>(() => Gate(("policy.type", "expert"), ("toy.min_success", "1"), (name, value))).Message);

    [Fact]
    public void A_baseline_that_is_missing_is_named()
    {
        WriteSettings(("policy.type", "expert"), ("toy.min_success", "50"));
        Assert.Equal(
            $"runsettings.xml, suite toy: {Path.Combine(_folder, "before.json")}: there is no such file; expected a baseline of evalcore gate --update, or an eval_info.json",
            Assert.Throws<EvalCoreException>(() => Read(("EVALCORE_TOY_BASELINE", "before.json"))).Message);
    }

    [Fact]
    public void A_baseline_in_a_variable_replaces_the_thresholds_of_the_file()
    {
        EvalCore.Comparisons.Baseline.Save(Played(true, false), Path.Combine(_folder, "before.json"));
        WriteSettings(("policy.type", "expert"), ("toy.min_success", "50"), ("toy.min_task_success", "50"), ("toy.eval.n_episodes", "2"));
        var gate = Read(("EVALCORE_TOY_BASELINE", "before.json"))!;
        Assert.Equal((Path.Combine(_folder, "before.json"), 0.0), (gate.BaselineFile, gate.MinPcSuccess));
        Assert.IsType<BaselineGate>(gate.NewGate(new EvalCore.Rollout.EpisodePlan(gate.Tasks, 2, 1000, Shard.Whole)));

        // And the reverse.
        WriteSettings(("policy.type", "expert"), ("toy.baseline", "before.json"));
        Assert.NotNull(Read()!.BaselineFile);
        Assert.Null(Read(("EVALCORE_TOY_MIN_SUCCESS", "50"))!.BaselineFile);
    }

    [Fact]
    public void A_gate_that_was_decided_early_says_so_in_its_summary()
    {
        var suite = Gate(("policy.type", "expert"), ("toy.eval.n_episodes", "4"), ("toy.min_success", "50"))!;
        var gate = suite.NewGate(new EvalCore.Rollout.EpisodePlan(suite.Tasks, 4, 1000, Shard.Whole));
        var episodes = Episodes(true, true);
        foreach (var episode in episodes)
            gate.Add(episode);
        Assert.Equal(
            "toy: the gate holds, decided after 2 of 4 episodes, success rate 100.0 % over 2 episodes (95 % interval 34.2 to 100.0 %), threshold 50 %",
            suite.Summary(new EvalInfo(episodes, 1, "", null), gate));
    }

    [Fact]
    public void A_gate_of_a_baseline_that_was_not_decided_is_not_said_to_hold()
    {
        EvalCore.Comparisons.Baseline.Save(Played(true, false, true, true), Path.Combine(_folder, "before.json"));
        var suite = Gate(("policy.type", "expert"), ("toy.eval.n_episodes", "4"), ("toy.baseline", "before.json"))!;
        var gate = (BaselineGate)suite.NewGate(new EvalCore.Rollout.EpisodePlan(suite.Tasks, 4, 1000, Shard.Whole));
        Assert.StartsWith("toy: 2 of 4 episodes were played, success rate ", suite.Summary(Info(true, true), gate), StringComparison.Ordinal);
        var other = Played(true).Provenance!;
        other["engines"] = new System.Text.Json.Nodes.JsonObject { ["toy"] = "2" };
        Assert.NotEmpty(gate.NotComparable(other));
        Assert.StartsWith("toy: the gate is not comparable, ", suite.Summary(Info(true, true, true, true), gate), StringComparison.Ordinal);
    }

    private static EvalInfo Played(params bool[] successes) => new(Episodes(successes), 1, "", new System.Text.Json.Nodes.JsonObject
    {
        ["seed"] = 1000,
        ["policy"] = new System.Text.Json.Nodes.JsonObject { ["type"] = "expert" },
        ["env"] = new System.Text.Json.Nodes.JsonObject { ["type"] = "toy" },
        ["engines"] = new System.Text.Json.Nodes.JsonObject(),
    });

    private SuiteGate? GroupedGate((string Name, string Value)[] parameters, params (string Name, string Value)[] environment)
    {
        WriteSettings([
            ("walk.policy.type", "expert"), ("walk.eval.n_episodes", "1"), ("walk.env.task", "libero_spatial/one,libero_spatial/two,libero_goal/one,alone/alone"),
            .. parameters,
        ]);
        var registry = new EvalCore.Evaluation.Registry().Add(new WalkSuite { Policies = [new ToyPolicies()] });
        var settings = RunSettings.Load(_folder, registry.EnvTypes, environment.ToDictionary(v => v.Name, v => v.Value));
        return SuiteGate.Read("walk", settings, registry);
    }

    [Fact]
    public void A_malformed_file_is_named()
    {
        File.WriteAllText(Path.Combine(_folder, RunSettings.FileName), "<RunSettings>");
        var e = Assert.Throws<EvalCoreException>(() => Read());
        Assert.StartsWith(Path.Combine(_folder, RunSettings.FileName), e.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', e.Message);
    }

    [Fact]
    public void A_success_rate_below_the_threshold_has_a_failure_message()
    {
        Assert.Null(SuiteGate.FailureMessage("toy", new Aggregate(0, 0, 70, 10, 7), 70));
        Assert.Equal(
            "toy: the success rate is 60.0 % over 10 episodes, below the threshold of 70.0 %",
            SuiteGate.FailureMessage("toy", new Aggregate(0, 0, 60, 10, 6), 70));
        Assert.Equal("toy: no episode was played", SuiteGate.FailureMessage("toy", new Aggregate(0, 0, double.NaN, 0, 0), 0));
    }

    private SuiteGate? Gate(params (string Name, string Value)[] parameters)
    {
        WriteSettings(parameters);
        return Read();
    }

    private SuiteGate? Read(params (string Name, string Value)[] environment)
    {
        var registry = ToySuite.Registry;
        var settings = RunSettings.Load(_folder, [.. registry.EnvTypes, "other"], environment.ToDictionary(v => v.Name, v => v.Value));
        return SuiteGate.Read("toy", settings, registry);
    }

    private void WriteSettings(params (string Name, string Value)[] parameters) => File.WriteAllText(
        Path.Combine(_folder, RunSettings.FileName),
        $"""
        <RunSettings><TestRunParameters>
        {string.Join('\n', parameters.Select(p => $"""<Parameter name="{p.Name}" value="{p.Value}" />"""))}
        </TestRunParameters></RunSettings>
        """);
}
