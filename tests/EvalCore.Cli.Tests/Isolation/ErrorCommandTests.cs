using System.Text.Json.Nodes;
using EvalCore.Cli.Tests.Training;
using EvalCore.Commands;
using EvalCore.Results;

namespace EvalCore.Cli.Tests.Isolation;

/// <summary>The commands with episodes that cannot be played, and with a simulator that hangs.</summary>
public sealed class ErrorCommandTests : IDisposable
{
    private readonly CommandLine _line = new() { Suites = [new FragileSuite()], Policies = [new StepPolicies()] };

    public void Dispose() => _line.Dispose();

    [Fact]
    public async Task Errors_have_a_column_of_their_own_and_a_line_each_place_counts()
    {
        Assert.Equal(ExitCode.Success, await Run("eval", "--eval.isolation=process", "--env.trouble=SIGSEGV"));
        Assert.Contains(_line.Out.Lines, line => Words(line) is ["left", "2", "1", ..]);
        Assert.Contains(_line.Out.Lines, line => Words(line) is ["right", "3", "0", ..]);
        Assert.Contains(_line.Out.Lines, line => Words(line) is ["overall", "5", "1", ..]);
        Assert.Contains(_line.Out.Lines, line => line.StartsWith("5 episodes, and 1 episode that could not be played, in ", StringComparison.Ordinal));
        Assert.Contains("episode 1 of left (seed 1001) could not be played: the simulator's process was ended by SIGSEGV in step 1, 3 times", _line.Error.Output, StringComparison.Ordinal);
        Assert.Contains("1 error (not counted)", File.ReadAllText(_line.In("run", "report.html")), StringComparison.Ordinal);
        Assert.Single(EvalInfo.Load(_line.In("run", EvalInfo.FileName)).Errors);
        Assert.Equal(
            $"1 of 6 episodes could not be played and is not counted; evalcore eval --resume={_line.In("run")} --eval.retry_errors=true plays it again",
            _line.Out.Lines.Last(line => line.Length > 0));
    }

    [Fact]
    public async Task A_run_in_which_no_episode_could_be_played_fails()
    {
        Assert.Equal(ExitCode.Failure, await Run("eval", "--eval.isolation=process", "--env.trouble=SIGSEGV", "--env.task=left", "--env.episode=-1", $"--history={_line.In("runs.db")}"));
        Assert.Equal(
            "error: no episode could be played: the simulator's process was ended by SIGSEGV in step 1; "
            + $"evalcore eval --resume={_line.In("run")} --eval.retry_errors=true plays them again",
            _line.Error.Lines.Last(line => line.Length > 0));
        Assert.Equal(3, EvalInfo.Load(_line.In("run", EvalInfo.FileName)).Errors.Count);
        Assert.DoesNotContain("NaN", _line.Out.Output, StringComparison.Ordinal);

        // Nor can it be compared, and the history says why.
        Assert.Equal(ExitCode.BadInput, await _line.Run("compare", _line.In("run"), _line.In("run")));
        Assert.StartsWith("error: compare: no episode of A could be played (the simulator's process", _line.Error.Lines.Last(line => line.Length > 0), StringComparison.Ordinal);
        Assert.Equal(ExitCode.Undecided, await _line.Run("history", "check", $"--history={_line.In("runs.db")}"));
        Assert.Contains(_line.Out.Lines, line => line.StartsWith("success  fragile, walker: no episode could be played at ", StringComparison.Ordinal));
        Assert.Equal(ExitCode.Success, await _line.Run("history", "plot", $"--history={_line.In("runs.db")}", $"--output={_line.In("history.svg")}"));
    }

