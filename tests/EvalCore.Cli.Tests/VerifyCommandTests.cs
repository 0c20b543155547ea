using System.ComponentModel;
using System.Text.Json.Nodes;
using EvalCore.Commands;
using EvalCore.Environments;
using EvalCore.Policies;
using EvalCore.Results;

namespace EvalCore.Cli.Tests;

public sealed class VerifyCommandTests : IDisposable
{
    private readonly Drifters _drifters = new();
    private readonly CommandLine _line;

    public VerifyCommandTests() => _line = new CommandLine { Policies = [_drifters] };

    public void Dispose() => _line.Dispose();

    private string Run => _line.In("run");

    [Theory]
    [InlineData("none", 1)]
    [InlineData("steps", 1)]
    [InlineData("steps", 12, "--fraction=1")]
    [InlineData("none", 5, "--fraction=0.4")]
    [InlineData("none", 2, "--episode=3")]
    [InlineData("none", 3, "--episode=left:3", "--episode=right:0", "--episode", "walks:0")]
    public async Task Episodes_of_an_honest_result_are_verified(string record, int played, params string[] flags)
    {
        await Play("run", record: record);
        Assert.Equal(0, await _line.Run(["verify", Run, .. flags]));
        Assert.Equal($"verified: {played} of 12 episodes equal, bit for bit", _line.Out.Lines[^1]);
        string[] equal = [.. _line.Out.Lines.Where(line => line.StartsWith("equal: episode ", StringComparison.Ordinal))];
        Assert.Equal(played, equal.Length);
        Assert.All(equal, line => Assert.Equal(record == "steps", line.EndsWith(", every step", StringComparison.Ordinal)));
        Assert.Equal(record == "none", _line.Out.Lines.Any(line => line.StartsWith("not checked: the steps of ", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task The_file_alone_is_enough()
    {
        await Play("run");
        Directory.CreateDirectory(_line.In("mail"));
        string file = _line.In("mail", "their_result.json");
        File.Move(Path.Combine(Run, EvalInfo.FileName), file);
        Directory.Delete(Run, recursive: true);
        Assert.Equal(0, await _line.Run("verify", file));
        Assert.Equal("verified: 1 of 12 episodes equal, bit for bit", _line.Out.Lines[^1]);
        Assert.Equal([file], Directory.GetFiles(_line.In("mail")));
    }

    [Fact]
    public async Task A_run_that_goes_on_is_verified_by_its_journal()
    {
        await Play("run");
        File.Delete(Path.Combine(Run, EvalInfo.FileName));
        Assert.Equal(0, await _line.Run("verify", Run, "--fraction=1"));
        Assert.Equal("verified: 12 of 12 episodes equal, bit for bit", _line.Out.Lines[^1]);
    }

    [Fact]
    public async Task The_merged_shards_of_one_run_are_verified_and_other_merged_results_name_their_runs()
    {
        await Play("a", extra: "--shard=0/2");
        await Play("b", extra: "--shard=1/2");
        Assert.Equal(0, await _line.Run("merge", _line.In("a"), _line.In("b"), "-o", _line.In("merged")));
        Assert.Equal(0, await _line.Run("verify", _line.In("merged"), "--fraction=1"));
        Assert.Equal("verified: 12 of 12 episodes equal, bit for bit", _line.Out.Lines[^1]);

        await Play("c", extra: "--env.task=runs/up");
        await Play("d", extra: "--env.task=left");
        Assert.Equal(0, await _line.Run("merge", _line.In("c"), _line.In("d"), "-o", _line.In("tasks")));
        await Fails($"verify: {_line.In("tasks")} is merged of several runs; name the output folder of one of them: {_line.In("c")}, {_line.In("d")}", _line.In("tasks"));
    }

    [Fact]
    public async Task A_result_without_some_of_the_planned_episodes_is_verified_in_part()
    {
        await Play("run");
        Keep(episode => episode is not { Task: "left", EpisodeIndex: 1 or 4 });
        Assert.Equal(0, await _line.Run("verify", Run));
        Assert.Equal("verified in part: 1 of 10 episodes equal, bit for bit; 2 of the 12 planned are not in the result", _line.Out.Lines[^1]);
        Assert.Contains("not checked: 2 of the 12 planned episodes are not in the result (1 of left, 4 of left)", _line.Out.Lines);
        Assert.Equal(0, await _line.Run("verify", Run, "--format=json"));
        var json = JsonNode.Parse(_line.Out.Output[_line.Out.Output.LastIndexOf("{\n  \"run\"", StringComparison.Ordinal)..])!;
        Assert.Equal(("equal_in_part", 10, 12, 2), ((string?)json["verdict"], (int)json["n_episodes"]!, (int)json["n_planned"]!, (int)json["n_missing"]!));
    }

    [Fact]
    public async Task A_number_of_planned_episodes_that_was_changed_too_contradicts_their_digest()
    {
        await Play("run");
        Keep(episode => episode.EpisodeIndex < 4);
        Edit(Run, provenance => provenance["options"]!["eval"]!["n_episodes"] = 4);
        Assert.Equal(0, await _line.Run("verify", Run));
        Assert.Equal("verified in part: 1 of 8 episodes equal, bit for bit; eval.n_episodes and episodes_digest of the result disagree", _line.Out.Lines[^1]);
        Assert.Single(_line.Out.Lines, line => line.StartsWith("not checked: which episodes were planned: the result's episodes_digest is ", StringComparison.Ordinal));

        Edit(Run, provenance => ((JsonObject)provenance["options"]!["eval"]!).Remove("n_episodes"));
        Assert.Equal(0, await _line.Run("verify", Run));
        Assert.Equal("verified in part: 1 of 8 episodes equal, bit for bit; how many were planned is unknown", _line.Out.Lines[^1]);
    }

    [Fact]
    public async Task Episodes_that_were_not_planned_are_named()
    {
        await Play("run");
        Edit(Run, provenance =>
        {
            provenance["options"]!["eval"]!["n_episodes"] = 5;
            provenance.Remove("episodes_digest");
        });
        Assert.Equal(0, await _line.Run("verify", Run));
        Assert.Equal("verified in part: 1 of 12 episodes equal, bit for bit; 2 are not planned ones", _line.Out.Lines[^1]);
        Assert.Contains("not checked: 2 episodes of the result are not planned ones (5 of left, 5 of right), by task, number, seed or initial state", _line.Out.Lines);
    }

    [Fact]
    public async Task A_run_that_its_gate_stopped_has_fewer_episodes()
    {
        await Play("run");
        Keep(episode => episode.EpisodeIndex < 2);
        Edit(Run, provenance => provenance["gate"] = new JsonObject { ["decided_after"] = 4 });
        Assert.Equal(0, await _line.Run("verify", Run));
        Assert.Equal("verified: 1 of 4 episodes equal, bit for bit; the run's gate decided after 4 of the 12 planned", _line.Out.Lines[^1]);
        Assert.Contains("not checked: 8 of the 12 planned episodes, which the run did not play: its gate had decided after 4", _line.Out.Lines);

        Keep(episode => episode is not { Task: "right", EpisodeIndex: 1 });
        Assert.Equal(0, await _line.Run("verify", Run));
        Assert.Equal(
            "verified in part: 1 of 3 episodes equal, bit for bit; 1 of the 12 planned is not in the result; the run's gate decided after 4 of the 12 planned", _line.Out.Lines[^1]);
    }

    [Fact]
    public async Task A_journal_of_a_run_that_goes_on_has_fewer_episodes()
    {
        await Play("run");
        File.Delete(Path.Combine(Run, EvalInfo.FileName));
        string journal = Path.Combine(Run, Journal.FileName);
        File.WriteAllLines(journal, File.ReadAllLines(journal)[..^3]);
        Assert.Equal(0, await _line.Run("verify", Run));
        Assert.Equal("verified in part: 1 of 9 episodes equal, bit for bit; 3 of the 12 planned are not in the journal", _line.Out.Lines[^1]);
        Assert.Single(_line.Out.Lines, line => line.EndsWith("): the run goes on, or was interrupted", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_shard_and_a_merged_result_that_lacks_one_say_so()
    {
        await Play("a", extra: "--shard=0/2");
        Assert.Equal(0, await _line.Run("verify", _line.In("a")));
        Assert.Equal("verified: 1 of 6 episodes of shard 0/2 equal, bit for bit", _line.Out.Lines[^1]);
        Assert.Contains("not checked: the other shards: the result is of shard 0/2, which has 6 of the run's 12 episodes", _line.Out.Lines);

        Assert.Equal(0, await _line.Run("merge", _line.In("a"), "-o", _line.In("merged")));
        Assert.Equal(0, await _line.Run("verify", _line.In("merged")));
        Assert.Equal("verified in part: 1 of 6 episodes equal, bit for bit; 6 of the 12 planned are not in the result", _line.Out.Lines[^1]);
        Assert.Contains(
            "not checked: 6 of the 12 planned episodes are not in the result (1 of left, 3 of left, 5 of left, 1 of right, 3 of right, 5 of right): shard 1/2 of walk is missing", _line.Out.Lines);
    }

    [Fact]
    public async Task All_shards_of_a_merged_result_are_looked_at()
    {
        await Play("a", record: "steps", extra: "--shard=0/2");
        await Play("b", record: "steps", extra: "--shard=1/2");
        Edit(_line.In("b"), provenance => provenance["evalcore"] = "0.1");
        Assert.Equal(0, await _line.Run("merge", _line.In("a"), _line.In("b"), "-o", _line.In("merged")));
        Assert.Equal(0, await _line.Run("verify", _line.In("merged"), "--fraction=1"));
        Assert.Equal("verified: 12 of 12 episodes equal, bit for bit", _line.Out.Lines[^1]);
        Assert.Equal(12, _line.Out.Lines.Count(line => line.EndsWith(", every step", StringComparison.Ordinal)));
        Assert.Single(_line.Out.Lines, line => line.StartsWith("not checked: the program is another version than the run's (0.1 and ", StringComparison.Ordinal));

        // Another run has since been played in the folder of the second: its steps are not those of the result.
        Directory.Delete(_line.In("b"), recursive: true);
        await Play("b", record: "steps", extra: "--seed=7");
        Assert.Equal(0, await _line.Run("verify", _line.In("merged"), "--fraction=1"));
        Assert.Equal("verified: 12 of 12 episodes equal, bit for bit", _line.Out.Lines[^1]);
        Assert.Contains("not checked: the steps of 6 episodes: the run did not record them (--eval.record=steps), or they are elsewhere; compared is the result", _line.Out.Lines);
    }

    [Fact]
    public async Task Errors_are_not_played()
    {
        await Play("run");
        Break(episode => episode is { Task: "left", EpisodeIndex: 2 });
        Assert.Equal(0, await _line.Run("verify", Run));
        Assert.Equal("verified in part: 1 of 11 episodes equal, bit for bit; 1 is an error", _line.Out.Lines[^1]);
        Assert.Contains("not checked: 1 episode, an error of the run, which was not played (2 of left)", _line.Out.Lines);
        await Fails("--episode: episode 2 of left is an error, which was not played", Run, "--episode=left:2");
        Assert.Equal(0, await _line.Run("verify", Run, "--episode=2"));
        Assert.Equal("verified in part: 1 of 11 episodes equal, bit for bit; 1 is an error", _line.Out.Lines[^1]);

        Break(_ => true);
        await Fails($"verify: no episode of {Run} was played; 12 are errors", Run);
    }

    [Fact]
    public async Task Episodes_that_differ_on_another_processor_are_not_comparable()
    {
        await Play("run");
        Edit(Run, provenance => provenance["machine"]!["processor"] = "Pentium III");
        Assert.Equal(0, await _line.Run("verify", Run, "--episode=left:2"));
        Assert.Equal("verified: 1 of 12 episodes equal, bit for bit", _line.Out.Lines[^1]);

        Rewrite(episodes => episodes.Select(episode => episode with { SumReward = Math.BitIncrement(episode.SumReward) }));
        Assert.Equal(ExitCode.NotComparable, await _line.Run("verify", Run, "--episode=left:2"));
        Assert.Matches(@"^not comparable: the processor is another one than the run's \(Pentium III and .+\); 1 of the 1 episode played again differs$", _line.Out.Lines[^1]);

        // What a result of an older version does not name is unknown.
        Edit(Run, provenance => ((JsonObject)provenance["machine"]!).Remove("processor"));
        Assert.Equal(ExitCode.GateFailed, await _line.Run("verify", Run, "--episode=left:2"));
    }

    [Fact]
    public async Task A_result_that_was_changed_differs_and_its_first_value_is_named()
    {
        await Play("run");
        string file = Path.Combine(Run, EvalInfo.FileName);
        var info = EvalInfo.Load(file);
        var honest = info.Episodes.Single(episode => episode is { Task: "left", EpisodeIndex: 2 });
        double lastBit = Math.BitIncrement(honest.SumReward);
        new EvalInfo(info.Episodes.Select(episode => episode == honest ? episode with { SumReward = lastBit } : episode), info.EvalS, info.OutputDir, info.Provenance).Save(file);
        Assert.Equal(ExitCode.GateFailed, await _line.Run("verify", Run, "--episode=left:2", "--episode=left:3"));
        Assert.Equal(
            FormattableString.Invariant($"differs: 1 of the 2 episodes played again (of 12); the first is episode 2 of left (seed 1002): sum_reward was {lastBit:R} and is {honest.SumReward:R}"),
            _line.Out.Lines[^1]);
        Assert.Single(_line.Out.Lines, line => line.StartsWith("equal: episode 3 of left", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Where_steps_were_recorded_the_first_step_and_value_that_differ_are_named()
    {
        await Play("run", record: "steps", policy: "drifter");
        _drifters.FromInference = 3;
        Assert.Equal(ExitCode.GateFailed, await _line.Run("verify", Run, "--episode=right:1"));

        // Chunks have four actions: the third chunk begins with step 9.
        Assert.Matches(@"^differs: 1 of the 1 episode played again \(of 12\); the first is episode 1 of right \(seed 1001\): from step 9: action\[0\] was -?[\d.E-]+ and is -?[\d.E-]+$", _line.Out.Lines[^1]);
    }

    [Fact]
    public async Task Another_policy_is_one_line_before_anything_is_played()
    {
        await Play("run");
        Replace("\"gain\": \"1\"", "\"gain\": \"2\"");
        int steps = 0;
        _line.OnStep = () => Interlocked.Increment(ref steps);
        Assert.Equal(ExitCode.NotComparable, await _line.Run("verify", Run));
        Assert.Equal("not comparable: the policy is another one than the run's (gain: \"2\" and \"1\", in the run and here)", _line.Out.Lines[^1]);
        Assert.Equal(0, steps);
    }

    [Fact]
    public async Task Another_engine_is_not_comparable()
    {
        await Play("run");
        Replace("\"walk\": \"1.0\"", "\"walk\": \"0.9\"");
        Assert.Equal(ExitCode.NotComparable, await _line.Run("verify", Run));
        Assert.Equal("not comparable: engines differ (walk: \"0.9\" and \"1.0\", in the run and here)", _line.Out.Lines[^1]);
    }

    [Fact]
    public async Task The_policy_can_be_elsewhere_on_this_machine()
    {
        string there = _line.In("there"), here = _line.In("here");
        Directory.CreateDirectory(there);
        await Play("run", extra: $"--policy.path={there}", policy: "");
        Directory.Move(there, here);
        await Fails($"verify: --policy.path: there is no file or folder '{there}'; where the policy is elsewhere on this machine, give --policy.path", Run);
        Assert.Equal(0, await _line.Run("verify", Run, $"--policy.path={here}"));
        Assert.Equal("verified: 1 of 12 episodes equal, bit for bit", _line.Out.Lines[^1]);
    }

    [Fact]
    public async Task A_result_of_lerobot_eval_is_compared_in_what_it_records()
    {
        await Play("run");
        var info = EvalInfo.Load(Path.Combine(Run, EvalInfo.FileName));
        string file = _line.In("theirs.json");
        new EvalInfo(info.Episodes, info.EvalS, "", null).Save(file);
        string[] flags = ["--env.type=walk", "--policy.type=walker", "--policy.device=cpu"];
        Assert.Equal(0, await _line.Run(["verify", file, "--fraction=1", .. flags]));
        Assert.Equal("verified: 12 of 12 episodes equal in what the file records, bit for bit", _line.Out.Lines[^1]);
        Assert.Contains(_line.Out.Lines, line => line.StartsWith("not checked: the file is of lerobot-eval, which records no hash of the policy", StringComparison.Ordinal));

        // It does not record its seed.
        Assert.Equal(ExitCode.GateFailed, await _line.Run(["verify", file, "--start_seed=1001", .. flags]));
        await Fails(
            $"verify: {file}: lerobot-eval wrote it and does not record its options; give them: --policy.path=DIR --env.type=SUITE, and --env.task, --start_seed where they were given", file);
        await Fails(
            $"verify: {_line.Folder} has task 1 of group 'walks', which the flags do not name (they name left); give --env.task as lerobot-eval had it",
            [file, "--episode=walks_1:0", "--env.task=left", .. flags]);
    }

    [Fact]
    public async Task Json_has_the_verdict_and_each_episode()
    {
        await Play("run", record: "steps", policy: "drifter");
        _drifters.FromInference = 1;
        Assert.Equal(ExitCode.GateFailed, await _line.Run("verify", Run, "--episode=left:0", "--format=json"));
        var json = JsonNode.Parse(_line.Out.Output[_line.Out.Output.IndexOf("{\n", StringComparison.Ordinal)..])!;
        Assert.Equal(("differs", 12, 1, 0), ((string?)json["verdict"], (int)json["n_episodes"]!, (int)json["n_played"]!, (int)json["n_equal"]!));
        Assert.StartsWith("differs: ", (string?)json["line"], StringComparison.Ordinal);
        var episode = json["episodes"]![0]!;
        Assert.Equal(("left", 0, 1000L, true, false), ((string?)episode["task"], (int)episode["episode_index"]!, (long)episode["seed"]!, (bool)episode["steps_compared"]!, (bool)episode["equal"]!));
        Assert.Equal((1, "action[0]"), ((int)episode["difference"]!["step"]!, (string?)episode["difference"]!["value"]));
    }

    [Fact]
    public async Task A_verification_can_be_interrupted()
    {
        await Play("run");
        using var stop = new CancellationTokenSource();
        _line.OnStep = () =>
        {
            stop.Cancel();
            Thread.Sleep(100);
        };
        Assert.Equal(ExitCode.Interrupted, await _line.Run(stop.Token, "verify", Run));
        Assert.Equal("error: interrupted", _line.Error.Lines[^1]);
    }

    [Theory]
    [InlineData("verify: no run is named; name one output folder or eval_info.json: evalcore verify RUN")]
    [InlineData("verify: too many runs; name one output folder or eval_info.json: evalcore verify RUN", "RUN", "RUN")]
    [InlineData("--fraction: '2' is not a number, 0 to 1", "RUN", "--fraction=2")]
    [InlineData("--episode: 'left:x' is not TASK:K, for example left:7, nor the number of an episode, from 0", "RUN", "--episode=left:x")]
    [InlineData("--episode: RUN has no task or group 'lefd'; did you mean 'left'?", "RUN", "--episode=lefd:1")]
    [InlineData("--episode: RUN has no episode 9 of left; the last one is 5", "RUN", "--episode=left:9")]
    [InlineData("--episode: RUN has no episode 9; the last one is 5", "RUN", "--episode=9")]
    [InlineData("verify: --episode names the episodes; omit --fraction and --seed, which draw a sample", "RUN", "--episode=1", "--seed=2")]
    [InlineData("unknown flag '--env.task'; the result names its suite and its options, and only --policy.* can be given anew; see evalcore verify --help", "RUN", "--env.task=left")]
    [InlineData("unknown flag '--policy.gain'; see evalcore verify --help", "RUN", "--policy.gain=2")]
    [InlineData("unknown flag '--fractoin'; did you mean '--fraction'?", "RUN", "--fractoin=1")]
    [InlineData("--start_seed: the result records the seed of each episode; omit the flag, which is for results of lerobot-eval", "RUN", "--start_seed=5")]
    [InlineData("nowhere/eval_info.json: there is no such file; name the output folder of a finished run", "nowhere")]
    public async Task Bad_input_is_one_line(string message, params string[] args)
    {
        await Play("run");
        await Fails(message.Replace("RUN has", $"{Run} has", StringComparison.Ordinal), [.. args.Select(arg => arg == "RUN" ? Run : arg)]);
    }

    private async Task Fails(string message, params string[] args)
    {
        Assert.Equal(ExitCode.BadInput, await _line.Run(["verify", .. args]));
        Assert.Equal($"error: {message}", _line.Error.Lines[^1]);
    }

    private async Task Play(string folder, string record = "none", string policy = "walker", string? extra = null) => Assert.Equal(0, await _line.Run(
    [
        "--env.type=walk", "--eval.n_episodes=6", "--eval.n_episodes_to_render=0", "--policy.device=cpu", $"--eval.record={record}", "--eval.batch_size=2",
        $"--output_dir={_line.In(folder)}", .. policy.Length == 0 ? Array.Empty<string>() : [$"--policy.type={policy}"], .. extra is null ? Array.Empty<string>() : [extra],
    ]));

    /// <summary>Writes the result of the run with other episodes, and totals that agree with them.</summary>
    private void Rewrite(Func<IEnumerable<EpisodeRecord>, IEnumerable<EpisodeRecord>> change)
    {
        string file = Path.Combine(Run, EvalInfo.FileName);
        var info = EvalInfo.Load(file);
        new EvalInfo(change(info.Episodes.Concat(info.Errors)), info.EvalS, info.OutputDir, info.Provenance).Save(file);
    }

    private void Keep(Func<EpisodeRecord, bool> isKept) => Rewrite(episodes => episodes.Where(isKept));

    private void Break(Func<EpisodeRecord, bool> isBroken) => Rewrite(episodes => episodes.Select(episode =>
        isBroken(episode) ? episode with { Error = "it crashed", Success = false, Steps = null, SumReward = 0, MaxReward = 0, Diagnostics = null } : episode));

    private static void Edit(string run, Action<JsonObject> change)
    {
        string file = Path.Combine(run, EvalInfo.FileName);
        var info = EvalInfo.Load(file);
        change(info.Provenance!);
        new EvalInfo(info.Episodes.Concat(info.Errors), info.EvalS, info.OutputDir, info.Provenance).Save(file);
    }

    private void Replace(string old, string by)
    {
        string file = Path.Combine(Run, EvalInfo.FileName), text = File.ReadAllText(file);
        Assert.Contains(old, text);
        File.WriteAllText(file, text.Replace(old, by, StringComparison.Ordinal));
    }

    /// <summary>
    /// Policies that act otherwise from one of an episode's forward passes on, and say that they are the same: a defect of a driver, for
    /// example. A folder is one, too.
    /// </summary>
    private sealed class Drifters : IPolicySource
    {
        /// <summary>The first forward pass that is wrong, from 1; 0 for none.</summary>
        public int FromInference { get; set; }

        public IReadOnlyDictionary<string, string> Types { get; } = new Dictionary<string, string> { ["drifter"] = "walks, and drifts" };

        public bool Plays(string type, EnvConfig env) => true;

        public PolicyConfig NewConfig(string type) => new Config(this);

        public PolicyConfig? Recognize(string path) => Directory.Exists(path) ? new Config(this) : null;

        private sealed class Config(Drifters drifters) : PolicyConfig
        {
            public override string Type => "drifter";

            [Description("steps between two observations")]
            public int NActionSteps { get; set; } = 4;

            public override IPolicy Make(PolicyContext context) => new Drifter(drifters.FromInference);
        }

        private sealed class Drifter(int fromInference) : IPolicy
        {
            private readonly WalkPolicy _right = new(PolicyBatching.PerSession), _wrong = new(PolicyBatching.PerSession) { Bias = 0.3001 };

            public string Type => "drifter";

            public IReadOnlyList<string> ObservationKeys => _right.ObservationKeys;

            public PolicyBatching Batching => PolicyBatching.PerSession;

            public IReadOnlyDictionary<string, string> Provenance => _right.Provenance;

            public IPolicySession NewSession(EpisodeSpec episode) => new Session(_right.NewSession(episode), _wrong.NewSession(episode));

            public void Infer(IReadOnlyList<IPolicySession> sessions, CancellationToken cancellation)
            {
                foreach (var session in sessions.Cast<Session>())
                {
                    session.Drifts = fromInference > 0 && ++session.Inferences >= fromInference;
                    _right.Infer([session.Right], cancellation);
                    _wrong.Infer([session.Wrong], cancellation);
                }
            }

            public void Dispose()
            {
            }

            private sealed class Session(IPolicySession right, IPolicySession wrong) : IPolicySession
            {
                private readonly double[] _unused = new double[1];

                public IPolicySession Right => right;

                public IPolicySession Wrong => wrong;

                public bool Drifts { get; set; }

                public int Inferences { get; set; }

                public bool NeedsObservation => right.NeedsObservation;

                public bool NeedsInference => right.NeedsInference;

                public void Observe(Observation observation)
                {
                    right.Observe(observation);
                    wrong.Observe(observation);
                }

                public void Act(Span<double> action)
                {
                    (Drifts ? wrong : right).Act(action);
                    (Drifts ? right : wrong).Act(_unused);
                }

                public void Dispose()
                {
                    right.Dispose();
                    wrong.Dispose();
                }
            }
        }
    }
}
