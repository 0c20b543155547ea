using System.Text.Json.Nodes;
using EvalCore.Cli.Tests.Training;
using EvalCore.Commands;
using EvalCore.Commands.Jobs;
using EvalCore.Results;

namespace EvalCore.Cli.Tests.Jobs;

public sealed class ShardsCommandTests : IDisposable
{
    private static readonly string[] Walk = ["--env.type=walk", "--policy.type=walker", "--policy.device=cpu", "--eval.n_episodes_to_render=0", "--eval.n_episodes=3"];

    private readonly CommandLine _line = new();
    private int _taken;

    public void Dispose() => _line.Dispose();

    [Fact]
    public async Task What_is_missing_is_said_and_submitted()
    {
        Assert.Equal(0, await _line.Run(["slurm", .. Walk, "--shards=4", $"--output_dir={_line.In("run")}"]));
        Take();
        Assert.Equal(1, await _line.Run("shards", _line.In("run")));
        Assert.Equal($"4 shards, 0 episodes\n  missing  4: 0-3\nsubmit them: sh {_line.In("run", "submit.sh")} --array=0-3\n", Take());
        await Play(0, 1, 3);
        Interrupt(1);
        Assert.Equal(1, await _line.Run("shards", _line.In("run")));
        Assert.Equal(
            $"4 shards, 4 episodes\n  whole    2: 0,3\n  partial  1: 1 (finished episodes: 1)\n  missing  1: 2\nsubmit them: sh {_line.In("run", "submit.sh")} --array=1,2\n", Take());
        Assert.Equal(1, await _line.Run("shards", _line.In("run"), "--format=array"));
        Assert.Equal("1,2\n", Take());

        await Play(1, 2);
        Take();
        Assert.Equal(0, await _line.Run("shards", _line.In("run")));
        Assert.Equal("4 shards, 6 episodes\n  whole    4: all\n", Take());
        Assert.Equal(0, await _line.Run("shards", _line.In("run"), "--format=array"));
        Assert.Empty(Take());
        Assert.DoesNotContain("error: ", _line.Error.Output, StringComparison.Ordinal);
    }

    /// <summary>The shards that evalcore slurm deals, with one played again from its beginning, give the whole run.</summary>
    [Theory]
    [InlineData("--shard_by=episode")]
    [InlineData("--shard_by=task")]
    public async Task The_merged_shards_equal_the_whole_run_however_they_are_dealt(string by)
    {
        Assert.Equal(0, await _line.Run([.. Walk, $"--output_dir={_line.In("whole")}"]));
        for (int shard = 0; shard < 4; shard++)
            Assert.Equal(0, await _line.Run([.. Walk, by, $"--shard={shard}/4", $"--output_dir={_line.In("run", $"shard-{shard}")}", "--resume=auto"]));
        Assert.Equal(0, await _line.Run(["merge", .. Directory.GetDirectories(_line.In("run")).Order().Reverse(), "-o", _line.In("merged")]));
        EvalInfo whole = EvalInfo.Load(_line.In("whole", "eval_info.json")), merged = EvalInfo.Load(_line.In("merged", "eval_info.json"));
        Assert.Equal(whole.Episodes.Select(episode => episode.Key), merged.Episodes.Select(episode => episode.Key));
        Assert.All(whole.Episodes.Zip(merged.Episodes), pair => Assert.True(pair.First.HasResultOf(pair.Second)));
        Assert.Equal((whole.Overall.NEpisodes, whole.Overall.PcSuccess), (merged.Overall.NEpisodes, merged.Overall.PcSuccess));
    }

