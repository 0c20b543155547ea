using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using EvalCore.Records;
using EvalCore.Results;

namespace EvalCore.Cli.Tests.Training;

public sealed partial class TrainingRunTests : IDisposable
{
    private readonly StepPolicies _policies = new();
    private readonly CommandLine _line;

    public TrainingRunTests() => _line = new CommandLine(width: 100) { Policies = [_policies], Time = new FastTime() };

    private string Run => _line.In("train");

    private string Checkpoints => Path.Combine(Run, "checkpoints");

    private string[] Flags => [$"--policy.path={Checkpoints}", "--env.type=walk", "--env.task=right", "--policy.device=cpu", "--eval.n_episodes=40", $"--output_dir={_line.In("out")}"];

    private string[] ErrorLines => _line.Error.Output.TrimEnd('\n').Split('\n');

    public void Dispose() => _line.Dispose();

    [Fact]
    public async Task Checkpoints_are_evaluated_in_the_order_of_their_steps_and_compared()
    {
        Write((3000, 0.7), (200, 0.5), (10, 0));
        Directory.CreateSymbolicLink(Path.Combine(Checkpoints, "last"), "003000");
        Directory.CreateDirectory(Path.Combine(Checkpoints, "notes"));
        Assert.Equal(0, await _line.Run(Flags));
        Assert.Equal(["000010", "000200", "003000"], _policies.Made);
        Snapshot.Verify(Seconds().Replace(_line.Scrub(_line.Out.Output), "N"), "out");
        Snapshot.Verify(Seconds().Replace(_line.Scrub(string.Join('\n', ErrorLines.Where(line => !line.Contains("steps/s", StringComparison.Ordinal)))), "N"), "err");

        var json = JsonNode.Parse(await File.ReadAllTextAsync(_line.In("out", "checkpoints.json")))!;
        Assert.Equal(3000, (long)json["best_step"]!);
        Assert.Equal([10, 200, 3000], json["checkpoints"]!.AsArray().Select(checkpoint => (int)checkpoint!["step"]!));
        Assert.Equal("svg", XDocument.Load(_line.In("out", "checkpoints.svg")).Root!.Name.LocalName);
    }

    [Fact]
    public async Task A_checkpoints_result_is_that_of_a_run_of_its_own()
    {
        Write((1, 0.1), (2, 0.5));
        Assert.Equal(0, await _line.Run(Flags));
        Assert.Equal(0, await _line.Run([.. Flags, $"--policy.path={Path.Combine(Checkpoints, "000002")}", "--eval.n_episodes_to_render=0", $"--output_dir={_line.In("alone")}"]));
        EvalInfo one = EvalInfo.Load(_line.In("out", "000002", "eval_info.json")), alone = EvalInfo.Load(_line.In("alone", "eval_info.json"));
        Assert.Equal(40, one.Episodes.Count);
        Assert.All(one.Episodes.Zip(alone.Episodes), pair => Assert.True(pair.First.HasResultOf(pair.Second)));
        Assert.Equal(one.Overall.PcSuccess, (double)Results().Single(checkpoint => (int)checkpoint["step"]! == 2)["pc_success"]!);
    }

    [Theory]
    [InlineData("train")]
    [InlineData("train/checkpoints")]
    [InlineData("train/checkpoints/0*")]
    [InlineData("tr*/checkpoints/00000?")]
    public async Task The_folder_of_the_run_and_a_pattern_name_its_checkpoints(string path)
    {
        Write((1, 0.1), (2, 0.5));
        Assert.Equal(0, await _line.Run([.. Flags, $"--policy.path={_line.In(path)}", "--eval.n_episodes=2"]));
        Assert.Equal(["000001", "000002"], _policies.Made);
    }

    [Fact]
    public async Task An_interrupted_evaluation_resumes_and_plays_what_is_missing()
    {
        Write((1, 0.1), (2, 0.3), (3, 0.5));
        using var interrupt = new CancellationTokenSource();
        int steps = 0;
        _line.OnStep = () =>
        {
            if (_policies.Played.Count == 2 && Interlocked.Increment(ref steps) == 500)
                _ = interrupt.CancelAsync();
            if (interrupt.IsCancellationRequested)
                Thread.Sleep(50);
        };
        Assert.Equal(130, await _line.Run(interrupt.Token, Flags));
        Assert.Matches(
            $@"^error: interrupted; 1 checkpoint is evaluated, \d+ of 40 episodes of step 2 are kept\. Resume with: evalcore eval --resume={_line.In("out")}$", ErrorLines[^1]);

        Assert.Contains("000003", _policies.Made);
        Assert.Equal(0, _policies.Alive);

        _line.OnStep = null;
        Assert.Equal(0, await _line.Run("eval", $"--resume={_line.In("out")}"));
        Assert.Equal(["000001", "000002", "000002", "000003"], _policies.Played);
        Assert.Equal([40, 40, 40], Results().Select(checkpoint => (int)checkpoint["n_episodes"]!));
    }

