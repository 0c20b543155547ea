using System.Text.Encodings.Web;
using System.Text.Json;
using EvalCore.Assets;
using EvalCore.Commands.Jobs;
using EvalCore.Options;

namespace EvalCore.Cli.Tests.Jobs;

public sealed class SlurmCommandTests : IDisposable
{
    private static readonly string[] Walk = ["slurm", "--env.type=walk", "--policy.type=walker", "--policy.device=cpu"];

    private static readonly JsonSerializerOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly CommandLine _line = new() { Assets = new AssetSet("walks", "Walks", "MIT", new Uri("https://example.com"), []) };

    public void Dispose() => _line.Dispose();

    [Fact]
    public async Task The_scripts_match_their_snapshots()
    {
        Assert.Equal(0, await _line.Run(
            [.. Walk, "--shards=6", "--time=02:00:00", "--mem=16G", "--cpus-per-task=4", "--gres=gpu:1", "--partition=gpu", "--account=robots", "--qos=long", "--constraint=a100|h100",
                "--parallelism=3", "--retries=2", "--setup=module load dotnet/10", "--setup", "source ~/keys.sh", "--launch=apptainer exec --nv evalcore.sif",
                "--job_name=walks of two", "--eval.n_episodes=7", "--eval.n_episodes_to_render", "0", "--policy.n_action_steps=2", $"--output_dir={_line.In("run")}"]));
        await Verify("all");
    }

