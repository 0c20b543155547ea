using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using EvalCore.Commands;
using EvalCore.Environments;
using EvalCore.Policies;

namespace EvalCore.Cli.Tests;

public sealed partial class EvalCommandTests : IDisposable
{
    private static readonly string[] Walk = ["--env.type=walk", "--policy.type=walker", "--policy.device=cpu", "--eval.n_episodes_to_render=0"];

    private readonly CommandLine _line = new();

    public void Dispose() => _line.Dispose();

    [Fact]
    public async Task A_run_prints_its_table_and_the_path_of_its_results()
    {
        Assert.Equal(0, await _line.Run([.. Walk, "--eval.n_episodes=7", $"--output_dir={_line.In("run")}"]));
        Assert.True(File.Exists(_line.In("run", "eval_info.json")));
        Assert.True(File.Exists(_line.In("run", "journal.jsonl")));
        Snapshot.Verify(Figures().Replace(_line.Scrub(_line.Out.Output), "N"), "out");
        Snapshot.Verify(Figures().Replace(_line.Scrub(_line.Error.Output), "N").Split('\n')[0], "err");
    }

    [Fact]
    public async Task The_word_eval_may_be_omitted()
    {
        Assert.Equal(0, await _line.Run([.. Walk, "--eval.n_episodes=3", $"--output_dir={_line.In("a")}"]));
        Assert.Equal(0, await _line.Run(["eval", .. Walk, "--eval.n_episodes=3", $"--output_dir={_line.In("b")}"]));
        Assert.Equal(Overall("a"), Overall("b"));
    }

    [Fact]
    public async Task Merged_shards_equal_the_whole_run()
    {
        Assert.Equal(0, await _line.Run([.. Walk, "--eval.n_episodes=5", $"--output_dir={_line.In("whole")}"]));
        for (int i = 0; i < 3; i++)
            Assert.Equal(0, await _line.Run([.. Walk, "--eval.n_episodes=5", $"--output_dir={_line.In($"{i}")}", $"--shard={i}/3"]));
        Assert.Equal(0, await _line.Run("merge", _line.In("0"), _line.In("1"), _line.In("2"), "-o", _line.In("merged")));
        Assert.Equal(Overall("whole"), Overall("merged"));
        Assert.EndsWith($"results: {_line.In("merged", "eval_info.json")}\n", _line.Out.Output);
    }

    [Fact]
    public async Task An_interrupted_run_prints_how_to_resume_and_is_resumed()
    {
        Assert.Equal(0, await _line.Run([.. Walk, "--eval.n_episodes=200", $"--output_dir={_line.In("whole")}"]));
        using var interrupt = new CancellationTokenSource();
        InterruptAt(2000, interrupt);
        var run = _line.Run(interrupt.Token, [.. Walk, "--eval.n_episodes=200", $"--output_dir={_line.In("run")}"]);
        Assert.Equal(130, await run);
        Assert.Matches(
            $@"error: interrupted; \d+ of 400 episodes are kept\. Resume with: evalcore eval --resume={_line.In("run")}\n$",
            _line.Error.Output);
        Assert.False(File.Exists(_line.In("run", "eval_info.json")));

        _line.OnStep = null;
        Assert.Equal(0, await _line.Run("eval", $"--resume={_line.In("run")}"));
        Assert.Equal(Overall("whole"), Overall("run"));
    }