    [Fact]
    public async Task The_next_checkpoint_is_loaded_while_one_is_played_and_its_notes_come_in_its_turn()
    {
        Write((1, 0.1), (2, 0.5), (3, 0.3));
        await File.WriteAllTextAsync(Path.Combine(Checkpoints, "000002", StepPolicies.FileName), """{ "bias": 0.5, "note": "of the second" }""");
        bool isEarly = false;
        WhenMade(2, () => isEarly = _line.Error.Output.Contains("of the second", StringComparison.Ordinal));
        Assert.Equal(0, await _line.Run(Flags));
        Assert.Equal(["000001", "000002", "000003"], _policies.Made);
        Assert.False(isEarly);
        Assert.Single(ErrorLines, "note: of the second");
        Assert.Single(ErrorLines, "note: the weights are toys");
        Assert.Equal(0, _policies.Alive);
    }

    [Theory]
    [InlineData]
    [InlineData("--watch", "--watch_until=2")]
    public async Task A_checkpoint_that_changes_while_the_one_before_is_played_is_loaded_again(params string[] flags)
    {
        Write((1, 0.1), (2, 0.0));
        WhenMade(2, () => Write((2, 0.7)));
        Assert.Equal(0, await _line.Run([.. Flags, .. flags]));
        Assert.Equal(["000001", "000002", "000002"], _policies.Made);
        Assert.Equal(["000001", "000002"], _policies.Played);
        Assert.Equal(0, _policies.Alive);
        _line.OnStep = null;
        Assert.Equal(0, await _line.Run([.. Flags, $"--policy.path={Path.Combine(Checkpoints, "000002")}", "--eval.n_episodes_to_render=0", $"--output_dir={_line.In("alone")}"]));
        EvalInfo two = EvalInfo.Load(_line.In("out", "000002", "eval_info.json")), alone = EvalInfo.Load(_line.In("alone", "eval_info.json"));
        Assert.All(two.Episodes.Zip(alone.Episodes), pair => Assert.True(pair.First.HasResultOf(pair.Second)));
    }

    [Fact]
    public async Task A_checkpoint_that_cannot_be_loaded_ahead_is_reported_once_in_its_turn()
    {
        Write((1, 0.1), (2, 0.3), (3, 0.5));
        await File.WriteAllTextAsync(Path.Combine(Checkpoints, "000002", StepPolicies.FileName), """{ "bias": 0.1, "damaged": true }""");
        WhenMade(2, () => { });
        Assert.Equal(2, await _line.Run(Flags));
        Assert.Equal(["000001", "000003"], _policies.Played);
        int first = Array.FindIndex(ErrorLines, line => line.Contains("step 1: ", StringComparison.Ordinal)), damaged = Array.FindIndex(ErrorLines, line => line.Contains("its weights are damaged", StringComparison.Ordinal));
        Assert.InRange(first, 0, damaged);
        Assert.Single(ErrorLines, line => line.Contains("its weights are damaged", StringComparison.Ordinal));
        Assert.Equal(0, _policies.Alive);
    }

    [Fact]
    public async Task An_error_that_ends_the_evaluation_disposes_what_was_loaded_ahead()
    {
        Write((1, 0.1), (2, 0.3));
        WhenMade(2, () => throw new InvalidOperationException("the simulator is broken"));
        Assert.NotEqual(0, await _line.Run(Flags));
        Assert.Equal(["000001"], _policies.Played);
        Assert.Equal(0, _policies.Alive);
    }

