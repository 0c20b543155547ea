using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using Benchmarks.MetaWorld.Tests;
using EvalCore.Results;

namespace EvalCore.Cli.Tests.Gates;

/// <summary>The gates' test program as <c>dotnet test</c> starts it.</summary>
public sealed partial class GateProgramTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("evalcore-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task The_gate_passes_where_the_thresholds_hold()
    {
        var (code, output) = await Run("pusht_act_keypoints", "Suite=pusht");
        Assert.True(code == 0, output);
        Assert.Contains("succeeded: 52", output, StringComparison.Ordinal);

        string merged = Assert.Single(Directory.GetFiles(_folder, EvalInfo.FileName, SearchOption.AllDirectories),
            file => Path.GetFileName(Path.GetDirectoryName(file)) != "pusht");
        Assert.Equal(50, EvalInfo.Load(merged).Overall.NEpisodes);
    }

    [Fact]
    public async Task The_environments_of_a_gate_can_be_in_processes_of_their_own()
    {
        var (code, output) = await Run("pusht_act_keypoints", "Suite=pusht", ("EVALCORE_PUSHT_EVAL_ISOLATION", "process"));
        Assert.True(code == 0, output);
        Assert.Contains("succeeded: 52", output, StringComparison.Ordinal);
        Assert.Equal("process", (string?)EvalInfo.Load(Results()).Provenance!["options"]!["eval"]!["isolation"]);
    }

    [Fact]
    public async Task The_gate_fails_where_a_policy_has_become_worse()
    {
        var (code, output) = await Run("pusht_act_keypoints_early", "Suite=pusht");
        Assert.Equal(2, code);
        Assert.Contains("pusht: the success rate is 42.0 % over 50 episodes, below the threshold of 70.0 %", output, StringComparison.Ordinal);
        Assert.Contains("failed: 2", output, StringComparison.Ordinal);
        Assert.Contains("failed seeds: 1000, ", output, StringComparison.Ordinal);
        Assert.DoesNotMatch(StackTrace(), output);
        Assert.Contains("pusht/videos/pusht_0/eval_episode_", output, StringComparison.Ordinal);
        Assert.Matches("play seed [0-9]+ again, with a video: .*EVALCORE_PUSHT_EVAL_N_EPISODES_TO_RENDER=", output);
    }

    [Fact]
    public async Task A_gate_that_stops_early_skips_what_it_does_not_need_and_fails_with_the_figures()
    {
        var (code, output) = await Run("pusht_act_keypoints_early", "Suite=pusht", ("EVALCORE_STOP_EARLY", "true"));
        Assert.Equal(2, code);
        var message = EarlyFailure().Match(output);
        Assert.True(message.Success, output);
        int played = int.Parse(message.Groups["played"].Value, CultureInfo.InvariantCulture);
        Assert.InRange(played, 16, 49);
        Assert.Contains($"skipped: {50 - played}\n", output, StringComparison.Ordinal);
        Assert.Contains($"not needed: the gate was decided after {played} of 50 episodes", output, StringComparison.Ordinal);
        Assert.Contains($"episodes: {played} of 50 were played; {50 - played} were not needed, which saved ", output, StringComparison.Ordinal);
        Assert.Contains($"pusht: the gate fails, decided after {played} of 50 episodes, success rate ", output, StringComparison.Ordinal);
        Assert.Contains("failed seeds: 1000, ", output, StringComparison.Ordinal);
        Assert.Contains("report: ", output, StringComparison.Ordinal);
        Assert.Equal(played, EvalInfo.Load(Results()).Episodes.Count);
    }

    [Fact]
    public async Task A_gate_that_stops_early_passes_with_the_full_runs_verdict()
    {
        var (code, output) = await Run("pusht_act_keypoints", "Suite=pusht", ("EVALCORE_STOP_EARLY", "true"));
        Assert.True(code == 0, output);
        int played = EvalInfo.Load(Results()).Episodes.Count;
        Assert.InRange(played, 35, 49);
        Assert.Contains($"succeeded: {played + 2}\n", output, StringComparison.Ordinal);
        Assert.Contains($"skipped: {50 - played}\n", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_four_verdicts_of_a_baseline()
    {
        string folder = Path.Combine(_folder, "before"), baseline = Path.Combine(_folder, "baseline.json");
        using (var policy = EvalCore.Evaluation.Eval.MakePolicy(
            new EvalCore.Torch.LeRobotPolicies(), Goldens.Checkpoint("pusht_act_keypoints"), new Benchmarks.PushT.PushTConfig { ObsType = "environment_state_agent_pos" }))
        {
            var info = await EvalCore.Evaluation.Eval.EvalPolicy(
                new Benchmarks.PushT.PushTConfig { ObsType = "environment_state_agent_pos" }, policy,
                new EvalCore.Rollout.RolloutOptions { Eval = new() { NEpisodes = 50, NEpisodesToRender = 0, BatchSize = 5 }, OutputDir = folder });
            EvalCore.Comparisons.Baseline.Save(info, baseline);
        }

        (string, string)[] by = [("EVALCORE_PUSHT_BASELINE", baseline), ("EVALCORE_STOP_EARLY", "true")];
        var (code, output) = await Run("pusht_act_keypoints", "Suite=pusht", by);
        Assert.True(code == 0, output);
        Assert.Contains("succeeded: 1\n", output, StringComparison.Ordinal);
        Assert.Contains("not needed: the files of the policy, the seed and the conditions are those of the baseline", output, StringComparison.Ordinal);
        Assert.Contains("pusht: the gate holds, nothing was played", output, StringComparison.Ordinal);

        (code, output) = await Run("pusht_act_keypoints_early", "Suite=pusht", by);
        Assert.Equal(2, code);
        Assert.Matches(@"fail: worse than the baseline, shown after \d+ of 50 pairs \(alpha 0\.05\)\s+dropped: PushT-v0 from ", output);
        Assert.Matches(@"pusht: the gate fails, decided after \d+ of 50 episodes, success rate ", output);

        (code, output) = await Run("pusht_act_keypoints_early", "Suite=pusht", [.. by, ("EVALCORE_PUSHT_EVAL_N_EPISODES", "3")]);
        Assert.Equal(2, code);
        Assert.Contains("undecided: neither a drop, nor that it is below 10 points, is shown (alpha 0.05)", output, StringComparison.Ordinal);

        await File.WriteAllTextAsync(baseline, (await File.ReadAllTextAsync(baseline)).Replace("\"episode_length\": 300", "\"episode_length\": 200", StringComparison.Ordinal));
        (code, output) = await Run("pusht_act_keypoints", "Suite=pusht", by);
        Assert.Equal(2, code);
        Assert.Contains("not comparable: --env.episode_length: 200 in A, 300 in B", output, StringComparison.Ordinal);
        Assert.Contains("skipped: 50\n", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_gate_ends_with_one_line_and_its_results_also_in_TRX()
    {
        var (code, output) = await Run(
            "pusht_act_keypoints", "Suite=pusht", ["--report-trx"],
            ("EVALCORE_PUSHT_EVAL_N_EPISODES", "2"), ("EVALCORE_PUSHT_MIN_SUCCESS", "1"), ("EVALCORE_PUSHT_MIN_TASK_SUCCESS", ""));
        Assert.True(code == 0, output);
        Assert.Matches(@"pusht: the gate holds, success rate [0-9.]+ % over 2 episodes \(95 % interval [0-9.]+ to [0-9.]+ %\), threshold 1 %'?: .*/pusht/eval_info\.json", output);
        Assert.Single(Directory.GetFiles(_folder, "*.trx"));
    }

    [Fact]
    public async Task In_GitHub_Actions_a_gate_adds_to_the_summary_and_a_failure_is_annotated()
    {
        string summary = Path.Combine(_folder, "summary.md");
        var (code, output) = await Run(
            "pusht_act_keypoints", "Suite=pusht", ("EVALCORE_PUSHT_EVAL_N_EPISODES", "2"), ("EVALCORE_PUSHT_ENV_EPISODE_LENGTH", "5"),
            ("EVALCORE_PUSHT_MIN_TASK_SUCCESS", ""), ("GITHUB_ACTIONS", "true"), ("GITHUB_STEP_SUMMARY", summary));
        Assert.Equal(2, code);
        Assert.Matches(@"(?m)^::error title=pusht%3A the gate fails::pusht: the gate fails, success rate 0\.0 %25 over 2 episodes", output);
        Assert.Matches(@"(?m)^- ❌ pusht: the gate fails, success rate 0\.0 % over 2 episodes", File.ReadAllText(summary));
        string report = Assert.Single(Directory.GetFiles(_folder, "report.html", SearchOption.AllDirectories));
        Assert.Contains($"- report: `{report}`", File.ReadAllText(summary), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_a_run_shows_of_its_inputs_is_noted_at_its_end_and_where_the_gate_fails()
    {
        const string Note = "note: no success in 2 episodes; compared observation.environment_state, observation.state, action with the statistics of the training data";
        var (code, output) = await Run(
            "pusht_act_keypoints", "Suite=pusht", ("EVALCORE_PUSHT_EVAL_N_EPISODES", "2"), ("EVALCORE_PUSHT_ENV_EPISODE_LENGTH", "5"), ("EVALCORE_PUSHT_MIN_TASK_SUCCESS", ""));
        Assert.Equal(2, code);
        Assert.Contains($"\n  {Note}", output, StringComparison.Ordinal);
        Assert.Matches($@"pusht: {Note}[^\n]*: .*/pusht/eval_info\.json", output);
        Assert.Equal(2, Occurrences(output, Note).Count());
    }

    [Fact]
    public async Task Only_episodes_that_the_filter_selects_are_played()
    {
        var (code, output) = await Run("pusht_act_keypoints", "DisplayName~episode 3,");
        Assert.True(code == 0, output);
        Assert.Contains("succeeded: 1", output, StringComparison.Ordinal);
        string merged = Directory.GetFiles(_folder, EvalInfo.FileName, SearchOption.AllDirectories)[0];
        Assert.Equal(3, Assert.Single(EvalInfo.Load(merged).Episodes).EpisodeIndex);
    }

    [Fact]
    public async Task A_filter_for_an_unknown_suite_fails_with_one_line()
    {
        var (code, output) = await Run("pusht_act_keypoints", "Suite=nonsense");
        Assert.NotEqual(0, code);
        Assert.Equal("Suite=nonsense: unknown suite (known: libero, metaworld, pusht)", output.Trim());
    }

    [Theory]
    [InlineData("Sute=pusht", "no test ran: the filter 'Sute=pusht' selects none; there is no trait 'Sute'; did you mean 'Suite'?")]
    [InlineData("Task=PushT-v9", "no test ran: no gate has Task=PushT-v9; did you mean 'PushT-v0'? (known: PushT-v0)")]
    [InlineData("Suite=pusht&Group=nonsense", "no test ran: no gate has Group=nonsense (known: pusht)")]
    [InlineData("Category=x", "no test ran: the filter 'Category=x' selects none, neither of the gates nor of other tests;")]
    [InlineData("FullyQualifiedName~SomeOtherTests", "no test ran: the filter 'FullyQualifiedName~SomeOtherTests' selects none, neither of the gates nor of other tests;")]
    public async Task A_run_in_which_no_test_ran_fails_and_says_why(string filter, string reason)
    {
        var (code, output) = await Run("pusht_act_keypoints", filter);
        Assert.Equal(8, code);
        Assert.Contains(reason, output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--filter-trait", "Task=PushT-v9", "no gate has Task=PushT-v9; did you mean 'PushT-v0'?")]
    [InlineData("--filter-query", "/[Sute=pusht]", "there is no trait 'Sute'; did you mean 'Suite'?")]
    [InlineData("--filter-class", "Nothing", "the filter 'Nothing' selects none")]
    public async Task Every_kind_of_filter_is_understood(string option, string value, string reason)
    {
        var (code, output) = await Run("pusht_act_keypoints", null, [option, value]);
        Assert.Equal(8, code);
        Assert.Contains(reason, output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--logger", "--report-trx writes TRX, --report-xunit-junit JUnit")]
    [InlineData("--settings", "omit it: the nearest runsettings.xml above the test project is read")]
    public async Task An_option_of_VSTest_is_answered_with_the_one_to_use(string option, string instead)
    {
        var (code, output) = await Run("pusht_act_keypoints", null, [option, "x"]);
        Assert.Equal(5, code);
        Assert.Contains(instead, output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("EVALCORE_PUSHT_MINSUCCESS", "did you mean 'EVALCORE_PUSHT_MIN_SUCCESS'?")]
    [InlineData("EVALCORE_PUSHT_MIN_SUCESS", "did you mean 'EVALCORE_PUSHT_MIN_SUCCESS'?")]
    public async Task A_misspelt_setting_fails_the_run(string variable, string hint)
    {
        var (code, output) = await Run("pusht_act_keypoints", "Suite=pusht", (variable, "100"));
        Assert.Equal(5, code);
        Assert.EndsWith(hint, output.Trim(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_filter_for_a_suite_without_a_policy_fails_and_names_the_parameter()
    {
        var (code, output) = await Run("", "Suite=pusht");
        Assert.NotEqual(0, code);
        Assert.StartsWith("Suite=pusht: no policy is configured; add <Parameter name=\"pusht.policy.path\"", output.Trim(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_configured_policy_the_tests_pass()
    {
        var (code, output) = await Run("", filter: null);
        Assert.True(code == 0, output);
        Assert.Contains("failed: 0", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Suite=pusht", 0)]
    [InlineData("Suite=pusht&Task=PushT-v0", 0)]
    [InlineData("Group=pusht", 0)]
    [InlineData("FullyQualifiedName~Gates", 1001)]
    public async Task A_policy_that_does_not_start_fails_the_gate_once_with_one_line(string filter, int skipped)
    {
        var (code, output) = await Run("pusht_act_keypoints", filter, ("EVALCORE_PUSHT_ENV_OBS_TYPE", "pixels"), ("EVALCORE_PUSHT_EVAL_N_EPISODES", "1000"));
        Assert.Equal(2, code);
        Assert.Contains("failed: 1\n", output, StringComparison.Ordinal);
        Assert.Contains($"skipped: {skipped}\n", output, StringComparison.Ordinal);
        Assert.Single(Occurrences(output, "give --env.obs_type=environment_state_agent_pos"));
        Assert.DoesNotContain("Cleanup", output, StringComparison.Ordinal);
        Assert.DoesNotMatch(StackTrace(), output);
    }

    [Fact]
    public async Task Files_that_cannot_be_fetched_fail_the_gate_once()
    {
        // No mirror, an empty cache, and no server at the proxy's address.
        var (code, output) = await Run(
            "", "Suite=easy", ("EVALCORE_METAWORLD_POLICY_TYPE", "expert"), ("EVALCORE_METAWORLD_ENV_TASK", "easy"), ("EVALCORE_METAWORLD_MIN_SUCCESS", "1"),
            ("EVALCORE_MIRROR", ""), ("EVALCORE_CACHE", Path.Combine(_folder, "cache")),
            ("https_proxy", "http://127.0.0.1:9"), ("HTTPS_PROXY", "http://127.0.0.1:9"), ("no_proxy", ""), ("NO_PROXY", ""));
        Assert.Equal(2, code);
        Assert.Contains("total: 1\n", output, StringComparison.Ordinal);
        Assert.Contains("fetching Meta-World 3.0.0, 13.0 MB\n", output, StringComparison.Ordinal);
        Assert.Single(Occurrences(output, ": run 'evalcore assets fetch metaworld' again, or set EVALCORE_MIRROR"));
        Assert.DoesNotMatch(StackTrace(), output);
    }

    /// <summary>Meta-World's groups of tasks.</summary>
    [Fact]
    public async Task A_group_of_tasks_is_selected_by_the_trait_of_suites()
    {
        Machine.NeedsMetaWorld();
        (string, string)[] expert =
        [
            ("EVALCORE_METAWORLD_POLICY_TYPE", "expert"), ("EVALCORE_METAWORLD_EVAL_N_EPISODES", "1"), ("EVALCORE_METAWORLD_ENV_TASK", "easy,hard"),
            ("EVALCORE_METAWORLD_MIN_GROUP_SUCCESS", "1"), ("EVALCORE_METAWORLD_EVAL_N_EPISODES_TO_RENDER", "0"),
        ];
        var (code, output) = await Run("", "Suite=easy&Task=button-press-v3", expert);
        Assert.True(code == 0, output);
        Assert.Contains("succeeded: 2\n", output, StringComparison.Ordinal);

        (code, output) = await Run("", "Suite=medium", expert);
        Assert.Equal(5, code);
        Assert.Equal("Suite=medium: the gate of metaworld plays easy,hard; add medium to metaworld.env.task in runsettings.xml, or to EVALCORE_METAWORLD_ENV_TASK", output.Trim());
    }

    [Fact]
    public async Task A_filter_for_a_group_without_a_policy_fails_and_names_the_parameters()
    {
        var (code, output) = await Run("", "Suite=easy");
        Assert.Equal(5, code);
        Assert.Equal(
            "Suite=easy: no policy is configured; add <Parameter name=\"metaworld.policy.path\" value=\"...\" /> and "
            + "<Parameter name=\"metaworld.env.task\" value=\"easy\" /> to runsettings.xml, or set EVALCORE_METAWORLD_POLICY_PATH and EVALCORE_METAWORLD_ENV_TASK=easy",
            output.Trim());
    }

    private static IEnumerable<int> Occurrences(string text, string part)
    {
        for (int at = text.IndexOf(part, StringComparison.Ordinal); at >= 0; at = text.IndexOf(part, at + 1, StringComparison.Ordinal))
            yield return at;
    }

    /// <summary>The result of the suite.</summary>
    private string Results() => Assert.Single(Directory.GetFiles(_folder, EvalInfo.FileName, SearchOption.AllDirectories), file => Path.GetFileName(Path.GetDirectoryName(file)) == "pusht");

    [GeneratedRegex(@"pusht: the success rate is [0-9.]+ % over (?<played>\d+) episodes; the threshold of 70\.0 % over 50 episodes needs 35 successes and cannot be reached after 16 failures")]
    private static partial Regex EarlyFailure();

    [GeneratedRegex(@"^\s+(at |--- End of stack trace)", RegexOptions.Multiline)]
    private static partial Regex StackTrace();

    private Task<(int Code, string Output)> Run(string checkpoint, string? filter, params (string Name, string Value)[] variables) =>
        Run(checkpoint, filter, [], variables);

    private async Task<(int Code, string Output)> Run(
        string checkpoint, string? filter, string[] options, params (string Name, string Value)[] variables)
    {
        string here = AppContext.BaseDirectory.TrimEnd('/');
        string program = Path.Combine(
            Path.GetDirectoryName(Path.GetDirectoryName(here))!, "Benchmarks.Gates", Path.GetFileName(here), "Benchmarks.Gates");
        var start = new ProcessStartInfo(program, [.. filter is null ? [] : (string[])["--filter", filter], "--no-ansi", "--no-progress", "--results-directory", _folder, .. options])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["EVALCORE_PUSHT_POLICY_PATH"] = checkpoint.Length == 0 ? "" : Goldens.Checkpoint(checkpoint);
        start.Environment["EVALCORE_OUTPUT_DIR"] = _folder;
        start.Environment["EVALCORE_STOP_EARLY"] = "false";
        foreach (var (name, value) in variables)
            start.Environment[name] = value;
        using var process = Process.Start(start)!;
        string[] output = await Task.WhenAll(process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        return (process.ExitCode, string.Concat(output));
    }
}
