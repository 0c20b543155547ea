using EvalCore.Commands;
using EvalCore.Results;

namespace EvalCore.Cli.Tests.Isolation;

/// <summary>The commands with episodes that cannot be played, and with a simulator that hangs.</summary>
public sealed class ErrorCommandTests : IDisposable
{
    private readonly CommandLine _line = new() { Suites = [new FragileSuite()] };

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