    [Theory]
    [InlineData(false, "cuda")]
    [InlineData(true, "cpu")]
    public async Task On_a_gpu_and_without_memory_for_two_checkpoints_none_is_loaded_ahead(bool isLarge, string device)
    {
        Write((1, 0.1), (2, 0.3));
        if (isLarge)
        {
            await using var weights = File.Create(Path.Combine(Checkpoints, "000002", "weights"));
            weights.SetLength(1L << 42);
        }

        int most = 0;
        _line.OnStep = () => most = _policies.Played.Count == 1 ? _policies.Made.Count : most;
        Assert.Equal(0, await _line.Run([.. Flags, $"--policy.device={device}"]));
        Assert.Equal(1, most);
        Assert.Equal(["000001", "000002"], _policies.Made);
    }

    [Fact]
    public async Task The_same_command_continues_and_a_changed_checkpoint_is_evaluated_again()
    {
        Write((1, 0.1), (2, 0.3));
        Assert.Equal(0, await _line.Run(Flags));
        double before = (double)Results()[0]["pc_success"]!;
        Write((1, 0.7), (3, 0.5));
        Assert.Equal(0, await _line.Run(Flags));
        Assert.Equal(["000001", "000002", "000001", "000003"], _policies.Made);
        Assert.Contains(ErrorLines, line => line.StartsWith("note: checkpoint 1 of 3: step 1: its files have changed since it was evaluated", StringComparison.Ordinal));
        Assert.Contains(ErrorLines, line => line.EndsWith("(evaluated before)", StringComparison.Ordinal));
        Assert.True((double)Results()[0]["pc_success"]! > before);
        Assert.Equal(before, EvalInfo.Load(_line.In("out", "000001_before_1", "eval_info.json")).Overall.PcSuccess);
    }

    [Fact]
    public async Task Each_checkpoint_has_a_report_and_an_entry_in_the_history()
    {
        Write((1, 0.1), (2, 0.5));
        string history = _line.In("history.db");
        Assert.Equal(0, await _line.Run([.. Flags, "--eval.n_episodes=2", $"--history={history}"]));
        Assert.All(["000001", "000002"], checkpoint => Assert.True(File.Exists(_line.In("out", checkpoint, "report.html"))));
        using (var runs = new SqliteHistory().Open(history, create: false))
            Assert.Equal([_line.In("out", "000001"), _line.In("out", "000002")], runs.Entries().Select(entry => entry.Name).Order());

        // Neither decides on a result.
        Assert.Equal(0, await _line.Run([.. Flags, "--eval.n_episodes=2", "--report=false"]));
    }

    [Fact]
    public async Task A_report_that_is_not_there_is_made_when_the_evaluation_is_resumed()
    {
        Write((1, 0.1), (2, 0.5));
        Assert.Equal(0, await _line.Run(Flags));
        string report = _line.In("out", "000001", "report.html");
        string before = await File.ReadAllTextAsync(report);
        File.Delete(report);
        Assert.Equal(0, await _line.Run(Flags));
        Assert.Equal(["000001", "000002"], _policies.Made);
        Assert.Equal(before, await File.ReadAllTextAsync(report));
    }

    [Fact]
    public async Task A_plot_that_cannot_be_written_ends_the_evaluation_with_one_line_and_loses_no_result()
    {
        Write((1, 0.1), (2, 0.5));
        string plot = Directory.CreateDirectory(_line.In("out", "checkpoints.svg")).FullName;
        Assert.NotEqual(0, await _line.Run(Flags));
        Assert.Contains(ErrorLines, line => line.StartsWith("error: ", StringComparison.Ordinal) && line.Contains(plot, StringComparison.Ordinal));
        Directory.Delete(plot);
        Assert.Equal(0, await _line.Run(Flags));
        Assert.Equal(1, _policies.Made.Count(made => made == "000001"));
        Assert.True(File.Exists(plot));
    }

    [Fact]
    public async Task Another_command_with_the_same_output_folder_is_refused()
    {
        Write((1, 0.1));
        Assert.Equal(0, await _line.Run(Flags));
        Assert.Equal(2, await _line.Run([.. Flags, "--seed=2000"]));
        Assert.Equal(
            $"error: --output_dir: {_line.In("out")} has an evaluation with other options (seed: 1000 before, 2000 now); name another folder, or resume it with --resume={_line.In("out")}",
            ErrorLines[^1]);
        Assert.Single(_policies.Made);
    }

