using EvalCore.Commands;
using EvalCore.Torch;
using Safetensors;

namespace EvalCore.Cli.Tests;

public sealed class ReplayAndInferTests : IDisposable
{
    private readonly CommandLine _line = new() { Policies = [new LeRobotPolicies()] };

    public void Dispose() => _line.Dispose();

    [Fact]
    public async Task A_replay_writes_its_trace_and_prints_a_summary()
    {
        new SafetensorsWriter().Add<double>("a", [1, 1, 1], 3, 1).Add<double>("b", [1], 1, 1).Save(_line.In("actions.safetensors"));
        Assert.Equal(0, await _line.Run(
            "replay", "--env.type=walk", "--env.task=right", "--seed=3", $"--actions={_line.In("actions.safetensors")}:a",
            $"--trace={_line.In("trace.safetensors")}", "--observe"));
        using var trace = SafetensorsFile.Open(_line.In("trace.safetensors"));
        Assert.Equal([3], trace["reward"].Shape);
        Assert.Equal([4, 1], trace["state"].Shape);
        Assert.Equal([4, 2], trace["obs.observation.state"].Shape);
        Assert.StartsWith("3 steps, sum of rewards ", _line.Out.Output);
        Assert.EndsWith($"trace: {_line.In("trace.safetensors")}\n", _line.Out.Output);
    }

    [Fact]
    public async Task A_policy_infers_from_stored_observations()
    {
        new SafetensorsWriter()
            .Add<float>("obs.observation.state", new float[3 * 2 * 2], 3, 2, 2)
            .Add<float>("obs.observation.environment_state", new float[3 * 2 * 16], 3, 2, 16)
            .Save(_line.In("obs.safetensors"));
        Assert.Equal(0, await _line.Run(
            "infer", $"--policy.path={Goldens.Checkpoint("pusht_act_keypoints")}", "--policy.device=cpu", "--policy.n_action_steps=2",
            $"--input={_line.In("obs.safetensors")}", "--task=push", "--task", "pull", $"--output={_line.In("actions.safetensors")}"));
        using var actions = SafetensorsFile.Open(_line.In("actions.safetensors"));
        Assert.Equal([2, 8, 2], actions["chunk.raw"].Shape);
        Assert.Equal([3, 2, 2], actions["select.post"].Shape);
    }

    [Theory]
    [InlineData("--actions is missing: the safetensors file with the recorded actions", "replay", "--env.type=walk", "--trace=x")]
    [InlineData("--trace is missing: the safetensors file to write", "replay", "--env.type=walk", "--actions=x")]
    [InlineData("--trace: '' is not the name of a file", "replay", "--env.type=walk", "--actions=x", "--trace=")]
    [InlineData("--output: '' is not the name of a file", "infer", "--policy.type=walker", "--input=x", "--output=")]
    [InlineData("--env.episode_index: -2 is not possible; episodes are numbered from 0", "replay", "--env.type=walk", "--env.episode_index=-2")]
    [InlineData("--env.init_state_id: -1 is not possible; initial states are numbered from 0", "replay", "--env.type=walk", "--env.init_state_id=-1")]
    [InlineData("unknown flag '--tarce'; did you mean '--trace'?", "replay", "--env.type=walk", "--tarce=x")]
    [InlineData("--policy.path is missing: give a checkpoint's folder", "infer", "--input=x", "--output=y")]
    public async Task Bad_input_is_one_line(string message, params string[] args)
    {
        Assert.Equal(2, await _line.Run(args));
        Assert.Equal($"error: {message}\n", _line.Error.Output);
    }

    [Theory]
    [InlineData("--actions", "replay", "--env.type=walk", "--env.task=right", "--actions=nowhere.safetensors:a", "--trace=x")]
    [InlineData("--from", "replay", "--env.type=walk", "--env.task=right", "--actions=ACTIONS", "--from=nowhere.safetensors", "--trace=x")]
    [InlineData("--input", "infer", "--policy.type=walker", "--input=nowhere.safetensors", "--output=x")]
    public async Task A_file_that_is_not_there_is_named_with_its_flag(string flag, params string[] args)
    {
        string actions = _line.In("actions.safetensors");
        new SafetensorsWriter().Add<double>("action", [1, 1], 2, 1).Save(actions);
        Assert.Equal(2, await _line.Run([.. args.Select(arg => arg.Replace("ACTIONS", actions, StringComparison.Ordinal))]));
        Assert.StartsWith($"error: {flag}: nowhere.safetensors: ", Assert.Single(_line.Error.Lines), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_output_that_is_another_file_is_refused()
    {
        string actions = _line.In("actions.safetensors"), journal = _line.In("journal.jsonl");
        new SafetensorsWriter().Add<double>("action", [1, 1], 2, 1).Add<float>("obs.observation.state", new float[2], 1, 1, 2).Save(actions);
        File.WriteAllText(journal, "of a run");
        string reason = $"{journal} is there already, and is not a safetensors file; give another name, for example {_line.In("journal.safetensors")}";
        Assert.Equal(ExitCode.BadInput, await _line.Run("replay", "--env.type=walk", "--env.task=right", $"--actions={actions}:action", $"--trace={journal}"));
        Assert.Equal($"error: --trace: {reason}", _line.Error.Lines[^1]);
        Assert.Equal(ExitCode.BadInput, await _line.Run("infer", "--policy.type=walker", $"--input={actions}", $"--output={journal}"));
        Assert.Equal($"error: --output: {reason}", _line.Error.Lines[^1]);
        Assert.Equal("of a run", File.ReadAllText(journal));
    }

    [Fact]
    public async Task A_tensor_of_actions_that_is_not_there_is_named()
    {
        string actions = _line.In("actions.safetensors");
        new SafetensorsWriter().Add<double>("ep0", [1, 1], 2, 1).Save(actions);
        Assert.Equal(2, await _line.Run("replay", "--env.type=walk", "--env.task=right", $"--actions={actions}:ep1", "--trace=x"));
        Assert.Equal($"error: --actions: {actions} has no tensor 'ep1'; did you mean 'ep0'?", Assert.Single(_line.Error.Lines));
    }

    [Fact]
    public async Task A_signal_ends_a_replay_in_the_middle_of_a_step()
    {
        string actions = _line.In("actions.safetensors");
        new SafetensorsWriter().Add<double>("action", [1, 1], 2, 1).Save(actions);
        using var stop = new CancellationTokenSource();
        using var stuck = new ManualResetEventSlim();
        _line.OnStep = () =>
        {
            stop.Cancel();
            stuck.Wait(TimeSpan.FromMinutes(1), CancellationToken.None);
        };
        Assert.Equal(ExitCode.Interrupted, await _line.Run(stop.Token, "replay", "--env.type=walk", "--env.task=right", $"--actions={actions}", $"--trace={_line.In("trace.safetensors")}"));
        stuck.Set();
        Assert.Equal("error: interrupted; no trace was written", Assert.Single(_line.Error.Lines));
    }
}