    [Fact]
    public async Task The_scripts_with_few_flags_match_their_snapshots()
    {
        using var line = new CommandLine();
        Assert.Equal(0, await line.Run([.. Walk, "--env.task=left", "--shards=4", $"--output_dir={line.In("run")}"]));
        Assert.Equal(["jobs.json", "merge.sbatch", "shards.sbatch", "submit.sh"], Directory.GetFiles(line.In("run")).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        await Bash.Check(line.In("run", "shards.sbatch"));
        Snapshot.Verify(Scrub(line, File.ReadAllText(line.In("run", "shards.sbatch"))), extension: "sh");
        Assert.Equal(
            "4 shards of 50 episodes, 1 task: FOLDER/run/shards.sbatch\nsubmit:  sh FOLDER/run/submit.sh\nwatch:   squeue --me\nlogs:    FOLDER/run/logs\nshards:  evalcore shards FOLDER/run\n",
            line.Scrub(line.Out.Output));
    }

    /// <summary>What bash makes of the words of the script is what was given: nothing in a value is a command.</summary>
    [Theory]
    [InlineData("$(touch hacked)")]
    [InlineData("`touch hacked`")]
    [InlineData("a'; touch hacked; '")]
    [InlineData("two words  and \"quotes\" \\ * ? [a] {b,c} ~ # $HOME & | ; < > !")]
    [InlineData("$'\\n'touch hacked")]
    public async Task A_value_is_one_word_of_the_script(string value)
    {
        string folder = _line.In("its bin");
        Bash.Write(folder, "srun", "printf '%s\\n' \"$@\"");
        string json = JsonSerializer.Serialize(new Dictionary<string, string> { ["a"] = value }, Plain);
        Assert.Equal(0, await _line.Run([.. Walk, "--shards=2", $"--rename_map={json}", $"--output_dir={_line.In("it's a run")}"]));
        var (code, output) = await Bash.Run(["-c", $"cd '{_line.Folder}' && SLURM_ARRAY_TASK_ID=1 bash \"./it's a run/shards.sbatch\""], folder);
        Assert.Equal(0, code);
        string[] words = output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Contains($"--rename_map={json}", words);
        Assert.Equal(["--shard=1/2", $"--output_dir={_line.In("it's a run")}/shard-1", "--resume=auto"], words[^3..]);
        Assert.Empty(Directory.GetFiles(_line.Folder, "hacked", SearchOption.AllDirectories));
    }

    [Theory]
    [InlineData("--shards is missing: give the number of shards, see evalcore slurm --help")]
    [InlineData("--shards: 101 shards are more than the 100 episodes of the run; give 100 or fewer", "--shards=101")]
    [InlineData("--shards: '0' is not a whole number, 1 to 1000000", "--shards=0")]
    [InlineData("--submit: there is no sbatch on the PATH; omit the flag, and submit the files on a machine that has Slurm", "--shards=2", "--submit")]
    [InlineData("--job_name: 'a\\u000atouch hacked' has a line break or another control character, which cannot be written to a job's file", "--shards=2", "--job_name=a\ntouch hacked")]
    [InlineData("--job_name: 'a\\u000ab' has a line break or another control character, which cannot be written to a job's file", "--shards=2", "--job_name", "a\nb")]
    [InlineData("--job_name: 'a\"b' has a quotation mark, a backslash, a percent sign or a control character, which a line #SBATCH cannot have; choose another name", "--shards=2", "--job_name=a\"b")]
    [InlineData("--partition: 'gpu --wrap=x' is not a name of a partition", "--shards=2", "--partition=gpu --wrap=x")]
    [InlineData("--time: 'soon' is not a time limit: minutes, HH:MM:SS or D-HH:MM:SS", "--shards=2", "--time=soon")]
    [InlineData("--mem: '16 GB' is not a size, for example 16G", "--shards=2", "--mem=16 GB")]
    [InlineData("--shard: each job has its own shard; give --shards=N", "--shards=2", "--shard=0/2")]
    [InlineData("--resume: each job resumes its own shard", "--shards=2", "--resume=run")]
    [InlineData("--watch: the jobs of one array evaluate one policy", "--shards=2", "--watch")]
    [InlineData("unknown flag '--eval.n_episode'; did you mean '--eval.n_episodes'?", "--shards=2", "--eval.n_episode=3")]
    [InlineData("unknown flag '--partiton'; see evalcore slurm --help", "--shards=2", "--partiton=gpu")]
    [InlineData("--eval.n_episodes: 'many' is not a whole number, 1 or more", "--shards=2", "--eval.n_episodes=many")]
    [InlineData("unexpected 'run'; flags are written --flag=value", "run")]
    public async Task A_wrong_line_is_refused_before_anything_is_written(string reason, params string[] flags)
    {
        Assert.Equal(2, await _line.Run([.. Walk, $"--output_dir={_line.In("run")}", .. flags]));
        Assert.Equal($"error: {reason}\n", _line.Error.Output);
        Assert.Empty(Directory.GetFileSystemEntries(_line.Folder));
    }

    /// <summary>A model of LIBERO takes as long as an episode, of the other suites a fraction of a second.</summary>
    [Theory]
    [InlineData(true, "--env.type=libero")]
    [InlineData(true, "--env.type=libero", "--shard_by=task")]
    [InlineData(false, "--env.type=libero", "--shard_by=episode")]
    [InlineData(false, "--env.type=libero", "--env.task_ids=[0]")]
    [InlineData(false, "--env.type=metaworld", "--env.task=push-v3,reach-v3")]
    public void Shards_are_dealt_by_task_where_models_compile_slowly(bool isByTask, params string[] flags)
    {
        var run = ShardedRun.Read("slurm", [.. flags, "--policy.path=ws://127.0.0.1:1"], 2, BuiltInRegistry.All, Host.Local, _ => true);
        Assert.Equal(isByTask ? 1 : 0, run.Flags.Count(flag => flag == "--shard_by=task"));
    }

    [Fact]
    public async Task A_folder_with_jobs_or_a_run_is_not_written_to()
    {
        string[] flags = [.. Walk, "--shards=2", $"--output_dir={_line.In("run")}"];
        Assert.Equal(0, await _line.Run(flags));
        Assert.Equal(2, await _line.Run(flags));
        Assert.EndsWith($"error: --output_dir: {_line.In("run")} already contains the jobs of a run; evalcore shards {_line.In("run")} says what is missing of it, or name another folder\n", _line.Error.Output);
        File.WriteAllText(_line.In("eval_info.json"), "{}");
        Assert.Equal(2, await _line.Run([.. Walk, "--shards=2", $"--output_dir={_line.Folder}"]));
        Assert.EndsWith($"error: --output_dir: {_line.Folder} already contains a run; name another folder\n", _line.Error.Output);
    }

    [Fact]
    public async Task Without_an_output_folder_the_name_of_the_run_is_that_of_all_shards()
    {
        string here = Directory.GetCurrentDirectory();
        try
        {
            Directory.SetCurrentDirectory(_line.Folder);
            Assert.Equal(0, await _line.Run([.. Walk, "--shards=2"]));
        }
        finally
        {
            Directory.SetCurrentDirectory(here);
        }

        Assert.Matches(@"^2 shards of 100 episodes, 2 tasks: outputs/eval/[\d-]+/[\d-]+_walk_walker/shards.sbatch\n", _line.Out.Output);
    }

    /// <summary>sbatch is a script here: what it is given, and what is printed of its answers.</summary>
    [Fact]
    public async Task The_jobs_are_submitted_each_after_the_one_that_it_needs()
    {
        FakeSbatch("echo $(($(wc -l < \"$(dirname \"$0\")/given\") + 100))");
        Assert.Equal(0, await _line.Run([.. Walk, "--shards=2", $"--output_dir={_line.In("run")}"]));
        Assert.Equal((0, "files of the benchmark: job 101\nshards: job 102\nmerge: job 103\n"), await Bash.Run([_line.In("run", "submit.sh")], _line.In("bin")));
        Assert.Equal((0, "shards: job 104\nmerge: job 105\n"), await Bash.Run([_line.In("run", "submit.sh"), "--array=1,3"], _line.In("bin")));
        Assert.Equal(
            """
            --parsable FOLDER/run/assets.sbatch
            --parsable --dependency=afterok:101 --kill-on-invalid-dep=yes FOLDER/run/shards.sbatch
            --parsable --dependency=afterany:102 FOLDER/run/merge.sbatch
            --parsable --array=1,3 FOLDER/run/shards.sbatch
            --parsable --dependency=afterany:104 FOLDER/run/merge.sbatch

            """,
            _line.Scrub(File.ReadAllText(_line.In("bin", "given"))));
    }

    [Fact]
    public async Task A_refused_submission_is_one_line()
    {
        FakeSbatch("echo 'sbatch: error: invalid partition specified: gpu' >&2; exit 1");
        string path = Environment.GetEnvironmentVariable("PATH")!;
        _line.Set("PATH", $"{_line.In("bin")}:{path}");
        Environment.SetEnvironmentVariable("PATH", $"{_line.In("bin")}:{path}");
        try
        {
            Assert.Equal(2, await _line.Run([.. Walk, "--shards=2", "--partition=gpu", $"--output_dir={_line.In("run")}", "--submit"]));
        }
        finally
        {
            Environment.SetEnvironmentVariable("PATH", path);
        }

        Assert.Equal("error: --submit: the jobs were not submitted (sbatch: error: invalid partition specified: gpu)\n", _line.Error.Output);
        Assert.Empty(_line.Out.Output);

        // The same command, with another partition, finds no jobs there.
        Assert.False(Directory.Exists(_line.In("run")));
    }

    [Fact]
    public async Task More_shards_than_the_cluster_takes_are_explained()
    {
        FakeSbatch("echo 'sbatch: error: Batch job submission failed: Invalid job array specification' >&2; exit 1");
        var files = new JobFiles(new WrittenJobs(Scheduler.Slurm, 2, null), new Dictionary<string, string>());
        string message = (await Assert.ThrowsAsync<EvalCoreException>(() => Submission.Run(_line.In("bin", "sbatch"), [], files, _line.In("run"), CancellationToken.None))).Message;
        Assert.EndsWith("Invalid job array specification); give fewer shards: scontrol show config has the cluster's limit, MaxArraySize, often 1001", message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_the_merge_no_job_stays_in_the_queue()
    {
        FakeSbatch("case \"$*\" in *merge*) exit 1;; esac; echo 7");
        Bash.Write(_line.In("bin"), "scancel", "echo \"scancel $*\"");
        Assert.Equal(0, await _line.Run([.. Walk, "--shards=2", $"--output_dir={_line.In("run")}"]));
        Assert.Equal((1, "files of the benchmark: job 7\nshards: job 7\nscancel 7 7\n"), await Bash.Run([_line.In("run", "submit.sh")], _line.In("bin")));
        Assert.Equal((1, "shards: job 7\nscancel 7\n"), await Bash.Run([_line.In("run", "submit.sh"), "--array=1"], _line.In("bin")));
    }

    /// <summary>What evalcore shards --format=array prints where all are whole submits nothing, least of all every shard.</summary>
    [Fact]
    public async Task An_empty_list_of_shards_is_refused()
    {
        FakeSbatch("echo 7");
        Assert.Equal(0, await _line.Run([.. Walk, "--shards=2", $"--output_dir={_line.In("run")}"]));
        Assert.Equal(
            (1, "submit.sh: --array= names no shard, as evalcore shards --format=array does where all are whole\n"),
            await Bash.Run([_line.In("run", "submit.sh"), "--array="], _line.In("bin")));
        Assert.False(File.Exists(_line.In("bin", "given")));
    }

    /// <summary>A shard is no run of its own in a history.</summary>
    [Theory]
    [InlineData("flag")]
    [InlineData("variable")]
    [InlineData("file")]
    [InlineData("nowhere")]
    public async Task The_merged_run_is_added_to_the_history(string place)
    {
        File.WriteAllText(_line.In("run.json"), "{\"history\": \"my runs.db\"}");
        if (place == "variable")
            _line.Set("EVALCORE_HISTORY", "my runs.db");
        string[] flags = place switch { "flag" => ["--history=my runs.db"], "file" => [$"--config_path={_line.In("run.json")}"], _ => [] };
        Assert.Equal(0, await _line.Run([.. Walk, "--shards=2", .. flags, $"--output_dir={_line.In("run")}"]));
        string shards = File.ReadAllText(_line.In("run", "shards.sbatch")), merge = File.ReadAllText(_line.In("run", "merge.sbatch"));
        Assert.Contains("\nunset EVALCORE_HISTORY\n", shards, StringComparison.Ordinal);
        Assert.DoesNotContain("my runs.db", shards, StringComparison.Ordinal);
        Assert.Equal(place == "file", shards.Contains("--history=null", StringComparison.Ordinal));
        Assert.EndsWith(
            place == "nowhere" ? "\nevalcore report FOLDER/run\n" : "\nevalcore report FOLDER/run || exit 1\nevalcore history add FOLDER/run --history='my runs.db'\n",
            _line.Scrub(merge), StringComparison.Ordinal);
        await Bash.Check(_line.In("run", "merge.sbatch"));
    }

    /// <summary>A branch may move before the last shard starts.</summary>
    [Theory]
    [InlineData("--policy.path=me/act")]
    [InlineData("--policy.path=me/act", "--policy.pretrained_revision=main")]
    [InlineData("--policy.pretrained_path=me/act@main")]
    public async Task The_jobs_name_the_commit_of_a_policy_on_the_Hub(params string[] policy)
    {
        using var line = new CommandLine { Policies = [new HubPolicies()] };
        Assert.Equal(0, await line.Run(["slurm", "--env.type=walk", .. policy, "--shards=2", $"--output_dir={line.In("run")}"]));
        string shards = File.ReadAllText(line.In("run", "shards.sbatch"));
        Assert.Contains($"\n  --policy.path=me/act@{HubPolicies.Commit} \\\n", shards, StringComparison.Ordinal);
        Assert.DoesNotContain("pretrained", shards, StringComparison.Ordinal);
    }

    private void FakeSbatch(string answer) =>
        Bash.Write(_line.In("bin"), "sbatch", $"echo \"$@\" >> \"$(dirname \"$0\")/given\"\n{answer}");

    private async Task Verify(string name)
    {
        string[] files = [.. Directory.GetFiles(_line.In("run")).Where(file => !file.EndsWith(".json", StringComparison.Ordinal)).Order(StringComparer.Ordinal)];
        Assert.Equal(["assets.sbatch", "merge.sbatch", "shards.sbatch", "submit.sh"], files.Select(Path.GetFileName));
        foreach (string file in files)
            await Bash.Check(file);
        Snapshot.Verify(Scrub(_line, string.Join("\n", files.Select(file => $"##### {Path.GetFileName(file)}\n{File.ReadAllText(file)}"))), name, "sh", method: nameof(The_scripts_match_their_snapshots));
    }

    private static string Scrub(CommandLine line, string text) => line.Scrub(text).Replace(Directory.GetCurrentDirectory(), "HERE", StringComparison.Ordinal);
}