    [Fact]
    public async Task A_resume_that_is_interrupted_prints_the_flags_that_it_changed()
    {
        Assert.Equal(0, await _line.Run([.. Walk, "--eval.n_episodes=2", $"--output_dir={_line.In("run")}"]));
        using var interrupt = new CancellationTokenSource();
        InterruptAt(500, interrupt);
        Assert.Equal(130, await _line.Run(interrupt.Token, "eval", "--resume", _line.In("run"), "--eval.n_episodes", "200"));
        Assert.EndsWith($"Resume with: evalcore eval --resume={_line.In("run")} --eval.n_episodes=200\n", _line.Error.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_failed_run_names_its_episode_and_how_to_resume_it()
    {
        int steps = 0;
        _line.OnStep = () =>
        {
            if (Interlocked.Increment(ref steps) == 1000)
                throw new EvalCoreException("the leg is broken");
        };
        string folder = _line.In("my runs");
        Assert.Equal(2, await _line.Run([.. Walk, "--env.task=left", "--eval.batch_size=1", $"--output_dir={folder}"]));
        string[] lines = _line.Error.Output.TrimEnd('\n').Split('\n');
        Assert.Matches($@"^note: episode \d+ of left \(seed \d+\) ended the run; \d+ of 50 episodes are kept\. Resume with: evalcore eval --resume='{folder}'$", lines[^2]);
        Assert.Matches(@"^error: episode \d+ of left \(seed \d+\): the leg is broken$", lines[^1]);

        _line.OnStep = null;
        Assert.Equal(0, await _line.Run("eval", $"--resume={folder}"));
    }

    [Fact]
    public async Task An_exception_in_a_users_policy_is_one_line_and_its_trace_is_in_a_file()
    {
        using var line = new CommandLine { Policies = [new EpisodePolicySource<BrokenPolicy>()] };
        Assert.Equal(1, await line.Run("eval", "--env.type=walk", "--env.task=left", "--policy.type=broken", "--eval.batch_size=1", "--eval.n_episodes_to_render=0", $"--output_dir={line.In("run")}"));
        string[] lines = line.Error.Output.TrimEnd('\n').Split('\n');
        Assert.Matches($@"^note: episode 2 of left \(seed 1002\) ended the run; \d+ of 50 episodes are kept\. Resume with: evalcore eval --resume={line.In("run")}$", lines[^2]);
        Assert.Matches(@"^error: BrokenPolicy failed in episode 2 of left \(seed 1002\): IndexOutOfRangeException: Index was outside the bounds of the array \(details: .*details\.log\)$", lines[^1]);
        string details = lines[^1][(lines[^1].IndexOf("(details: ", StringComparison.Ordinal) + 10)..^1];
        Assert.Contains(nameof(BrokenPolicy.SelectAction), await File.ReadAllTextAsync(details), StringComparison.Ordinal);
        Directory.Delete(Path.GetDirectoryName(details)!, recursive: true);
    }

    [Fact]
    public async Task An_interrupted_run_names_the_episode_that_does_not_stop()
    {
        using var interrupt = new CancellationTokenSource();
        using var never = new ManualResetEventSlim();
        int steps = 0;
        _line.OnStep = () =>
        {
            if (Interlocked.Increment(ref steps) != 1000)
                return;
            interrupt.Cancel();
            never.Wait();
        };
        Assert.Equal(130, await _line.Run(interrupt.Token, [.. Walk, "--env.task=left", "--eval.batch_size=1", $"--output_dir={_line.In("run")}"]));
        Assert.Matches(
            @"error: interrupted; \d+ of 50 episodes are kept; episode \d+ of left \(seed \d+\) did not stop: its policy or simulator does not return\. Resume with: evalcore eval --resume=\S+\n$",
            _line.Error.Output);
        never.Set();
    }

    [Fact]
    public async Task The_table_is_printed_before_the_videos_are_finished_and_an_interruption_there_keeps_everything()
    {
        using var interrupt = new CancellationTokenSource();
        using var rendering = new ManualResetEventSlim();
        _line.OnFrame = rendering.Wait;
        var run = _line.Run(
            interrupt.Token,
            "--env.type=walk", "--policy.type=walker", "--policy.device=cpu", "--env.task=left", "--eval.n_episodes=3", $"--output_dir={_line.In("run")}");
        while (!File.Exists(_line.In("run", "eval_info.json")))
            await Task.Delay(5);
        await Task.Delay(100);
        await interrupt.CancelAsync();
        var release = Task.Delay(500).ContinueWith(_ => rendering.Set());
        Assert.Equal(130, await run);
        await release;
        Assert.Contains("results: ", _line.Out.Output);
        Assert.Contains("finishing 3 videos\n", _line.Error.Output);
        Assert.Matches(@"error: interrupted; 3 of 3 episodes are kept, \d videos? (is|are) missing\. Resume with: ", _line.Error.Output);

        _line.OnFrame = null;
        Assert.Equal(0, await _line.Run("eval", $"--resume={_line.In("run")}"));
        Assert.Matches("note: \\d episodes? (is|are) played again, with the same result, to make (its video, which is|their videos, which are) missing or incomplete\n", _line.Error.Output);
        Assert.Equal(3, Directory.GetFiles(_line.In("run", "videos", "walks_0")).Length);
    }

    [Fact]
    public async Task A_signal_does_not_wait_for_a_policy_that_is_loaded()
    {
        using var loading = new ManualResetEventSlim();
        using var end = new ManualResetEventSlim();
        using var line = new CommandLine { Policies = [new SlowPolicies(loading, end)] };
        using var interrupt = new CancellationTokenSource();
        var run = Task.Run(() => line.Run(interrupt.Token, "--env.type=walk", "--policy.type=slow", $"--output_dir={line.In("run")}"));
        Assert.True(loading.Wait(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken));
        await interrupt.CancelAsync();
        Assert.Equal(130, await run.WaitAsync(TimeSpan.FromSeconds(60)));
        Assert.Equal("error: interrupted; no episode was played\n", line.Error.Output);
        Assert.False(Directory.Exists(line.In("run")));
        end.Set();
    }

    /// <summary>A policy that takes long to load.</summary>
    private sealed class SlowPolicies(ManualResetEventSlim loading, ManualResetEventSlim end) : IPolicySource
    {
        public IReadOnlyDictionary<string, string> Types { get; } = new Dictionary<string, string> { ["slow"] = "is loaded slowly" };

        public PolicyConfig NewConfig(string type) => new Slow(loading, end);

        private sealed class Slow(ManualResetEventSlim loading, ManualResetEventSlim end) : PolicyConfig
        {
            public override string Type => "slow";

            public override IPolicy Make(PolicyContext context)
            {
                loading.Set();
                end.Wait();
                return new WalkPolicy(PolicyBatching.PerSession);
            }
        }
    }

    [Fact]
    public void Notes_that_cannot_be_written_are_dropped()
    {
        var output = new BestEffortOutput(new Spectre.Console.AnsiConsoleOutput(new FullDisk()));
        output.Writer.WriteLine("a note");
        output.Writer.Write('a');
        output.Writer.Write(['a', 'b'], 0, 2);
        output.Writer.Flush();
        Assert.False(output.IsTerminal);
    }

    private sealed class FullDisk : StringWriter
    {
        public override void Write(char value) => throw new IOException("no space left on device");

        public override void Write(string? value) => throw new IOException("no space left on device");

        public override void Write(char[] buffer, int index, int count) => throw new IOException("no space left on device");

        public override void Flush() => throw new IOException("no space left on device");
    }

    [Fact]
    public async Task A_run_without_a_finished_episode_leaves_no_files()
    {
        _line.OnStep = () => throw new EvalCoreException("the leg is broken");
        Assert.Equal(2, await _line.Run([.. Walk, $"--output_dir={_line.In("new", "run")}"]));
        Assert.Equal(2, await _line.Run([.. Walk, "--env.task=left", "--eval.n_episodes=50", $"--output_dir={_line.In("new", "run")}", "--shard=998/999"]));
        Assert.EndsWith("error: --shard: shard 998/999 has no episode: there are only 50; give fewer shards\n", _line.Error.Output);
        Assert.Empty(Directory.GetFileSystemEntries(_line.Folder));
    }

    [Fact]
    public async Task An_existing_output_folder_is_not_removed()
    {
        Directory.CreateDirectory(_line.In("mine"));
        _line.OnStep = () => throw new EvalCoreException("the leg is broken");
        Assert.Equal(2, await _line.Run([.. Walk, $"--output_dir={_line.In("mine")}"]));
        Assert.True(Directory.Exists(_line.In("mine")));
    }

    [Fact]
    public async Task A_missing_shard_is_noted_by_the_merge()
    {
        Assert.Equal(0, await _line.Run([.. Walk, "--eval.n_episodes=2", $"--output_dir={_line.In("0")}", "--shard=0/2"]));
        Assert.Equal(0, await _line.Run("merge", _line.In("0"), "-o", _line.In("merged")));
        Assert.EndsWith("note: shard 1/2 of walk is missing in the merged result\n", _line.Error.Output);
    }

    [Fact]
    public async Task Notes_and_progress_go_to_standard_error()
    {
        Assert.Equal(0, await _line.Run("--env.type=walk", "--policy.type=walker", "--eval.n_episodes=1", "--trust_remote_code=true",
            "--eval.n_episodes_to_render=0", $"--output_dir={_line.In("run")}"));
        Assert.Contains("note: these flags have no effect here: --trust_remote_code\n", _line.Error.Output);
        Assert.Contains("note: no GPU here: --policy.device=cpu\n", _line.Error.Output);
        Assert.DoesNotContain("note:", _line.Out.Output);
    }

    [Fact]
    public async Task An_unexpected_error_is_one_line_with_its_details_in_a_file()
    {
        _line.OnStep = () => throw new InvalidOperationException("the robot\nfell over");
        Assert.Equal(1, await _line.Run([.. Walk, "--eval.n_episodes=1", $"--output_dir={_line.In("run")}"]));
        string last = _line.Error.Output.TrimEnd('\n').Split('\n')[^1];
        var match = Details().Match(last);
        Assert.True(match.Success, last);
        Assert.Contains("   at ", File.ReadAllText(match.Groups[1].Value));
        File.Delete(match.Groups[1].Value);
    }

    [Fact]
    public async Task A_missing_library_is_one_line_that_refers_to_doctor()
    {
        _line.OnStep = () => throw new DllNotFoundException("libengine.so is missing.");
        Assert.Equal(2, await _line.Run([.. Walk, "--eval.n_episodes=1", $"--output_dir={_line.In("run")}"]));
        Assert.EndsWith("error: libengine.so is missing; see evalcore doctor\n", _line.Error.Output);
    }

    [GeneratedRegex(@"^error: InvalidOperationException: the robot fell over \(details: (.+)\)$")]
    private static partial Regex Details();

    /// <summary>Interrupts a run at a step, and slows those that follow, so that it does not end first.</summary>
    private void InterruptAt(int step, CancellationTokenSource interrupt)
    {
        int steps = 0;
        _line.OnStep = () =>
        {
            if (Interlocked.Increment(ref steps) == step)
                _ = interrupt.CancelAsync();
            if (interrupt.IsCancellationRequested)
                Thread.Sleep(1);
        };
    }

    private string Overall(string folder) =>
        JsonNode.Parse(File.ReadAllText(_line.In(folder, "eval_info.json")))!["overall"]!.AsObject()
            .Where(entry => entry.Key is "avg_sum_reward" or "avg_max_reward" or "pc_success" or "n_episodes")
            .Aggregate("", (text, entry) => $"{text}{entry.Key}={entry.Value} ");

    /// <summary>Values that differ between runs and machines: times, speeds and the number of cores.</summary>
    [GeneratedRegex(@"\d+(\.\d+)?(?= s\b| s,| steps/s| at once)")]
    private static partial Regex Figures();

    private sealed class BrokenPolicy : ReactivePolicy
    {
        private readonly double[] _pushes = [-1, -1];
        private int _index;

        public override void Reset(EpisodeSpec episode) => _index = episode.Index == 2 ? 2 : 0;

        public override void SelectAction(Observation observation, Span<double> action) => action[0] = _pushes[_index];
    }
}