    [Fact]
    public async Task A_resume_with_another_seed_is_refused_and_changes_nothing()
    {
        Write((1, 0.1));
        Assert.Equal(0, await _line.Run(Flags));
        byte[] before = await File.ReadAllBytesAsync(_line.In("out", "checkpoints.json"));
        Assert.Equal(2, await _line.Run("eval", $"--resume={_line.In("out")}", "--seed=5"));
        Assert.Equal(
            $"error: --resume: {_line.In("out")} has results of other options (seed: 1000 before, 5 now); omit the flag, or start a new evaluation in another folder", ErrorLines[^1]);
        Assert.Equal(before, await File.ReadAllBytesAsync(_line.In("out", "checkpoints.json")));
        Assert.Equal(0, await _line.Run("eval", $"--resume={_line.In("out")}"));
    }

    [Fact]
    public async Task A_command_with_which_no_checkpoint_starts_leaves_nothing_behind()
    {
        Write((1, 0.1), (2, 0.3));
        foreach (string checkpoint in Directory.GetDirectories(Checkpoints))
            await File.WriteAllTextAsync(Path.Combine(checkpoint, StepPolicies.FileName), """{ "bias": 0.1, "damaged": true }""");
        Assert.Equal(2, await _line.Run(Flags));
        Assert.StartsWith("error: none of the 2 checkpoints could be evaluated: ", ErrorLines[^1], StringComparison.Ordinal);
        Assert.Empty(_line.Out.Output);
        Assert.False(File.Exists(_line.In("out", "checkpoints.json")));

        Write((1, 0.1), (2, 0.3));
        Assert.Equal(0, await _line.Run([.. Flags, "--seed=5"]));
    }

    [Fact]
    public async Task A_training_run_can_be_watched_before_its_folder_is_there()
    {
        var run = _line.Run([.. Flags, $"--policy.path={Run}", "--watch", "--watch_until=3"]);
        await Logged($"0 checkpoints are evaluated; waiting for new ones in {Run}, which is not there yet (Ctrl-C ends it)");
        Write((3, 0.5));
        Assert.Equal(0, await run);
        Assert.Equal(["000003"], _policies.Made);
    }

    [Fact]
    public async Task More_episodes_are_played_on_resume()
    {
        Write((1, 0.1), (2, 0.5));
        Assert.Equal(0, await _line.Run(Flags));
        Assert.Equal(0, await _line.Run("eval", $"--resume={_line.In("out")}", "--eval.n_episodes=60"));
        Assert.Equal([60, 60], Results().Select(checkpoint => (int)checkpoint["n_episodes"]!));
    }

    [Theory]
    [InlineData("", ": is empty (0 bytes); expected the results of a training run's checkpoints")]
    [InlineData("{}", " has no options")]
    [InlineData("STEP", ": has a checkpoint of step -1, and steps are 0 or more")]
    public async Task A_damaged_file_of_results_says_what_to_do_and_that_is_possible(string text, string problem)
    {
        Write((1, 0.1), (2, 0.5));
        Assert.Equal(0, await _line.Run(Flags));
        string file = _line.In("out", "checkpoints.json");
        string before = await File.ReadAllTextAsync(file);
        await File.WriteAllTextAsync(file, text == "STEP" ? before.Replace("\"step\": 1,", "\"step\": -1,", StringComparison.Ordinal) : text);
        Assert.Equal(2, await _line.Run("eval", $"--resume={_line.In("out")}"));
        Assert.EndsWith($"{file}{problem}; delete the file and give the evaluation's first command again: what is finished is not played again", ErrorLines[^1], StringComparison.Ordinal);
        File.Delete(file);
        Assert.Equal(0, await _line.Run(Flags));
        Assert.Equal(["000001", "000002"], _policies.Made);
        Assert.Equal([1, 2], Results().Select(checkpoint => (int)checkpoint["step"]!));
    }

    [Theory]
    [InlineData("eval.n_episodes", "5", "40 before, 5 now")]
    [InlineData("eval.n_episodes_to_render", "1", "2 before, 1 now")]
    [InlineData("eval.record", "none", "\"steps\" before, \"none\" now")]
    public async Task A_resume_that_asks_for_less_is_refused_and_changes_nothing(string flag, string value, string change)
    {
        Write((1, 0.1), (2, 0.5));
        Assert.Equal(0, await _line.Run([.. Flags, "--eval.n_episodes_to_render=2", "--eval.record=steps"]));
        byte[] before = await File.ReadAllBytesAsync(_line.In("out", "checkpoints.json"));
        Assert.Equal(2, await _line.Run("eval", $"--resume={_line.In("out")}", $"--{flag}={value}"));
        Assert.Equal(
            $"error: --resume: {_line.In("out")} has results of other options ({flag}: {change}); omit the flag, or start a new evaluation in another folder", ErrorLines[^1]);
        Assert.Equal(before, await File.ReadAllBytesAsync(_line.In("out", "checkpoints.json")));
        Assert.Equal(40, EvalInfo.Load(_line.In("out", "000001", "eval_info.json")).Episodes.Count);
    }

