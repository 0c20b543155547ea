using System.ComponentModel;
using System.Globalization;
using System.Text.RegularExpressions;
using EvalCore.Commands;
using EvalCore.Environments;
using EvalCore.Policies;
using EvalCore.Results;

namespace EvalCore.Cli.Tests;

public sealed partial class GateCommandTests : IDisposable
{
    private readonly CommandLine _line = new() { Policies = [new BiasedPolicies()] };

    public void Dispose() => _line.Dispose();

    [Fact]
    public async Task A_threshold_that_is_reached_passes_before_all_episodes_are_played()
    {
        Assert.Equal(ExitCode.Success, await Gate(0.9, "--threshold=20"));
        Assert.Matches(@"^verdict: pass: walk: \d+ successes of the 12 that the threshold of 20\.0 % over 60 episodes needs$", Last(1));
        Assert.Matches(@"^episodes: \d+ of 60 were played; \d+ were not needed, which saved [0-9.]+ s \([0-9.]+ s per episode\)$", Last(4));
        Assert.Equal($"report: {_line.In("run", "report.html")}", Last(3));
        Assert.InRange(Info().Episodes.Count, 12, 59);
        Assert.Equal("pass", (string)Info().Provenance!["gate"]!["verdict"]!);
    }

    [Fact]
    public async Task A_gate_that_fails_says_in_its_last_ten_lines_what_dropped_and_where_to_look()
    {
        Assert.Equal(ExitCode.GateFailed, await Gate(0.05, "--threshold=90"));
        string[] end = [.. _line.Out.Lines.TakeLast(10)];
        Assert.Contains(end, line => line.StartsWith("lowest: ", StringComparison.Ordinal));
        Assert.Contains(end, line => IntervalOfRate().IsMatch(line));
        Assert.Contains(end, line => line.StartsWith("failed seeds: left 1000, ", StringComparison.Ordinal));
        Assert.Contains($"results: {_line.In("run", EvalInfo.FileName)}", end);
        Assert.Matches(@"^verdict: fail: walk: the success rate is [0-9.]+ % over \d+ episodes; the threshold of 90\.0 % over 60 episodes needs 54 successes and cannot be reached after 7 failures$", end[^1]);
    }

    [Fact]
    public async Task The_printed_command_plays_one_episode_again()
    {
        await Gate(0.05, "--threshold=90");
        string again = _line.Out.Lines.Last(line => line.StartsWith("play seed ", StringComparison.Ordinal));
        string[] words = again[(again.IndexOf(": evalcore ", StringComparison.Ordinal) + ": evalcore ".Length)..].Split(' ');
        Assert.Equal(0, await _line.Run([.. words, "--eval.n_episodes_to_render=0", $"--output_dir={_line.In("again")}"]));
        var episode = Assert.Single(EvalInfo.Load(_line.In("again", EvalInfo.FileName)).Episodes);
        Assert.StartsWith($"play seed {episode.Seed} again, ", again, StringComparison.Ordinal);
        Assert.True(Info().Episodes.Single(other => other.Key == episode.Key).HasResultOf(episode));
    }

    [Fact]
    public async Task A_baseline_is_written_and_the_same_policy_then_passes_without_an_episode()
    {
        string baseline = _line.In("baselines", "walk.json");
        Assert.Equal(ExitCode.Success, await Gate(0.6, "--update", $"--baseline={baseline}"));
        Assert.StartsWith($"baseline: {baseline}, ", Last(1), StringComparison.Ordinal);
        string text = File.ReadAllText(baseline);
        Assert.Equal(60, text.Split('\n').Count(line => line.StartsWith("      {\"index\":", StringComparison.Ordinal)));
        Assert.DoesNotContain(_line.Folder, text, StringComparison.Ordinal);

        // The same results give the same file.
        Directory.Delete(_line.In("run"), recursive: true);
        await Gate(0.6, "--update", $"--baseline={baseline}", "--eval.batch_size=5");
        Assert.Equal(text, File.ReadAllText(baseline));

        Directory.Delete(_line.In("run"), recursive: true);
        Assert.Equal(ExitCode.Success, await Gate(0.6, $"--baseline={baseline}"));
        Assert.Equal("verdict: pass: the same policy", Last(1));
        Assert.StartsWith("nothing was played: the files of the policy, the seed and the conditions are those of the baseline ", Last(2), StringComparison.Ordinal);
        Assert.False(Directory.Exists(_line.In("run")));
    }

