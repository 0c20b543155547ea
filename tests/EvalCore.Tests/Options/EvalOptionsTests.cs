using System.Text.Json.Nodes;
using EvalCore.Evaluation;
using EvalCore.Options;
using EvalCore.Policies;
using EvalCore.Results;

namespace EvalCore.Tests.Options;

public sealed class EvalOptionsTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory().FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static readonly Dictionary<string, string> Variables = [];

    private static EvalOptions Read(params string[] tokens) => Read(10, [], tokens);

    private static EvalOptions Read(int cores, Dictionary<string, string> variables, params string[] tokens) =>
        EvalOptions.Read(
            ["--env.type=toy", "--policy.type=expert", .. tokens], ToySuite.Registry,
            new Host(variables.GetValueOrDefault, new FixedClock(), cores));

    private static string Error(params string[] tokens) => Assert.Throws<EvalCoreException>(() => Read(tokens)).Message;

    private string FileWith(string name, string text)
    {
        string path = Path.Combine(_folder, name);
        File.WriteAllText(path, text);
        return path;
    }

    private string CheckpointFolder()
    {
        FileWith(ToyPolicies.File, """{ "n_action_steps": 5 }""");
        return _folder;
    }

    private EvalOptions ReadCheckpoint(params string[] tokens) => EvalOptions.Read(
        ["--env.type=toy", $"--policy.path={CheckpointFolder()}", .. tokens], ToySuite.Registry,
        new Host(Variables.GetValueOrDefault, new FixedClock(), 10));

    [Fact]
    public void Defaults_are_those_of_lerobot_eval()
    {
        var options = Read();
        Assert.Equal(50, options.Eval.NEpisodes);
        Assert.Equal(0, options.Eval.BatchSize);
        Assert.True(options.Eval.UseAsyncEnvs);
        Assert.Equal(10, options.Eval.NEpisodesToRender);
        Assert.Equal(1000, options.Seed);
        Assert.Empty(options.RenameMap);
        Assert.Equal(DeviceName.Cuda, options.Policy.Device);
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
    public void Batch_size_0_is_70_percent_of_the_cores(int cores, int episodes, int envs)
    {
        var rollout = Read(cores, []).Rollout;
        Assert.Equal(cores, rollout.Cores);
        Assert.Equal(envs, rollout.Eval.EnvsInFlight(rollout.Cores, episodes));
    }

    [Fact]
    public void A_given_batch_size_is_not_limited_by_cores_or_episodes() =>
        Assert.Equal(10, Read("--eval.batch_size=10").Eval.EnvsInFlight(cores: 2, episodes: 3));

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
    public void A_boolean_flag_without_a_value_is_true_and_Python_spelling_is_accepted()
    {
        var options = Read("--policy.use_amp", "--eval.use_async_envs=False");
        Assert.True(options.Policy.UseAmp);
        Assert.False(options.Eval.UseAsyncEnvs);
    }

    [Fact]
    public void The_properties_of_a_suite_are_flags_of_their_types()
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
    public void Null_clears_a_nullable_flag()
    {
        var env = (ToyConfig)Read("--env.camera_name=x", "--env.camera_name=null", "--env.episode_length=null").Env;
        Assert.Null(env.CameraName);
        Assert.Null(env.EpisodeLength);
    }

    [Fact]
    public void The_type_comes_from_the_checkpoint_and_flags_override_its_fields()
    {
        var options = ReadCheckpoint("--policy.n_action_steps=4", "--policy.use_vae", "true", "--policy.device=cuda:1");
        Assert.Equal("act", options.Policy.Type);
        Assert.Equal(_folder, options.Policy.Path);
        var act = Assert.IsType<ToyPolicies.Act>(options.Policy);
        Assert.Equal(4, act.NActionSteps);
        Assert.True(act.UseVae);
        Assert.Equal("cuda:1", options.Policy.Device.ToString());
        Assert.Equal(["n_action_steps", "use_vae", "device"], act.Given);
    }

    [Fact]
    public void Fields_without_a_flag_come_from_the_checkpoint()
    {
        var act = (ToyPolicies.Act)ReadCheckpoint().Policy;
        Assert.Equal(5, act.NActionSteps);
        Assert.Empty(act.Given);
    }

    [Fact]
    public void A_program_sets_a_policy_s_flags_as_the_command_line_does()
    {
        var act = new ToyPolicies.Act();
        act.Set("n_action_steps", "4");
        Assert.Equal(4, act.NActionSteps);
        Assert.Equal(["n_action_steps"], act.Given);
        Assert.Equal("--policy.n_action_steps: '0' is not a whole number, 1 to 100", Assert.Throws<EvalCoreException>(() => act.Set("n_action_steps", "0")).Message);
        Assert.Contains("did you mean '--policy.n_action_steps'?", Assert.Throws<EvalCoreException>(() => act.Set("n_action_step", "4")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_configuration_of_an_earlier_version_has_null_for_batching()
    {
        string file = FileWith("old.json", """{ "env": { "type": "toy" }, "policy": { "type": "expert", "device": "cpu", "use_amp": false, "batching": null } }""");
        Assert.Null(EvalOptions.Read([$"--config_path={file}"], ToySuite.Registry).Policy.Batching);
    }

    [Fact]
    public void The_rename_map_is_part_of_the_policy_context()
    {
        var context = Read("""--rename_map={"observation.image": "observation.images.top"}""").PolicyContext(_ => { });
        Assert.Equal("observation.images.top", context.RenameMap["observation.image"]);
    }

    [Fact]
    public void Flags_without_effect_are_accepted_with_a_note()
    {
        var options = Read("--trust_remote_code=true", "--env.render_mode", "rgb_array", "--eval.recording=false");
        Assert.Equal(["these flags have no effect here: --trust_remote_code, --eval.recording, --env.render_mode"], options.Notes);
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
        var options = EvalOptions.Read([$"--config_path={file}", "--eval.n_episodes=9", "--policy.n_action_steps=3"], ToySuite.Registry);
        Assert.Equal(9, options.Eval.NEpisodes);
        Assert.False(options.Eval.UseAsyncEnvs);
        Assert.Equal(3, ((ToyPolicies.Act)options.Policy).NActionSteps);
        Assert.Equal(DeviceName.Cpu, options.Policy.Device);
        Assert.Equal(4, options.Seed);
        Assert.Equal("b", options.RenameMap["a"]);
        Assert.Equal([1], ((ToyConfig)options.Env).TaskIds);
        Assert.Equal(2, ((ToyConfig)options.Env).Friction);
    }

    [Fact]
    public void Written_options_are_read_back_unchanged()
    {
        var options = ReadCheckpoint(
            "--seed=7", "--eval.n_episodes=3", "--env.task_ids=[2]", "--policy.n_action_steps=4", "--rename_map={\"a\":\"b\"}",
            "--shard=1/2", "--env.control_mode=absolute_pose");
        string file = FileWith("written.json", options.ToJson().ToJsonString());
        var again = EvalOptions.Read([$"--config_path={file}"], ToySuite.Registry);
        Assert.True(JsonNode.DeepEquals(options.ToJson(), again.ToJson()), again.ToJson().ToJsonString());
    }

    [Fact]
    public void A_run_is_resumed_from_the_options_in_its_journal()
    {
        string output = Path.Combine(_folder, "run");
        WriteJournal(output, Read("--seed=7", $"--output_dir={output}").ToJson());
        var resumed = EvalOptions.Read([$"--resume={output}"], ToySuite.Registry);
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
        Assert.Equal($"--output_dir: {output} already contains a run; resume it with --resume={output}, or name another folder", error);
    }

    /// <summary>One command line for a run and its resume: a job that is started again has the same.</summary>
    [Fact]
    public void Resume_auto_begins_a_run_or_resumes_it()
    {
        string output = Path.Combine(_folder, "run");
        var first = Read("--resume=auto", $"--output_dir={output}", "--eval.n_episodes=7");
        Assert.Equal((false, output), (first.Resume, first.OutputDir));
        Directory.CreateDirectory(output);
        File.WriteAllText(Path.Combine(output, Journal.FileName), "{\"identity\": {");
        Assert.False(Read("--resume=auto", $"--output_dir={output}").Resume);
        WriteJournal(output, first.ToJson());
        var second = Read("--resume=auto", $"--output_dir={output}", "--eval.n_episodes=7");
        Assert.Equal((true, output, 7), (second.Resume, second.OutputDir, second.Eval.NEpisodes));
        Assert.Equal("--resume=auto: --output_dir is missing: name the folder, whose run is resumed where it has begun", Error("--resume=auto"));
    }

    [Fact]
    public void A_shard_is_resumed_with_the_deal_that_it_had()
    {
        string output = Path.Combine(_folder, "run");
        string[] byTask = ["--shard=1/4", "--shard_by=task"];
        Assert.Equal("task", Read(byTask).Shard.Deal.Text);
        Assert.False(Read("--shard=1/4").ToJson().ContainsKey("shard_by"));
        WriteJournal(output, Read(byTask).ToJson());
        Assert.Equal("task", Read($"--resume={output}").Shard.Deal.Text);
        Assert.Equal("task", Read([.. byTask, "--resume=auto", $"--output_dir={output}"]).Shard.Deal.Text);
        Assert.Equal(
            "--shard_by: the run's shards were dealt by task, and these flags deal by episode: its shard would have other episodes; "
            + "give --shard_by and --shard_times as before, with unchanged times, or start a new run",
            Error($"--resume={output}", "--shard_by=episode"));

        File.Delete(Path.Combine(output, Journal.FileName));
        WriteJournal(output, Read("--shard=1/4").ToJson());
        Assert.Contains("were dealt by episode, and these flags deal by task", Error($"--resume={output}", "--shard_by=task"), StringComparison.Ordinal);
        Assert.Equal(new Shard(1, 4), Read($"--resume={output}").Shard);
    }

    private static void WriteJournal(string folder, JsonObject options)
    {
        Directory.CreateDirectory(folder);
        var run = new JsonObject { ["identity"] = new JsonObject(), ["options"] = options };
        File.WriteAllText(Path.Combine(folder, Journal.FileName), run.ToJsonString() + "\n");
    }

    [Fact]
    public void An_output_folder_that_cannot_be_written_is_refused_before_the_run()
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
    public void The_shard_of_an_array_job_comes_from_environment_variables()
    {
        var slurm = new Dictionary<string, string>
        {
            ["SLURM_ARRAY_TASK_ID"] = "3", ["SLURM_ARRAY_TASK_MIN"] = "1", ["SLURM_ARRAY_TASK_COUNT"] = "4",
        };
        Assert.Equal(new Shard(2, 4), Read(1, slurm).Shard);
        Assert.Equal(["playing shard 2/4, read from the array job's environment variables; --shard=0/1 plays all episodes"], Read(1, slurm).Notes);
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
    [InlineData("--eval.n_episodes: 'ten' is not a whole number, 1 or more", "--eval.n_episodes=ten")]
    [InlineData("--eval.n_episodes: '5.0' is not a whole number, 1 or more", "--eval.n_episodes=5.0")]
    [InlineData("--eval.n_episodes: 99999999999 is not possible; the largest number is 2147483647", "--eval.n_episodes=99999999999")]
    [InlineData("--eval.n_episodes: 2147483648 is not possible; the largest number is 2147483647", "--eval.n_episodes=2147483648")]
    [InlineData("--eval.n_episodes: -2147483649 is not possible; the smallest number is 1", "--eval.n_episodes=-2147483649")]
    [InlineData("--seed: 9223372036854775808 is not possible; the largest number is 9223372036854775807", "--seed=9223372036854775808")]
    [InlineData("unknown flag '--device'; did you mean '--policy.device'?", "--device=cpu")]
    [InlineData("unknown flag '--n_episodes'; did you mean '--eval.n_episodes'?", "--n_episodes=5")]
    [InlineData("unknown flag '--task'; did you mean '--env.task'?", "--task=Toy-v0")]
    [InlineData("unknown flag '--eval.seed'; did you mean '--seed'?", "--eval.seed=5")]
    [InlineData("unknown flag '--policy.num_inference_steps'; a policy of type 'expert' has no field 'num_inference_steps'", "--policy.num_inference_steps=10")]
    [InlineData("unknown flag '--env.gravitational_pull'; the suite 'toy' has no flag 'gravitational_pull'", "--env.gravitational_pull=9")]
    [InlineData("--resume names the output folder of the interrupted run: --resume=DIR", "--resume=true")]
    [InlineData("--env.friction: 'Infinity' is not a number", "--env.friction=Infinity")]
    [InlineData("--eval.n_episodes: '' is not a whole number, 1 or more", "--eval.n_episodes=")]
    [InlineData("--eval.n_episodes: '-3' is not a whole number, 1 or more", "--eval.n_episodes", "-3")]
    [InlineData("--eval.n_episodes: '0' is not a whole number, 1 or more", "--eval.n_episodes=0")]
    [InlineData("--eval.batch_size: '-1' is not a whole number, 0 or more", "--eval.batch_size=-1")]
    [InlineData("--eval.use_async_envs: 'maybe' is not true or false", "--eval.use_async_envs=maybe")]
    [InlineData("--seed: null is not possible; results here are always seeded: omit the flag, which means 1000, or give a number", "--seed=null")]
    [InlineData("--seed: -1 is not possible; give a number from 0 to 4294967295", "--seed=-1")]
    [InlineData("--seed: 4294967296 is not possible; give a number from 0 to 4294967295", "--seed=4294967296")]
    [InlineData("--env.friction: 'NaN' is not a number", "--env.friction=NaN")]
    [InlineData("--env.task_ids: '[1,' is not a JSON list of whole numbers, for example [0, 1] (or null)", "--env.task_ids=[1,")]
    [InlineData("--env.task_ids: '[0.5]' is not a JSON list of whole numbers, for example [0, 1] (or null)", "--env.task_ids=[0.5]")]
    [InlineData("--env.control_mode: 'Relative' is not one of relative, absolute_pose", "--env.control_mode=Relative")]
    [InlineData("--env.size: '0' is not a whole number, 1 to 4096", "--env.size=0")]
    [InlineData("--env.fps: '0' is not a whole number, 1 or more", "--env.fps=0")]
    [InlineData("--env.obs_type: 'sound' is not one of pixels, state", "--env.obs_type=sound")]
    [InlineData("--rename_map: 'a' is not a JSON map, for example {\"from\": \"to\"}", "--rename_map=a")]
    [InlineData("--policy.device: 'gpu' is not cuda, cuda:N or cpu", "--policy.device=gpu")]
    [InlineData("--policy.batching: 'fast' is not one of exact, dynamic (or null)", "--policy.batching=fast")]
    [InlineData("--policy.type: unknown policy type 'expertt'; did you mean 'expert'? (known: act, expert)", "--policy.type=expertt")]
    [InlineData("--env.type: unknown suite 'toi'; did you mean 'toy'? (known: toy)", "--env.type=toi")]
    [InlineData("--env.type: unknown suite 'libero' (known: toy)", "--env.type=libero")]
    [InlineData("--policy.path and --policy.type exclude each other, as in LeRobot: the type is read from the checkpoint (if its configuration lacks it, add \"type\": \"expert\" there)", "--policy.path=x")]
    [InlineData("--shard: '4' is not I/N, for example 0/4 for the first of four shards", "--shard=4")]
    [InlineData("--shard: '4/4' is out of range; shards are numbered from 0: 0/4 to 3/4", "--shard=4/4")]
    [InlineData("--shard: '-1/4' is not I/N, for example 0/4 for the first of four shards", "--shard=-1/4")]
    [InlineData("--config_path needs a value: --config_path=...", "--config_path")]
    [InlineData("no/such.json: there is no such file; expected a configuration file: JSON with the flags' nested structure", "--config_path=no/such.json")]
    [InlineData("--resume: no/such/journal.jsonl does not exist; name the output folder of an interrupted run", "--resume=no/such")]
    public void Bad_input_is_one_line_that_names_the_flag(string message, params string[] tokens) =>
        Assert.Equal(message, Error(tokens));

    [Fact]
    public void A_folder_in_place_of_a_configuration_file_is_refused()
    {
        Assert.Equal($"{_folder}: is a folder; name a JSON or YAML file with the flags' nested structure (a checkpoint's folder is --policy.path)", Error($"--config_path={_folder}"));
        Assert.Equal($"--env: '{_folder}' is a folder; name a JSON or YAML file", Error($"--env={_folder}"));
        string run = FileWith("run.json", $$"""{ "env": { "type": "toy" }, "policy": "{{_folder}}" }""");
        Assert.Equal(
            $"{run}: policy: '{_folder}' is a folder; name a checkpoint as path: --policy.path={_folder}, or {{\"path\": ...}} in a file",
            Assert.Throws<EvalCoreException>(() => EvalOptions.Read([$"--config_path={run}"], ToySuite.Registry)).Message);
    }

    [Theory]
    [InlineData("seed: 2147483648\neval: {n_episodes: 2147483648}", "eval.n_episodes: 2147483648 is not possible; the largest number is 2147483647")]
    [InlineData("eval:\n  n_episodes: 3\n  n_episodes: 4", "contains the key 'n_episodes' twice (line 3)")]
    [InlineData("seed: .nan", "seed: '.nan' is not a whole number")]
    [InlineData("- 1", "is not a YAML mapping; expected a configuration file: JSON with the flags' nested structure")]
    [InlineData("eval: [", "is not YAML (line 2, column 1); expected a configuration file: JSON with the flags' nested structure")]
    [InlineData("eval: &a {n_episodes: 3}\nenv: *a", "contains an alias; write the value itself (line 2)")]
    [InlineData("seed: !!python/object 1", "contains the tag tag:yaml.org,2002:python/object; write the value without it (line 1)")]
    [InlineData("seed: 1\n---\nseed: 2", "contains more than one document (line 2)")]
    [InlineData("seeds: 1", "unknown key 'seeds'; did you mean 'seed'?")]
    [InlineData("seed: 1\neval:\n\tn_episodes: 3\n", "is not YAML (line 3, column 1: a tab, which does not indent in YAML; use spaces); expected a configuration file: JSON with the flags' nested structure")]
    [InlineData("eval:\n  n_episodes: 3\n\tbatch_size: 3\nseed: 1", "is not YAML (line 3, column 1: a tab, which does not indent in YAML; use spaces); expected a configuration file: JSON with the flags' nested structure")]
    public void A_bad_YAML_file_is_named_with_the_line(string text, string error)
    {
        string file = FileWith("run.yaml", text);
        Assert.Equal($"{file}: {error}", Error($"--config_path={file}"));
    }

    [Fact]
    public void A_YAML_file_is_read_as_the_same_JSON_file()
    {
        string file = FileWith("run.yaml", """
            # a run
            env:
              type: toy
              camera_name: "yes"
              task_ids: [0, 2]
              init_states: no
              friction: 1e-3
            eval: {n_episodes: 7}
            policy:
              type: expert
            job_name: ~
            rename_map:
              a: b
            """);
        var options = EvalOptions.Read([$"--config_path={file}"], ToySuite.Registry);
        var env = (ToyConfig)options.Env;
        Assert.Equal("yes", env.CameraName);
        Assert.Equal([0, 2], env.TaskIds!);
        Assert.False(env.InitStates);
        Assert.Equal(1e-3, env.Friction);
        Assert.Equal(7, options.Eval.NEpisodes);
        Assert.Equal("b", options.RenameMap["a"]);
    }

    /// <summary>The values are those of PyYAML 6.0 (YAML 1.1), then of Python's int and float where a flag is a number.</summary>
    [Theory]
    [InlineData("010", 8)]
    [InlineData("08", 8)]
    [InlineData("0x1F", 31)]
    [InlineData("0b1_01", 5)]
    [InlineData("1_000", 1000)]
    [InlineData("1:30", 90)]
    [InlineData("1:00:01", 3601)]
    [InlineData("0", 0)]
    [InlineData("'12'", 12)]
    [InlineData("+3", 3)]
    public void A_whole_number_in_YAML_is_read_as_PyYAML_reads_it(string text, long value) =>
        Assert.Equal(value, EvalOptions.Read([$"--config_path={FileWith("run.yaml", $"env: {{type: toy}}\npolicy: {{type: expert}}\nrename_map: {{}}\nseed: {text}")}"], ToySuite.Registry).Seed);

    [Theory]
    [InlineData("1e3", 1000)]
    [InlineData("1e-3", 0.001)]
    [InlineData("1.5e3", 1500)]
    [InlineData("1.5e+3", 1500)]
    [InlineData("1_0.5", 10.5)]
    [InlineData("1:30.5", 90.5)]
    [InlineData("-.5", -0.5)]
    [InlineData(".5", 0.5)]
    [InlineData("-010", -8)]
    [InlineData("-1:00:01", -3601)]
    [InlineData("4.", 4)]
    public void A_number_in_YAML_is_read_as_PyYAML_reads_it(string text, double value)
    {
        string file = FileWith("run.yaml", $"env: {{type: toy, friction: {text}}}\npolicy: {{type: expert}}");
        Assert.Equal(value, ((ToyConfig)EvalOptions.Read([$"--config_path={file}"], ToySuite.Registry).Env).Friction);
    }

    [Theory]
    [InlineData("1e3")]
    [InlineData("0o17")]
    [InlineData("1:90")]
    [InlineData("1.0")]
    [InlineData("0x")]
    [InlineData("2026-01-31")]
    public void What_PyYAML_reads_as_no_whole_number_is_none(string text)
    {
        string file = FileWith("run.yaml", $"seed: {text}");
        Assert.Equal($"{file}: seed: '{text}' is not a whole number", Error($"--config_path={file}"));
    }

    [Fact]
    public void Unknown_flags_are_reported_before_missing_ones()
    {
        Assert.Equal("unknown flag '--policy-path'; did you mean '--policy.path'?", First("--policy-path=x"));
        Assert.Equal("unknown flag '--checkpoint'; see evalcore eval --help", First("--checkpoint=x"));
        Assert.Equal("unknown flag '--eval.n_episode'; did you mean '--eval.n_episodes'?", First("--eval.n_episode=3"));
        Assert.Equal("unknown flag '--sed'; did you mean '--seed'?", First("--env.type=toy", "--sed=3"));
        Assert.Equal("unknown flag '--device'; did you mean '--policy.device'?", First("--device=cpu"));
        Assert.StartsWith("--env.type is missing", First("--policy.path=x", "--seed=3", "--env.friction=1", "--trust_remote_code"), StringComparison.Ordinal);
        Assert.StartsWith("--policy.path is missing", First("--env.type=toy", "--shard=0/1", "--output_dir=x"), StringComparison.Ordinal);

        static string First(params string[] tokens) =>
            Assert.Throws<EvalCoreException>(() => EvalOptions.Read(tokens, ToySuite.Registry, new Host(_ => null, TimeProvider.System, 4))).Message;
    }

    [Theory]
    [InlineData("eval: [[[[")]
    [InlineData("\t- ? : {")]
    [InlineData("%YAML 9.9\n---\na: 1")]
    [InlineData("a: \"\\ud800\"")]
    public void Any_text_as_YAML_gives_a_line(string text)
    {
        foreach (string variant in (string[])[text, new string('[', 100_000), string.Concat(Enumerable.Repeat("a: {", 5000)), text + "\0"])
            Assert.DoesNotContain('\n', Error($"--config_path={FileWith("run.yml", variant)}"));
    }

    [Theory]
    [InlineData("~/runs/a", "/runs/a")]
    [InlineData("~", "")]
    public void A_tilde_that_the_shell_left_is_the_home_folder(string given, string below)
    {
        string home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile).TrimEnd('/');
        Assert.Equal(home + below, Read($"--output_dir={given}").OutputDir);
        string file = FileWith("run.json", $$"""{ "output_dir": "{{given}}" }""");
        Assert.Equal(home + below, Read($"--config_path={file}").OutputDir);
        Assert.Equal("~x", Read("--output_dir=~x").OutputDir);
        Assert.StartsWith($"--policy.path: there is no file or folder '{home}/no/such'",
            Assert.Throws<EvalCoreException>(() => EvalOptions.Read(["--env.type=toy", "--policy.path=~/no/such"], ToySuite.Registry)).Message, StringComparison.Ordinal);
        Assert.StartsWith($"{home}/no/such.json: there is no such file", Error("--config_path=~/no/such.json"), StringComparison.Ordinal);
        Assert.StartsWith($"--resume: {home}/no/such/journal.jsonl", Error("--resume=~/no/such"), StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_suite_or_policy_is_reported()
    {
        Assert.Equal(
            "--env.type is missing (known: toy)",
            Assert.Throws<EvalCoreException>(() => EvalOptions.Read([], ToySuite.Registry)).Message);
        Assert.Equal(
            "--policy.path is missing: give a checkpoint's folder, or --policy.type for a built-in policy (see evalcore list toy)",
            Assert.Throws<EvalCoreException>(() => EvalOptions.Read(["--env.type=toy"], ToySuite.Registry)).Message);
    }

    [Fact]
    public void A_path_without_a_policy_is_refused_in_one_line()
    {
        string Message(string path) => Assert.Throws<EvalCoreException>(
            () => EvalOptions.Read(["--env.type=toy", $"--policy.path={path}"], ToySuite.Registry)).Message;

        Assert.Equal("--policy.path: there is no file or folder './nowhere'", Message("./nowhere"));
        Assert.Equal($"--policy.path: '{_folder}' is not a policy that this program can load", Message(_folder));
        FileWith(ToyPolicies.File, """{ "n_action_steps": "many" }""");
        Assert.Equal($"{_folder}/{ToyPolicies.File}: n_action_steps: 'many' is not a whole number, 1 to 100", Message(_folder));
    }

    [Fact]
    public void An_override_is_checked_against_the_fields_of_the_policy()
    {
        var e = Assert.Throws<EvalCoreException>(() => ReadCheckpoint("--policy.n_action_step=4"));
        Assert.Equal("unknown flag '--policy.n_action_step'; did you mean '--policy.n_action_steps'?", e.Message);
    }

    [Theory]
    [InlineData("""{ "eval": { "n_episode": 1 } }""", "unknown key 'eval.n_episode'; did you mean 'eval.n_episodes'?")]
    [InlineData("""{ "eval": { "n_episodes": "one" } }""", "eval.n_episodes: 'one' is not a whole number, 1 or more")]
    [InlineData("""{ "eval": { "n_episodes": 1.5 } }""", "eval.n_episodes: '1.5' is not a whole number, 1 or more")]
    [InlineData("""{ "eval": { "use_async_envs": null } }""", "eval.use_async_envs: 'null' is not true or false")]
    [InlineData("""{ "job_name": 3 }""", "job_name: '3' is not a string")]
    [InlineData("[1]", "is not a JSON object; expected a configuration file: JSON with the flags' nested structure")]
    [InlineData("{\n  \"seed\": \n}", "is not JSON (line 3, column 1: '}'); expected a configuration file: JSON with the flags' nested structure")]
    public void A_bad_configuration_file_is_named(string json, string message)
    {
        string file = FileWith("run.json", json);
        Assert.Equal($"{file}: {message}", Error($"--config_path={file}"));
    }

    private sealed class FixedClock : TimeProvider
    {
        public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

        public override DateTimeOffset GetUtcNow() => new(2026, 2, 3, 12, 34, 56, TimeSpan.Zero);
    }
}