    [Fact]
    public async Task A_damaged_checkpoint_does_not_stop_the_others()
    {
        Write((1, 0.1), (2, 0.3), (3, 0.5));
        await File.WriteAllTextAsync(Path.Combine(Checkpoints, "000002", StepPolicies.FileName), "{\"bias\": 0.");
        Assert.Equal(2, await _line.Run(Flags));
        Assert.Equal(["000001", "000003"], _policies.Made);
        Assert.Equal("error: 1 of 3 checkpoints could not be evaluated: 000002; the table names the reasons", ErrorLines[^1]);
        Assert.Contains($"step 2 could not be evaluated: --policy.path: {Path.Combine(Checkpoints, "000002")}: policy.json ends too early\n", _line.Out.Output);
        Assert.EndsWith("ends too early", (string)Results()[1]["problem"]!);

        Write((2, 0.3));
        Assert.Equal(0, await _line.Run(Flags));
        Assert.Equal(["000001", "000003", "000002"], _policies.Made);
    }

    [Fact]
    public async Task Bad_input_is_one_line()
    {
        Write((1, 0.1), (20, 0.1));
        StepPolicies.Write(Path.Combine(Checkpoints, "step_20"), 0.2);
        StepPolicies.Write(_line.In("one"), 0.2);
        Directory.CreateDirectory(_line.In("empty", "checkpoints"));
        string twice = $"two checkpoints are of step 20: {Checkpoints}/000020 and {Checkpoints}/step_20; name the checkpoints of one training run";
        await Fails($"--policy.path: {twice}", $"--policy.path={Run}");
        await Fails($"--policy.path: '{_line.In("empty")}' is not a policy that this program can load", $"--policy.path={_line.In("empty")}");
        await Fails(
            $"--policy.path: '{_line.In("no*")}' matches no checkpoint: no folder that is named by its training step (005000) and has a policy", $"--policy.path={_line.In("no*")}");
        await Fails("--watch: --policy.path is missing: give the folder of a training run's checkpoints, for example outputs/train/NAME/checkpoints", "--watch", "--policy.type=walker");
        await Fails($"--watch: '{_line.In("one")}' is one policy; give the folder of a training run's checkpoints, for example outputs/train/NAME/checkpoints", "--watch", $"--policy.path={_line.In("one")}");
        await Fails("--watch: 'ws://none' is no folder; give the folder of a training run, which may have no checkpoint yet", "--watch", "--policy.path=ws://none");
        await Fails("--watch_until: has an effect with --watch only; add --watch, or omit the flag", $"--policy.path={Checkpoints}/00*", "--watch_until=5");
        await Fails("--watch_timeout: give minutes, above 0 and at most 45000", $"--policy.path={Checkpoints}/00*", "--watch", "--watch_timeout=0");
        await Fails("unknown flag '--watch_untill'; did you mean '--watch_until'?", $"--policy.path={Checkpoints}/00*", "--watch", "--watch_untill=3");
        Assert.Empty(_policies.Made);
        Assert.False(Directory.Exists(_line.In("out")));

        async Task Fails(string message, params string[] flags)
        {
            using var line = new CommandLine { Policies = [_policies] };
            Assert.Equal(2, await line.Run(["--env.type=walk", $"--output_dir={_line.In("out")}", .. flags]));
            Assert.Equal($"error: {message}\n", line.Error.Output);
        }
    }

    [Fact]
    public async Task A_wrong_flag_of_the_policy_is_one_line()
    {
        Write((1, 0.1), (2, 0.3));
        Assert.Equal(2, await _line.Run([.. Flags, "--policy.gian=2"]));
        Assert.Equal("error: unknown flag '--policy.gian'; a policy of type 'trained' has no field 'gian'\n", _line.Error.Output);
        Assert.Empty(_line.Out.Output);
    }