    [Fact]
    public async Task A_worse_policy_fails_before_all_episodes_are_played_and_compare_says_the_same()
    {
        string baseline = await Update(0.9);
        Assert.Equal(ExitCode.GateFailed, await Gate(0.05, $"--baseline={baseline}"));
        string[] end = [.. _line.Out.Lines.TakeLast(10)];
        Assert.Contains(end, line => Dropped().IsMatch(line));
        Assert.Contains(end, line => RatesOfBoth().IsMatch(line));
        Assert.Contains(end, line => Difference().IsMatch(line));
        Assert.Contains(end, line => line.StartsWith("failed seeds (those that the baseline solved come first): ", StringComparison.Ordinal));
        Assert.Contains($"results: {_line.In("run", EvalInfo.FileName)}", end);
        int played = Info().Episodes.Count;
        Assert.Equal($"verdict: fail: worse than the baseline, shown after {played} of 60 pairs (alpha 0.05)", end[^1]);
        Assert.InRange(played, 5, 59);

        Assert.Equal(ExitCode.GateFailed, await _line.Run("compare", baseline, _line.In("run")));
        Assert.StartsWith($"verdict: fail: B is worse, shown after {played} of 60 pairs", Last(1), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_baseline_can_be_a_run_and_all_episodes_can_be_played_for_the_same_verdict()
    {
        await _line.Run([.. Flags(0.9), $"--output_dir={_line.In("before")}"]);
        Assert.Equal(ExitCode.GateFailed, await Gate(0.05, $"--baseline={_line.In("before")}"));
        string verdict = Last(1);
        Directory.Delete(_line.In("run"), recursive: true);
        Assert.Equal(ExitCode.GateFailed, await Gate(0.05, $"--baseline={_line.In("before", EvalInfo.FileName)}", "--stop_early=false"));
        Assert.Equal(verdict, Last(1));
        Assert.Equal(60, Info().Episodes.Count);
    }

    [Fact]
    public async Task Few_episodes_are_undecided()
    {
        string baseline = await Update(0.6);
        Assert.Equal(ExitCode.Undecided, await Gate(0.61, $"--baseline={baseline}", "--eval.n_episodes=3"));
        Assert.Equal("verdict: undecided: neither a drop, nor that it is below 10 points, is shown (alpha 0.05)", Last(1));
    }

    [Fact]
    public async Task Another_engine_is_not_comparable_and_nothing_is_played()
    {
        string baseline = await Update(0.6);
        File.WriteAllText(baseline, File.ReadAllText(baseline).Replace("\"walk\": \"1.0\"", "\"walk\": \"0.9\"", StringComparison.Ordinal));
        Assert.Equal(ExitCode.NotComparable, await Gate(0.6, $"--baseline={baseline}"));
        Assert.Contains("differs: engine walk: 0.9 in the baseline, 1.0 now", _line.Out.Lines);
        Assert.Equal($"verdict: not comparable: 1 condition differs from the baseline {baseline}", Last(1));
        Assert.False(Directory.Exists(_line.In("run")));
    }

    [Fact]
    public async Task A_resumed_gate_needs_no_flags_and_gives_the_same_verdict()
    {
        Assert.Equal(ExitCode.GateFailed, await Gate(0.05, "--threshold=90"));
        string verdict = Last(1);
        Assert.Equal(ExitCode.GateFailed, await _line.Run("gate", $"--resume={_line.In("run")}"));
        Assert.Equal(verdict, Last(1));

        // And evaluates all episodes where that is asked for.
        Assert.Equal(ExitCode.Success, await _line.Run("eval", $"--resume={_line.In("run")}"));
        Assert.Equal(60, Info().Episodes.Count);
    }

    [Theory]
    [InlineData("gate: there is no baseline baselines/biased/walk.json: name the one to compare with by --baseline=FILE, give a success rate with --threshold=PERCENT, or write one of this policy with --update")]
    [InlineData("--threshold: '101' is not a percentage from 0 to 100", "--threshold=101")]
    [InlineData("--task_threshold: '0.9' is less than 1 percent; thresholds are in percent, for example 90", "--task_threshold=0.9")]
    [InlineData("--margin: 0 is not possible; give percentage points between 0 and 100, for example 10", "--margin=0")]
    [InlineData("--margin: 0.1 is less than 1 percentage point; it is in points, for example 10", "--margin=0.1")]
    [InlineData("--alpha: 1 is not possible; give a probability between 0 and 1, for example 0.05", "--alpha=1")]
    [InlineData("--baseline and a threshold exclude each other: a gate compares with one of them; give one of them", "--threshold=50", "--baseline=x.json")]
    [InlineData("--update and a threshold exclude each other: a baseline is written of all episodes, whatever their success rate; give one of them", "--threshold=50", "--update")]
    [InlineData("--shard: a gate reads all episodes: play the shards with evalcore eval, merge them, and compare the result with evalcore compare", "--threshold=50", "--shard=0/2")]
    [InlineData("unknown flag '--treshold'; did you mean '--threshold'?", "--treshold=50")]
    [InlineData("nowhere.json: there is no such file; expected a baseline of evalcore gate --update, or an eval_info.json", "--baseline=nowhere.json")]
    [InlineData("nowhere/eval_info.json: there is no such file; name the output folder of a finished run", "--baseline=nowhere")]
    [InlineData("/proc/none/walk.json: cannot be written (Could not find file '/proc/none')", "--update", "--baseline=/proc/none/walk.json")]
    [InlineData("--baseline: --update writes a file, and new/ is a folder; name a file, for example baselines/biased/walk.json", "--update", "--baseline=new/")]
    [InlineData("--baseline: --update writes a file, and outputs/eval_info.json is a run; name a file, for example baselines/biased/walk.json", "--update", "--baseline=outputs/eval_info.json")]
    [InlineData("--baseline: outputs/journal.jsonl is not the name of a JSON file; give a name that ends with .json", "--update", "--baseline=outputs/journal.jsonl")]
    public async Task Bad_input_is_one_line(string message, params string[] flags)
    {
        Assert.Equal(ExitCode.BadInput, await Gate(0.6, flags));
        Assert.Equal($"error: {message}", _line.Error.Lines[^1]);
        Assert.False(Directory.Exists(_line.In("run")));
    }

    [Theory]
    [InlineData("--env.task=runs/fast", "has no task of this run: it has left, and this run fast")]
    [InlineData("--seed=5000", "has no episode of this run: its seeds are 1000 to 1029, and this run's 5000 to 5029; give --seed=1000")]
    public async Task A_baseline_without_a_common_episode_is_refused(string flag, string reason)
    {
        string baseline = await Update(0.6, "--env.task=left");
        Assert.Equal(ExitCode.BadInput, await Gate(0.6, flag.Contains("task", StringComparison.Ordinal) ? "" : "--env.task=left", $"--baseline={baseline}", flag));
        Assert.Equal($"error: --baseline: {baseline} {reason}", _line.Error.Lines[^1]);
    }

    private async Task<string> Update(double bias, params string[] flags)
    {
        string baseline = _line.In("baselines", "walk.json");
        Assert.Equal(ExitCode.Success, await Gate(bias, [.. flags, "--update", $"--baseline={baseline}"]));
        Directory.Delete(_line.In("run"), recursive: true);
        return baseline;
    }

    private Task<int> Gate(double bias, params string[] flags) =>
        _line.Run(["gate", .. Flags(bias), $"--output_dir={_line.In("run")}", .. flags.Where(flag => flag.Length > 0)]);

    private static string[] Flags(double bias) =>
    [
        "--env.type=walk", "--policy.type=biased", string.Create(CultureInfo.InvariantCulture, $"--policy.bias={bias}"), "--policy.device=cpu",
        "--eval.n_episodes=30", "--eval.n_episodes_to_render=0", "--eval.batch_size=2",
    ];

    private EvalInfo Info() => EvalInfo.Load(_line.In("run", EvalInfo.FileName));

    private string Last(int number) => _line.Out.Lines[^number];

    [GeneratedRegex(@"^success rate: [0-9.]+ % over \d+ episodes \(95 % interval [0-9.]+ to [0-9.]+ %\)$")]
    private static partial Regex IntervalOfRate();

    [GeneratedRegex(@"^dropped: \w+ from [0-9.]+ % to [0-9.]+ % \(-[0-9.]+ points\)")]
    private static partial Regex Dropped();

    [GeneratedRegex(@"^success rate: [0-9.]+ % of the baseline, [0-9.]+ % now \(95 % interval [0-9.]+ % to [0-9.]+ %\), over \d+ pairs$")]
    private static partial Regex RatesOfBoth();

    [GeneratedRegex(@"^difference: -[0-9.]+ points \(95 % interval -[0-9.]+ to [-+]?[0-9.]+\), \d+ pairs gained and \d+ lost$")]
    private static partial Regex Difference();

    /// <summary>Walks with a bias, which stands for a checkpoint: its hash differs with it.</summary>
    private sealed class BiasedPolicies : IPolicySource
    {
        public IReadOnlyDictionary<string, string> Types { get; } = new Dictionary<string, string> { ["biased"] = "walks with a bias" };

        public bool Plays(string type, EnvConfig env) => env is WalkConfig;

        public PolicyConfig NewConfig(string type) => new Biased();
    }

    private sealed class Biased : PolicyConfig
    {
        public override string Type => "biased";

        [Description("added to each action")]
        public double Bias { get; set; }

        public override IPolicy Make(PolicyContext context) => new WalkPolicy(PolicyBatching.PerSession)
        {
            Bias = Bias,
            Provenance = new Dictionary<string, string> { ["weights"] = string.Create(CultureInfo.InvariantCulture, $"sha256:{Bias}") },
        };
    }
}
