using System.Text.Json.Nodes;
using EvalCore.Options;
using EvalCore.Results;

namespace EvalCore.Tests.Options;

public sealed class EvalOptionsTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory().FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static readonly Registry Registry = new Registry().Add(() => new ToyConfig()).Add(new ToyPolicies());

    private static readonly Dictionary<string, string> Variables = [];

    private static EvalOptions Read(params string[] tokens) => Read(10, [], tokens);

    private static EvalOptions Read(int cores, Dictionary<string, string> variables, params string[] tokens) =>
        EvalOptions.Read(
            ["--env.type=toy", "--policy.type=expert", .. tokens], Registry,
            new Host(variables.GetValueOrDefault, new NoonClock(), cores));

    private static string Error(params string[] tokens) => Assert.Throws<EvalCoreException>(() => Read(tokens)).Message;

    private string FileWith(string name, string text)
    {
        string path = Path.Combine(_folder, name);
        File.WriteAllText(path, text);
        return path;
    }

    private string CheckpointOf(string type)
    {
        FileWith("config.json", $$"""{ "type": "{{type}}" }""");
        return _folder;
    }

    private EvalOptions ReadCheckpoint(params string[] tokens) => EvalOptions.Read(
        ["--env.type=toy", $"--policy.path={CheckpointOf("act")}", .. tokens], Registry,
        new Host(Variables.GetValueOrDefault, new NoonClock(), 10));

    [Fact]
    public void Defaults_are_those_of_lerobot_eval()
    {
        var options = Read();
        Assert.Equal(50, options.Eval.NEpisodes);
        Assert.Equal(7, options.Eval.BatchSize);
        Assert.True(options.Eval.UseAsyncEnvs);
        Assert.Equal(10, options.Eval.NEpisodesToRender);
        Assert.Equal(1000, options.Seed);
        Assert.Empty(options.RenameMap);
        Assert.Equal("cuda", options.Policy.Device);
        Assert.False(options.Policy.UseAmp);
        Assert.Equal("toy_expert", options.JobName);
        Assert.Equal(Path.Combine("outputs", "eval", "2026-02-03", "12-34-56_toy_expert"), options.OutputDir);
        Assert.Equal(Shard.Whole, options.Shard);
        Assert.Equal("Toy-v0", options.Env.Task);
        Assert.Empty(options.Notes);
    }

    [Theory]
    [InlineData(1, 50, 1)]
    [InlineData(2, 50, 1)]
    [InlineData(4, 50, 2)]
    [InlineData(10, 50, 7)]
    [InlineData(16, 3, 3)]
    [InlineData(192, 500, 64)]
    public void Batch_size_0_takes_seven_tenths_of_the_cores(int cores, int episodes, int batchSize)
    {
        var options = Read(cores, [], $"--eval.n_episodes={episodes}");
        Assert.Equal(batchSize, options.Eval.BatchSize);
        Assert.Equal(batchSize > 1, options.Eval.UseAsyncEnvs);
    }

    [Fact]
    public void A_batch_that_is_asked_for_is_kept_since_episodes_of_several_tasks_share_it() =>
        Assert.Equal(10, Read("--eval.batch_size=10", "--eval.n_episodes=3").Eval.BatchSize);

    [Fact]
    public void Flags_are_written_with_an_equals_sign_or_a_space()
    {
        var options = Read("--eval.n_episodes", "7", "--seed=5", "--env.init_states", "false", "--job_name", "a=b");
        Assert.Equal(7, options.Eval.NEpisodes);
        Assert.Equal(5, options.Seed);
        Assert.False(((ToyConfig)options.Env).InitStates);
        Assert.Equal("a=b", options.JobName);
    }

    [Fact]
    public void A_flag_given_twice_has_the_last_value() => Assert.Equal(2, Read("--seed=1", "--seed=2").Seed);

    [Fact]
    public void A_truth_value_alone_is_true_and_Python_s_spelling_is_taken()
    {
        var options = Read("--policy.use_amp", "--eval.use_async_envs=False");
        Assert.True(options.Policy.UseAmp);
        Assert.False(options.Eval.UseAsyncEnvs);
    }

    [Fact]
    public void A_suite_s_fields_are_flags_of_their_types()
    {
        var env = (ToyConfig)Read(
            "--env.camera_name=a,b", "--env.friction=1e-2", "--env.episode_length=8", "--env.task_ids=[0, 3]",
            "--env.camera_name_mapping={\"a\": \"b\"}", "--env.control_mode=absolute_pose", "--env.fps=5").Env;
        Assert.Equal("a,b", env.CameraName);
        Assert.Equal(0.01, env.Friction);
        Assert.Equal(8, env.EpisodeLength);
        Assert.Equal([0, 3], env.TaskIds);
        Assert.Equal("b", env.CameraNameMapping!["a"]);
        Assert.Equal(ToyMode.AbsolutePose, env.ControlMode);
        Assert.Equal(5, env.Fps);
    }

    [Fact]
    public void Null_empties_what_may_be_empty()
    {
        var env = (ToyConfig)Read("--env.camera_name=x", "--env.camera_name=null", "--env.episode_length=null").Env;
        Assert.Null(env.CameraName);
        Assert.Null(env.EpisodeLength);
    }

    [Fact]
    public void A_checkpoint_knows_its_type_and_its_fields_may_be_overridden()
    {
        var options = ReadCheckpoint("--policy.n_action_steps=4", "--policy.use_vae", "true", "--policy.device=cuda:1");
        Assert.Equal("act", options.Policy.Type);
        Assert.Equal(_folder, options.Policy.Path);
        Assert.Equal("4", options.Policy.Overrides["n_action_steps"]);
        Assert.Equal("true", options.Policy.Overrides["use_vae"]);
        Assert.Equal("cuda:1", options.Policy.Device);
    }

    [Fact]
    public void The_policy_learns_seed_and_rename_map()
    {
        var options = Read("--seed=3", """--rename_map={"observation.image": "observation.images.top"}""");
        Assert.Equal(3, options.Policy.Seed);
        Assert.Equal("observation.images.top", options.Policy.RenameMap["observation.image"]);
    }

    [Fact]
    public void What_only_lerobot_needs_is_taken_and_said_to_be_without_effect()
    {
        var options = Read("--trust_remote_code=true", "--env.render_mode", "rgb_array", "--eval.recording=false");
        Assert.Equal(["without effect here: --trust_remote_code, --eval.recording, --env.render_mode"], options.Notes);
    }

    [Fact]
    public void Flags_override_the_configuration_file()
    {
        string file = FileWith("run.json", """
            {
              "env": { "type": "toy", "task_ids": [1], "friction": 2 },
              "eval": { "n_episodes": 8, "use_async_envs": false },
              "policy": { "type": "act", "n_action_steps": 2, "device": "cpu" },
              "seed": 4,
              "rename_map": { "a": "b" }
            }
            """);
        var options = EvalOptions.Read([$"--config_path={file}", "--eval.n_episodes=9", "--policy.n_action_steps=3"], Registry);
        Assert.Equal(9, options.Eval.NEpisodes);
        Assert.False(options.Eval.UseAsyncEnvs);
        Assert.Equal("3", options.Policy.Overrides["n_action_steps"]);
        Assert.Equal("cpu", options.Policy.Device);
        Assert.Equal(4, options.Seed);
        Assert.Equal("b", options.RenameMap["a"]);
        Assert.Equal([1], ((ToyConfig)options.Env).TaskIds);
        Assert.Equal(2, ((ToyConfig)options.Env).Friction);
    }

    [Fact]
    public void What_is_written_as_a_configuration_is_read_back_the_same()
    {
        var options = ReadCheckpoint(
            "--seed=7", "--eval.n_episodes=3", "--env.task_ids=[2]", "--policy.n_action_steps=4", "--rename_map={\"a\":\"b\"}",
            "--shard=1/2", "--env.control_mode=absolute_pose");
        string file = FileWith("written.json", options.ToJson().ToJsonString());
        var again = EvalOptions.Read([$"--config_path={file}"], Registry);
        Assert.True(JsonNode.DeepEquals(options.ToJson(), again.ToJson()), again.ToJson().ToJsonString());
    }

    [Fact]
    public void A_run_is_resumed_from_the_options_in_its_journal()
    {
        string output = Path.Combine(_folder, "run");
        WriteJournal(output, Read("--seed=7", $"--output_dir={output}").ToJson());
        var resumed = EvalOptions.Read([$"--resume={output}"], Registry);
        OutputFolder.Create(resumed).Dispose();
        Assert.True(resumed.Resume);
        Assert.Equal(7, resumed.Seed);
        Assert.Equal(output, resumed.OutputDir);
    }

    [Fact]
    public void A_folder_with_a_run_is_not_overwritten()
    {
        string output = Path.Combine(_folder, "run");
        WriteJournal(output, []);
        string error = Assert.Throws<EvalCoreException>(() => OutputFolder.Create(Read($"--output_dir={output}"))).Message;
        Assert.Equal($"--output_dir: {output} has a run already; go on with it by --resume={output}, or name another folder", error);
    }

    private static void WriteJournal(string folder, JsonObject options)
    {
        Directory.CreateDirectory(folder);
        var run = new JsonObject { ["identity"] = new JsonObject(), ["options"] = options };
        File.WriteAllText(Path.Combine(folder, Journal.FileName), run.ToJsonString() + "\n");
    }

    [Fact]
    public void A_folder_that_cannot_be_written_is_found_out_before_the_run()
    {
        string file = FileWith("file", "");
        string error = Assert.Throws<EvalCoreException>(() => OutputFolder.Create(Read($"--output_dir={file}/run"))).Message;
        Assert.StartsWith($"--output_dir: {file}/run cannot be written ({file} is a file)", error);
    }

    [Theory]
    [InlineData("0/4", 0, 4)]
    [InlineData("3/4", 3, 4)]
    public void A_shard_is_index_and_count(string text, int index, int count) =>
        Assert.Equal(new Shard(index, count), Read($"--shard={text}").Shard);

    [Fact]
    public void An_array_job_s_shard_comes_from_its_environment()
    {
        var slurm = new Dictionary<string, string>
        {
            ["SLURM_ARRAY_TASK_ID"] = "3", ["SLURM_ARRAY_TASK_MIN"] = "1", ["SLURM_ARRAY_TASK_COUNT"] = "4",
        };
        Assert.Equal(new Shard(2, 4), Read(1, slurm).Shard);
        Assert.Equal(["slice 2/4 of the episodes, as this array job's environment says; --shard=0/1 plays all"], Read(1, slurm).Notes);
        Assert.Empty(Read(1, slurm, "--shard=0/1").Notes);
        Assert.Equal(new Shard(0, 2), Read(1, slurm, "--shard=0/2").Shard);
        var kubernetes = new Dictionary<string, string> { ["JOB_COMPLETION_INDEX"] = "5" };
        Assert.Equal(new Shard(5, 8), Read(1, kubernetes, "--shard=auto/8").Shard);
        Assert.Contains("give --shard=auto/n", Assert.Throws<EvalCoreException>(() => Read(1, kubernetes)).Message);
    }

    [Theory]
    [InlineData("unknown flag '--eval.n_episode'; did you mean '--eval.n_episodes'?", "--eval.n_episode=5")]
    [InlineData("unknown flag '--env.tsak'; did you mean '--env.task'?", "--env.tsak=5")]
    [InlineData("unknown flag '--wibble_wobble'; see evalcore eval --help", "--wibble_wobble=5")]
    [InlineData("unexpected 'pusht'; flags are written --flag=value", "pusht")]
    [InlineData("unexpected '-x'; flags are written --flag=value", "-x")]
    [InlineData("unexpected '--'; flags are written --flag=value", "--")]
    [InlineData("--seed needs a value: --seed=...", "--seed")]
    [InlineData("--seed needs a value: --seed=...", "--seed", "--policy.use_amp")]
    [InlineData("--eval.n_episodes: 'ten' is not a whole number", "--eval.n_episodes=ten")]
    [InlineData("--eval.n_episodes: '5.0' is not a whole number", "--eval.n_episodes=5.0")]
    [InlineData("--eval.n_episodes: '99999999999' is not a whole number", "--eval.n_episodes=99999999999")]
    [InlineData("--eval.n_episodes: '' is not a whole number", "--eval.n_episodes=")]
    [InlineData("--eval.n_episodes: -3 is not possible; at least 1 episode is needed", "--eval.n_episodes", "-3")]
    [InlineData("--eval.n_episodes: 0 is not possible; at least 1 episode is needed", "--eval.n_episodes=0")]
    [InlineData("--eval.batch_size: -1 is not possible; give a positive number, or 0 to choose by the cores", "--eval.batch_size=-1")]
    [InlineData("--eval.use_async_envs: 'maybe' is not true or false", "--eval.use_async_envs=maybe")]
    [InlineData("--seed: 'null' is not a whole number", "--seed=null")]
    [InlineData("--seed: -1 is not possible; give a number from 0 to 4294967295", "--seed=-1")]
    [InlineData("--seed: 4294967296 is not possible; give a number from 0 to 4294967295", "--seed=4294967296")]
    [InlineData("--env.friction: 'NaN' is not a number", "--env.friction=NaN")]
    [InlineData("--env.task_ids: '[1,' is not a JSON list, for example [0, 1] (or null)", "--env.task_ids=[1,")]
    [InlineData("--env.control_mode: 'Relative' is not one of relative, absolute_pose", "--env.control_mode=Relative")]
    [InlineData("--env.size: 0 pixels are no picture", "--env.size=0")]
    [InlineData("--rename_map: 'a' is not a JSON map, for example {\"from\": \"to\"}", "--rename_map=a")]
    [InlineData("--policy.device: 'gpu' is not cuda, cuda:N or cpu", "--policy.device=gpu")]
    [InlineData("--policy.batching: 'fast' is not exact or dynamic", "--policy.batching=fast")]
    [InlineData("--policy.type: unknown policy type 'expertt'; did you mean 'expert'? (known: act, expert)", "--policy.type=expertt")]
    [InlineData("--env.type: unknown suite 'toi'; did you mean 'toy'? (known: toy)", "--env.type=toi")]
    [InlineData("--env.type: unknown suite 'libero' (known: toy)", "--env.type=libero")]
    [InlineData("--policy.path and --policy.type exclude each other; a checkpoint knows its type", "--policy.path=x")]
    [InlineData("--shard: '4' is not i/n, for example 0/4 for the first of four slices", "--shard=4")]
    [InlineData("--shard: '4/4' is out of range; slices count from 0: 0/4 to 3/4", "--shard=4/4")]
    [InlineData("--shard: '-1/4' is not i/n, for example 0/4 for the first of four slices", "--shard=-1/4")]
    [InlineData("--config_path needs a value: --config_path=...", "--config_path")]
    [InlineData("no/such.json: there is no such configuration file", "--config_path=no/such.json")]
    [InlineData("--resume: no/such/journal.jsonl does not exist; name the output folder of an interrupted run", "--resume=no/such")]
    public void Bad_input_is_one_line_that_names_the_flag(string message, params string[] tokens) =>
        Assert.Equal(message, Error(tokens));

    [Fact]
    public void A_missing_suite_or_policy_is_said()
    {
        Assert.Equal(
            "--env.type is missing (known: toy)",
            Assert.Throws<EvalCoreException>(() => EvalOptions.Read([], Registry)).Message);
        Assert.Equal(
            "--policy.path is missing: give a checkpoint's folder, or --policy.type for a built-in policy (see evalcore list toy)",
            Assert.Throws<EvalCoreException>(() => EvalOptions.Read(["--env.type=toy"], Registry)).Message);
    }

    [Fact]
    public void A_folder_that_is_no_checkpoint_is_said()
    {
        string Message(string path) => Assert.Throws<EvalCoreException>(
            () => EvalOptions.Read(["--env.type=toy", $"--policy.path={path}"], Registry)).Message;

        Assert.Equal("--policy.path: there is no folder './nowhere'", Message("./nowhere"));
        Assert.Equal(
            "--policy.path: there is no folder 'lerobot/act'; if it is on the Hugging Face Hub: "
            + "hf download lerobot/act --local-dir DIR, then --policy.path=DIR",
            Message("lerobot/act"));
        Assert.Equal(
            $"--policy.path: '{_folder}' has no config.json; it is not a LeRobot checkpoint (a folder pretrained_model/)",
            Message(_folder));
        Directory.CreateDirectory(Path.Combine(_folder, "pretrained_model"));
        FileWith(Path.Combine("pretrained_model", "config.json"), "{}");
        Assert.Equal(
            $"--policy.path: '{_folder}' has no config.json, its folder pretrained_model has; give --policy.path={_folder}/pretrained_model",
            Message(_folder));
        Assert.Equal(
            $"--policy.path: {_folder}/pretrained_model/config.json does not say the policy's \"type\"; it is not a LeRobot checkpoint's",
            Message(_folder + "/pretrained_model"));
    }

    [Fact]
    public void An_override_is_checked_against_the_policy_s_own_fields()
    {
        var e = Assert.Throws<EvalCoreException>(() => ReadCheckpoint("--policy.n_action_step=4"));
        Assert.Equal("unknown flag '--policy.n_action_step'; did you mean '--policy.n_action_steps'?", e.Message);
    }

    [Theory]
    [InlineData("""{ "eval": { "n_episode": 1 } }""", "unknown key 'eval.n_episode'; did you mean 'eval.n_episodes'?")]
    [InlineData("""{ "eval": { "n_episodes": "1" } }""", "eval.n_episodes: '1' is not a whole number")]
    [InlineData("""{ "eval": { "n_episodes": 1.5 } }""", "eval.n_episodes: '1.5' is not a whole number")]
    [InlineData("""{ "eval": { "use_async_envs": null } }""", "eval.use_async_envs: 'null' is not true or false")]
    [InlineData("""{ "job_name": 3 }""", "job_name: '3' is not a text")]
    [InlineData("[1]", "is not a JSON object")]
    [InlineData("{\n  \"seed\": \n}", "is not JSON (line 3); a configuration file is JSON with the flags' nested structure")]
    public void A_bad_configuration_file_is_named(string json, string message)
    {
        string file = FileWith("run.json", json);
        Assert.Equal($"{file}: {message}", Error($"--config_path={file}"));
    }

    private sealed class NoonClock : TimeProvider
    {
        public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

        public override DateTimeOffset GetUtcNow() => new(2026, 2, 3, 12, 34, 56, TimeSpan.Zero);
    }
}