    [Fact]
    public async Task New_checkpoints_are_evaluated_once_each_when_they_are_complete()
    {
        Directory.CreateDirectory(Run);
        var run = _line.Run([.. Flags, $"--policy.path={Run}", "--watch", "--watch_until=3"]);
        await Logged("0 checkpoints are evaluated; waiting for new ones");
        string half = Path.Combine(Checkpoints, "000001");
        Directory.CreateDirectory(half);
        await File.WriteAllTextAsync(Path.Combine(half, StepPolicies.FileName), "{");
        await Logged("checkpoint 000001 is not complete yet: policy.json ends too early");
        Write((2, 0.3));
        await Logged("step 2: ");
        Assert.Equal(["000002"], _policies.Made);
        Write((1, 0.1));
        await Logged("step 1: ");
        Write((3, 0.5));
        Assert.Equal(0, await run);
        Assert.Equal(["000002", "000001", "000003"], _policies.Made);
        Assert.Equal([1, 2, 3], Results().Select(checkpoint => (int)checkpoint["step"]!));
    }

    [Fact]
    public async Task An_interrupted_watch_says_how_to_go_on_and_evaluates_each_checkpoint_once()
    {
        Write((1, 0.1), (2, 0.3));
        using var interrupt = new CancellationTokenSource();
        var run = _line.Run(interrupt.Token, [.. Flags, "--watch"]);
        await Logged("2 checkpoints are evaluated; waiting");
        await interrupt.CancelAsync();
        Assert.Equal(130, await run);
        Assert.Equal($"error: interrupted; 2 checkpoints are evaluated. Resume with: evalcore eval --resume={_line.In("out")} --watch", ErrorLines[^1]);
        Assert.Contains("best: step ", _line.Out.Output);

        // A training run may keep only its last checkpoints.
        Directory.Delete(Path.Combine(Checkpoints, "000001"), recursive: true);
        Write((3, 0.5));
        Assert.Equal(0, await _line.Run("eval", $"--resume={_line.In("out")}", "--watch", "--watch_until=3"));
        Assert.Equal(["000001", "000002", "000003"], _policies.Made);
        Assert.Equal([1, 2, 3], Results().Select(checkpoint => (int)checkpoint["step"]!));
    }

    [Fact]
    public async Task A_checkpoint_that_does_not_come_fails_after_the_timeout()
    {
        Write((1, 0.1));
        Assert.Equal(1, await _line.Run([.. Flags, "--watch", "--watch_until=9", "--watch_timeout=0.5"]));
        Assert.Equal(
            $"error: --watch_until: no new checkpoint for 0.5 minutes, and that of step 9 is not there. Resume with: evalcore eval --resume={_line.In("out")} --watch", ErrorLines[^1]);
        Assert.Equal(0, await _line.Run([.. Flags, "--watch", "--watch_timeout=0.5"]));
        Assert.Equal("no new checkpoint for 0.5 minutes", ErrorLines[^1]);
        Assert.Single(_policies.Made);
    }

    private void Write(params ReadOnlySpan<(int Step, double Bias)> checkpoints)
    {
        foreach (var (step, bias) in checkpoints)
            StepPolicies.Write(Path.Combine(Checkpoints, $"{step:000000}"), bias);
    }

    /// <summary>Does something once, in a step of an episode, when a number of policies are made.</summary>
    private void WhenMade(int policies, Action act)
    {
        int steps = 0;
        _line.OnStep = () =>
        {
            if (Interlocked.Increment(ref steps) != 1)
                return;
            Assert.True(SpinWait.SpinUntil(() => _policies.Made.Count == policies, TimeSpan.FromSeconds(30)));
            act();
        };
    }

    private List<JsonNode> Results() =>
        [.. JsonNode.Parse(File.ReadAllText(_line.In("out", "checkpoints.json")))!["checkpoints"]!.AsArray().Select(checkpoint => checkpoint!)];

    /// <summary>Waits until the log has a text, for at most half a minute.</summary>
    private async Task Logged(string text)
    {
        for (int i = 0; i < 3000 && !_line.Error.Output.Contains(text, StringComparison.Ordinal); i++)
            await Task.Delay(10);
        Assert.Contains(text, _line.Error.Output);
    }

    /// <summary>Seconds in the log, and in the table's last column of numbers.</summary>
    [GeneratedRegex(@"\d+\.\d(?= s\b)| +\d+\.\d(?= +(?:worse|best|≈ best))")]
    private static partial Regex Seconds();
}