    [Fact]
    public async Task A_history_and_a_query_have_the_number_of_errors()
    {
        Assert.Equal(ExitCode.Success, await Run("eval", "--eval.isolation=process", "--env.trouble=SIGSEGV", $"--history={_line.In("runs.db")}"));
        Assert.Equal(ExitCode.Success, await _line.Run("history", "list", $"--history={_line.In("runs.db")}"));
        Assert.Contains(_line.Out.Lines, line => Words(line) is [.., "episodes", "errors", "success", "time"]);
        Assert.Contains(_line.Out.Lines, line => Words(line) is [_, _, .., "fragile", "walker", "5", "1", _, "%", _, _]);
        Assert.Equal(ExitCode.Success, await _line.Run("query", "select n_episodes, n_errors, (select count(*) from episodes) as played from runs", _line.In("run"), "--format=csv"));
        Assert.EndsWith("n_episodes,n_errors,played\n5,1,5\n", _line.Out.Output.ReplaceLineEndings("\n"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("true")]
    [InlineData("false")]
    public async Task A_gate_does_not_pass_with_errors_unless_they_are_allowed(string stopEarly)
    {
        string[] flags = ["gate", "--eval.isolation=process", "--env.trouble=SIGSEGV", "--env.episode=0", "--threshold=10", $"--stop_early={stopEarly}"];
        Assert.Equal(ExitCode.Undecided, await Run(flags));
        Assert.Equal(
            "verdict: undecided: 1 episode could not be played, the first is episode 0 of left (the simulator's process was ended by SIGSEGV in step 1); with --allow_errors=true (allow_errors in runsettings.xml) the others decide",
            _line.Out.Lines.Last(line => line.Length > 0));

        Directory.Delete(_line.In("run"), recursive: true);
        Assert.Equal(ExitCode.Success, await Run([.. flags, "--allow_errors"]));
        Assert.EndsWith("; 1 episode could not be played and is not counted", _line.Out.Lines.Last(line => line.Length > 0), StringComparison.Ordinal);
    }

    [Fact]
    public async Task No_baseline_is_written_of_a_run_with_errors()
    {
        string baseline = _line.In("baseline.json");
        Assert.Equal(ExitCode.BadInput, await Run("gate", "--eval.isolation=process", "--env.trouble=SIGSEGV", "--update", $"--baseline={baseline}"));
        Assert.Contains("error: --update: 1 episode could not be played", _line.Error.Output, StringComparison.Ordinal);
        Assert.False(File.Exists(baseline));

        // Nor one of no episode.
        Directory.Delete(_line.In("run"), recursive: true);
        Assert.Equal(
            ExitCode.BadInput,
            await Run("gate", "--eval.isolation=process", "--env.trouble=SIGSEGV", "--env.task=left", "--env.episode=-1", "--update", "--allow_errors=true", $"--baseline={baseline}"));
        Assert.Equal(
            "error: --update: 3 episodes could not be played, the first is episode 0 of left (the simulator's process was ended by SIGSEGV in step 1), and no other was; "
            + "--resume with --eval.retry_errors=true plays them again",
            _line.Error.Lines.Last(line => line.Length > 0));
        Assert.False(File.Exists(baseline));
    }

    [Fact]
    public async Task A_gate_plays_the_episodes_that_its_baseline_lacks()
    {
        Directory.CreateDirectory(_line.In("marks"));
        StepPolicies.Write(_line.In("policy"), -5);
        string baseline = _line.In("baseline.json");
        string[] flags =
        [
            "gate", $"--policy.path={_line.In("policy")}", "--env.type=fragile", "--env.task=left", "--env.trouble=SIGSEGV", $"--env.marks={_line.In("marks")}", "--env.times=3",
            "--eval.isolation=process", "--eval.n_episodes=3", "--eval.batch_size=1", "--eval.n_episodes_to_render=0", $"--baseline={baseline}",
        ];
        Assert.Equal(ExitCode.Success, await _line.Run([.. flags, "--update", "--allow_errors=true", $"--output_dir={_line.In("before")}"]));
        Assert.Contains("without 1 episode that could not be played: later gates play it and compare the others", _line.Out.Lines);

        Assert.Equal(ExitCode.Undecided, await _line.Run([.. flags, $"--output_dir={_line.In("run")}"]));
        Assert.DoesNotContain("nothing was played", _line.Out.Output, StringComparison.Ordinal);
        Assert.Equal(3, EvalInfo.Load(_line.In("run", EvalInfo.FileName)).Episodes.Count);
    }

    [Fact]
    public async Task An_error_is_no_reason_against_a_checkpoint_and_is_played_again_where_that_is_asked_for()
    {
        Directory.CreateDirectory(_line.In("marks"));
        StepPolicies.Write(_line.In("train", "001000"), -5);
        StepPolicies.Write(_line.In("train", "002000"), 5);
        string[] flags =
        [
            "eval", $"--policy.path={_line.In("train")}", "--env.type=fragile", "--env.task=left", "--env.trouble=SIGSEGV", $"--env.marks={_line.In("marks")}", "--env.times=3",
            "--eval.n_episodes=2", "--eval.batch_size=1", $"--output_dir={_line.In("out")}",
        ];
        Assert.Equal(ExitCode.Success, await _line.Run([.. flags, "--eval.isolation=process"]));
        Assert.Contains(_line.Out.Lines, line => Words(line) is ["step", "episodes", "errors", ..]);
        Assert.Contains(_line.Out.Lines, line => Words(line) is ["1000", "1", "1", "100.0", ..]);
        Assert.Contains(_line.Out.Lines, line => Words(line) is ["2000", "2", "0", "0.0", ..]);
        Assert.Contains(_line.Out.Lines, line => line.StartsWith("best: step 1000, 100.0 % ", StringComparison.Ordinal));
        Assert.Equal(["1 1", "2 "], Checkpoints());

        // Where environments are decides on no result, and an older version did not know these flags.
        string file = _line.In("out", "checkpoints.json");
        var json = JsonNode.Parse(await File.ReadAllTextAsync(file))!;
        foreach (string flag in (string[])["isolation", "episode_timeout", "max_renderers"])
            Assert.True(json["options"]!["eval"]!.AsObject().Remove(flag));
        await File.WriteAllTextAsync(file, json.ToJsonString());
        Assert.Equal(ExitCode.Success, await _line.Run(flags));
        Assert.Equal(["1 1", "2 "], Checkpoints());
        Assert.Equal(ExitCode.Success, await _line.Run("eval", $"--resume={_line.In("out")}", "--eval.isolation=process", "--eval.retry_errors=true"));
        Assert.Equal(["2 ", "2 "], Checkpoints());
        Assert.Null(JsonNode.Parse(await File.ReadAllTextAsync(file))!["options"]!["eval"]!["retry_errors"]);

        IEnumerable<string> Checkpoints() => JsonNode.Parse(File.ReadAllText(_line.In("out", "checkpoints.json")))!["checkpoints"]!.AsArray()
            .Select(checkpoint => $"{checkpoint!["n_episodes"]} {checkpoint["n_errors"]}");
    }

    [Fact]
    public async Task A_checkpoint_of_which_no_episode_could_be_played_is_one_without_a_result()
    {
        StepPolicies.Write(_line.In("train", "001000"), -5);
        string[] flags =
        [
            $"--policy.path={_line.In("train")}", "--env.type=fragile", "--env.task=left", "--env.trouble=SIGSEGV", "--env.episode=-1", "--eval.isolation=process",
            "--eval.n_episodes=2", "--eval.batch_size=1", $"--output_dir={_line.In("out")}",
        ];
        Assert.Equal(ExitCode.BadInput, await _line.Run(flags));
        Assert.Equal(
            "error: the checkpoint could not be evaluated: no episode could be played: the simulator's process was ended by SIGSEGV in step 1",
            _line.Error.Lines.Last(line => line.Length > 0));
        Assert.Contains(_line.Error.Lines, line => line.Contains("step 1000: none of 2 episodes could be played, ", StringComparison.Ordinal));
        Assert.DoesNotContain("NaN", _line.Error.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_simulator_that_hangs_ends_the_run_with_one_line_and_how_to_resume()
    {
        Directory.CreateDirectory(_line.In("marks"));
        Assert.Equal(ExitCode.Failure, await Run("eval", "--env.trouble=hang", "--env.episode=2", "--env.step=3", $"--env.marks={_line.In("marks")}", "--eval.episode_timeout=0.2"));
        string[] errors = [.. _line.Error.Lines.Where(line => line.StartsWith("error: ", StringComparison.Ordinal))];
        Assert.Equal(
            "error: episode 2 of left (seed 1002) did not return from step 3 within 0.2 s (--eval.episode_timeout): the simulator hangs; --eval.isolation=process plays on without what hangs",
            Assert.Single(errors));
        Assert.Contains(
            $"note: episode 2 of left (seed 1002) ended the run; 2 of 6 episodes are kept; episode 2 of left (seed 1002) did not stop: its policy or simulator does not return. Resume with: evalcore eval --resume={_line.In("run")}",
            _line.Error.Lines);

        Assert.Equal(ExitCode.Success, await _line.Run("eval", $"--resume={_line.In("run")}"));
        Assert.Equal(6, EvalInfo.Load(_line.In("run", EvalInfo.FileName)).Episodes.Count);
    }

    private static string[] Words(string line) => line.Split([' ', '│', '|'], StringSplitOptions.RemoveEmptyEntries);

    private Task<int> Run(params string[] flags) => _line.Run(
        [flags[0], "--policy.type=fragile-walker", "--env.type=fragile", "--eval.n_episodes=3", "--eval.batch_size=1", "--eval.n_episodes_to_render=0", $"--output_dir={_line.In("run")}", .. flags[1..]]);
}
