using System.Text.Json.Nodes;

namespace EvalCore.Cli.Tests;

public sealed class PlanCommandTests : IDisposable
{
    private static readonly string[] Walk = ["--env.type=walk", "--policy.type=walker", "--policy.device=cpu"];

    private readonly CommandLine _line = new(width: 100);

    public void Dispose() => _line.Dispose();

    [Fact]
    public async Task A_plan_names_the_episodes_of_each_test()
    {
        Assert.Equal(0, await _line.Run("plan", "--rate=80", "--drop=20"));
        Snapshot.Verify(_line.Out.Output);
        Assert.Empty(_line.Error.Output);
    }

    [Fact]
    public async Task A_pilot_measures_the_time_per_episode()
    {
        Assert.Equal(0, await _line.Run(["plan", "--rate=80", "--drop=30", .. Walk]));
        Assert.Equal("pilot: 20 episodes, or 20 s\n", _line.Error.Output);
        Assert.Contains("s per episode (a pilot of 20 episodes); of one run, the baseline is played once\n", _line.Out.Output);
        Assert.Empty(Directory.EnumerateFileSystemEntries(_line.Folder));
    }

    [Fact]
    public async Task A_pilot_ends_when_its_time_is_over()
    {
        _line.OnStep = () => Thread.Sleep(2);
        Assert.Equal(0, await _line.Run(["plan", "--rate=80", "--drop=30", "--format=json", "--pilot_seconds=1", "--pilot_episodes=5000", .. Walk]));
        var plan = JsonNode.Parse(_line.Out.Output)!;
        Assert.InRange((double)plan["eval_ep_s"]!, 0.001, 1);
        Assert.Equal((int)plan["paired"]!["episodes"]! * (double)plan["eval_ep_s"]! / 60, (double)plan["paired"]!["minutes"]!, 1e-9);
        Assert.True((double)plan["gate"]!["with_drop"]!["mean_episodes"]! < (int)plan["gate"]!["episodes"]!);
    }

    [Fact]
    public async Task A_finished_run_gives_the_rate_and_the_time()
    {
        Assert.Equal(0, await _line.Run(["eval", .. Walk, "--eval.n_episodes=40", "--eval.n_episodes_to_render=0", $"--output_dir={_line.In("run")}"]));
        Assert.Equal(0, await _line.Run("plan", $"--run={_line.In("run")}", "--drop=15", "--format=json"));
        string output = _line.Out.Output;
        var plan = JsonNode.Parse(output[output.IndexOf("{\n", StringComparison.Ordinal)..])!;
        var run = JsonNode.Parse(await File.ReadAllTextAsync(_line.In("run", "eval_info.json")))!["overall"]!;
        Assert.Equal((double)run["pc_success"]! / 100, (double)plan["rate"]!, 1e-12);
        Assert.Equal((double)run["eval_ep_s"]!, (double)plan["eval_ep_s"]!, 1e-12);
    }

    [Theory]
    [InlineData("--rate is missing: give the success rate to compare with, in percent, or a finished run with --run=DIR", "--drop=5")]
    [InlineData("unknown flag '--rat'; did you mean '--rate'?", "--rat=80")]
    [InlineData("--drop: from 20 % the rate cannot drop by 30 points; give a smaller drop", "--rate=20", "--drop=30")]
    [InlineData("nowhere/eval_info.json: there is no such file; name the output folder of a finished run", "--run=nowhere")]
    [InlineData("--run: the time per episode is that of the run; omit the flag, or those of the pilot (--env.type)", "--run=nowhere", "--env.type=walk")]
    [InlineData("--env.type is missing (known: walk)", "--rate=80", "--policy.type=walker")]
    [InlineData("unexpected '80'; flags are written --flag=value", "80")]
    public async Task Bad_input_is_one_line(string message, params string[] flags)
    {
        Assert.Equal(2, await _line.Run(["plan", .. flags]));
        Assert.Equal($"error: {message}\n", _line.Error.Output);
    }
}