    [Fact]
    public async Task Times_of_an_earlier_run_balance_the_shards()
    {
        Assert.Equal(0, await _line.Run([.. Walk, $"--output_dir={_line.In("before")}"]));
        for (int shard = 0; shard < 2; shard++)
            Assert.Equal(0, await _line.Run([.. Walk, "--shard_by=task", $"--shard_times={_line.In("before")}", $"--shard={shard}/2", $"--output_dir={_line.In("run", $"shard-{shard}")}"]));
        Assert.Equal(0, await _line.Run("shards", _line.In("run")));

        // Resumed with other times, a shard would have other episodes.
        Assert.Equal(2, await _line.Run("eval", $"--resume={_line.In("run", "shard-0")}", $"--shard_times={_line.In("run", "shard-1")}"));
        Assert.Contains("error: --shard_by: the run's shards were dealt by task, times ", _line.Error.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Folders_of_an_array_of_ones_own_are_read()
    {
        Assert.Equal(0, await _line.Run([.. Walk, "--shard=1/3", $"--output_dir={_line.In("mine", "second")}"]));
        Take();
        Assert.Equal(1, await _line.Run("shards", _line.In("mine")));
        Assert.Equal("3 shards, 2 episodes\n  whole    1: 1\n  missing  2: 0,2\nsubmit them: sbatch --array=0,2 FILE, where FILE plays --shard=$SLURM_ARRAY_TASK_ID/3\n", Take());

        // Elsewhere there is no sbatch.
        _line.Set("KUBERNETES_SERVICE_HOST", "10.0.0.1");
        Assert.Equal(1, await _line.Run("shards", _line.In("mine")));
        Assert.EndsWith("\nsubmit them: kubectl replace --force -f job.yaml when the Job has ended (it is deleted; shards that are whole end at once)\n", Take(), StringComparison.Ordinal);
        _line.Set("GITHUB_ACTIONS", "true");
        Assert.Equal(1, await _line.Run("shards", _line.In("mine")));
        Assert.EndsWith("\nsubmit them: Re-run failed jobs, on the page of the workflow's run\n", Take(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_limit_of_shards_at_the_same_time_is_kept()
    {
        Assert.Equal(0, await _line.Run(["slurm", .. Walk, "--shards=4", "--parallelism=2", $"--output_dir={_line.In("run")}"]));
        Take();
        Assert.Equal(1, await _line.Run("shards", _line.In("run")));
        Assert.EndsWith($"submit them: sh {_line.In("run", "submit.sh")} --array=0-3%2\n", Take(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Errors_are_counted_and_do_not_make_a_shard_partial()
    {
        Save(0, Played(0), Played(2));
        Save(1, Played(1), Played(3) with { Error = "the simulator's process was ended by SIGSEGV in step 1", Success = false });
        Assert.Equal(0, await _line.Run("shards", _line.In("run")));
        Assert.Equal(
            $"2 shards, 3 episodes\n  whole    2: all\n  errors   1: episodes of shard 1 that could not be played; evalcore eval --resume={_line.In("run", "shard-1")} --eval.retry_errors=true plays those of shard 1 again\n",
            Take());
    }

    /// <summary>Exit code 2 would be final for the jobs.</summary>
    [Fact]
    public async Task A_shard_that_another_process_locks_ends_with_exit_code_1()
    {
        using var line = new CommandLine { Time = new FastTime() };
        Directory.CreateDirectory(line.In("shard-0"));
        using (File.Open(line.In("shard-0", $"{Journal.FileName}.lock"), FileMode.Create, FileAccess.ReadWrite, FileShare.None))
            Assert.Equal(1, await line.Run([.. Walk, "--shard=0/4", $"--output_dir={line.In("shard-0")}", "--resume=auto"]));
        Assert.Equal($"error: --output_dir: {line.In("shard-0")} was locked by another process for 120 s; try again when that process has ended\n", line.Error.Output);
    }

    [Fact]
    public async Task One_shard_is_one()
    {
        Assert.Equal(0, await _line.Run(["slurm", .. Walk, "--env.task=left", "--eval.n_episodes=1", "--shards=1", $"--output_dir={_line.In("run")}"]));
        Assert.StartsWith("1 shard of 1 episode, 1 task: ", Take(), StringComparison.Ordinal);
        Assert.Equal(1, await _line.Run("shards", _line.In("run")));
        Assert.StartsWith("1 shard, 0 episodes\n", Take(), StringComparison.Ordinal);
    }

    /// <summary>Nothing is known here of shards on a volume: no line deletes a Job that runs.</summary>
    [Theory]
    [InlineData("--format=table")]
    [InlineData("--format=array")]
    public async Task Shards_on_a_volume_are_not_said_to_be_missing(string format)
    {
        Assert.Equal(0, await _line.Run(["k8s", .. Walk, "--image=evalcore", "--claim=data", $"--mount_path={_line.Folder}", "--shards=2", $"--output_dir={_line.In("run")}"]));
        Take();
        Assert.Equal(2, await _line.Run("shards", _line.In("run"), format));
        Assert.Empty(Take());
        Assert.EndsWith(
            $"error: {_line.In("run")}: has no shard: the shards of a Kubernetes Job are on its volume; kubectl apply -f {_line.In("run", "merge.yaml")} merges them there, or says in its log which are not whole\n",
            _line.Error.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_damaged_shard_is_noted()
    {
        Assert.Equal(0, await _line.Run(["k8s", .. Walk, "--image=evalcore", "--claim=data", $"--mount_path={_line.Folder}", "--shards=2", $"--output_dir={_line.In("run")}"]));
        Directory.CreateDirectory(_line.In("run", "shard-1"));
        File.WriteAllText(_line.In("run", "shard-1", "eval_info.json"), "{");
        Take();
        Assert.Equal(1, await _line.Run("shards", _line.In("run")));
        Assert.Equal($"2 shards, 0 episodes\n  damaged  1: 1\n  missing  1: 0\nsubmit them: kubectl replace --force -f {_line.In("run", "job.yaml")} when the Job has ended (it is deleted; shards that are whole end at once)\n", Take());
        Assert.StartsWith($"note: shard 1: {_line.In("run", "shard-1", "eval_info.json")}: is not an eval_info.json", _line.Error.Output, StringComparison.Ordinal);
        Assert.EndsWith($"; delete the folder {_line.In("run", "shard-1")}, and submit the shard again\n", _line.Error.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("shards: no folder; name the folder with the shards of one run: evalcore shards DIR", "shards")]
    [InlineData("shards: several folders; name the folder with the shards of one run: evalcore shards DIR", "shards", "a", "b")]
    [InlineData("nowhere: there is no such folder; name the folder that contains the output folders of the shards", "shards", "nowhere")]
    [InlineData("--format: 'json' is not one of table, array", "shards", "a", "--format=json")]
    public async Task A_wrong_line_is_refused(string reason, params string[] args)
    {
        Assert.Equal(2, await _line.Run(args));
        Assert.Equal($"error: {reason}\n", _line.Error.Output);
    }

    [Fact]
    public void A_damaged_list_of_jobs_is_read_or_refused() => Fuzz.Run(["{\"scheduler\":\"slurm\",\"shards\":4}\n", "{\"scheduler\":\"slurm\",\"shards\":4,\"parallelism\":2}\n", "{\"scheduler\":\"k8s\",\"shards\":16}"], text =>
    {
        File.WriteAllText(_line.In("jobs.json"), text);
        try
        {
            var jobs = JobFiles.Read(_line.Folder)!;
            Assert.InRange(jobs.Shards, 1, int.MaxValue);
            Assert.InRange(jobs.Parallelism ?? 1, 1, int.MaxValue);
        }
        catch (EvalCoreException e)
        {
            Assert.StartsWith(_line.In("jobs.json"), e.Message, StringComparison.Ordinal);
            Assert.DoesNotContain('\n', e.Message);
        }
    });

    [Theory]
    [InlineData("", new int[0])]
    [InlineData("3", new[] { 3 })]
    [InlineData("3,4", new[] { 3, 4 })]
    [InlineData("0-2,5,7-10", new[] { 0, 1, 2, 5, 7, 8, 9, 10 })]
    public void Numbers_are_written_as_sbatch_reads_them(string text, int[] numbers) => Assert.Equal(text, ShardsCommand.ArrayOf(numbers));

    private async Task Play(params int[] shards)
    {
        foreach (int shard in shards)
        {
            Assert.Equal(0, await _line.Run([.. Walk, "--shard_by=task", $"--shard={shard}/4", $"--output_dir={_line.In("run", $"shard-{shard}")}", "--resume=auto"]));
        }

        Take();
    }

    /// <summary>Leaves of a shard what a kill after its first episode leaves.</summary>
    private void Interrupt(int shard)
    {
        string journal = _line.In("run", $"shard-{shard}", Journal.FileName);
        File.WriteAllLines(journal, File.ReadAllLines(journal)[..2]);
        File.Delete(_line.In("run", $"shard-{shard}", EvalInfo.FileName));
    }

    /// <summary>Writes the result of one of two shards.</summary>
    private void Save(int shard, params EpisodeRecord[] episodes)
    {
        string folder = Directory.CreateDirectory(_line.In("run", $"shard-{shard}")).FullName;
        var provenance = new JsonObject
        {
            ["seed"] = 1000L, ["policy"] = new JsonObject { ["type"] = "walker" }, ["env"] = new JsonObject { ["type"] = "walk" }, ["engines"] = new JsonObject(),
            ["shard"] = $"{shard}/2", ["shard_episodes"] = episodes.Length,
        };
        new EvalInfo(episodes, 1, "", provenance).Save(Path.Combine(folder, EvalInfo.FileName));
    }

    private static EpisodeRecord Played(int index) => new()
    {
        Suite = "walk", TaskGroup = "walks", TaskId = 0, Task = "left", EpisodeIndex = index, Seed = 1000 + index, Steps = 3, SumReward = 0.5, MaxReward = 0.25,
        Success = true, Timings = new(1, 2, 3, 4, 5),
    };

    private string Take()
    {
        string text = _line.Out.Output[_taken..];
        _taken += text.Length;
        return text;
    }
}
