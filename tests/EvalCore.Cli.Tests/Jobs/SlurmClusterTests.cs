using System.Diagnostics;
using System.Text.RegularExpressions;
using EvalCore.Cli.Tests.Evaluation;
using EvalCore.Results;

namespace EvalCore.Cli.Tests.Jobs;

/// <summary>The scripts of <c>evalcore slurm</c> on a Slurm of the distribution.</summary>
public sealed partial class SlurmClusterTests : IDisposable
{
    private const int NEpisodes = 800;

    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(8);

    private readonly string _folder = Directory.CreateTempSubdirectory("evalcore-").FullName;

    private string Run => Path.Combine(_folder, "run");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    /// <summary>One of four shards is killed in its middle and put into the queue again; the others go on.</summary>
    [Fact]
    public async Task A_killed_shard_that_is_queued_again_leaves_no_trace_in_the_merged_result()
    {
        await using var cluster = await Start();
        var (shards, _) = await Submit(cluster, "--retries=1", "--cpus-per-task=1", "--time=10");
        await Until(() => Recorded(1) >= 5, cluster);
        var (code, output) = await cluster.Run("scancel", "--signal=KILL", $"{shards}_1");
        Assert.True(code == 0, output);
        int kept = Recorded(1);
        Assert.InRange(kept, 5, NEpisodes / 4 - 1);
        await Until(async () => (await cluster.Run("scontrol", "requeue", $"{shards}_1")).Code == 0, cluster);

        // Slurm waits two minutes before it starts such a shard.
        await Until(async () => (await cluster.Run("scontrol", "update", $"JobId={shards}_1", "StartTime=now")).Code == 0, cluster);
        await Until(() => File.Exists(Path.Combine(Run, EvalInfo.FileName)), cluster);
        Assert.Contains("Restarts=1", (await cluster.Run("scontrol", "show", "job", $"{shards}_1")).Output, StringComparison.Ordinal);

        var merged = EvalInfo.Load(Path.Combine(Run, EvalInfo.FileName));
        var whole = await PushTEvaluation.Run("pusht_act_keypoints", NEpisodes);
        Assert.Equal(PushTEvaluation.PerEpisode(whole), PushTEvaluation.PerEpisode(merged));
        Assert.Equal(NEpisodes / 4, EvalInfo.Load(Path.Combine(Run, "shard-1", EvalInfo.FileName)).Episodes.Count);
    }

    /// <summary>The merge of a run with a killed shard names it, and its line submits that shard and the merge.</summary>
    [Fact]
    public async Task The_merge_says_how_to_submit_a_killed_shard()
    {
        await using var cluster = await Start();
        var (shards, merge) = await Submit(cluster, "--retries=0");
        await Until(() => Recorded(2) >= 1, cluster);
        await cluster.Run("scancel", "--signal=KILL", $"{shards}_2");
        string log = Path.Combine(Run, "logs", "merge.log");
        await Until(async () => File.Exists(log) && (await cluster.Run("squeue", "--noheader")).Output.Length == 0, cluster);
        Assert.Contains($"submit them: sh {Run}/submit.sh --array=2\n", File.ReadAllText(log), StringComparison.Ordinal);
        Assert.False(File.Exists(Path.Combine(Run, EvalInfo.FileName)));
        Assert.Contains("JobState=FAILED", (await cluster.Run("scontrol", "show", "job", merge)).Output, StringComparison.Ordinal);

        var (code, output) = await cluster.Run("sh", Path.Combine(Run, "submit.sh"), "--array=2");
        Assert.True(code == 0, output);
        await Until(() => File.Exists(Path.Combine(Run, EvalInfo.FileName)), cluster);
        Assert.Equal(NEpisodes, EvalInfo.Load(Path.Combine(Run, EvalInfo.FileName)).Episodes.Count);
    }

    private static async Task<SlurmCluster> Start()
    {
        Assert.SkipUnless(LongRun.Is, "a cluster takes a minute; set EVALCORE_LONG=1");
        if (SlurmCluster.Missing is { } reason)
            Assert.Skip(reason);
        return await SlurmCluster.Start();
    }

    private async Task<(string Shards, string Merge)> Submit(SlurmCluster cluster, params string[] flags)
    {
        var (code, output, error) = await EvalcoreProcess.Run(
            [
                "slurm", "--submit", "--shards=4", .. flags, $"--policy.path={Goldens.Checkpoint("pusht_act_keypoints")}", "--env.type=pusht", "--policy.device=cpu",
                "--env.obs_type=environment_state_agent_pos", $"--eval.n_episodes={NEpisodes}", "--eval.n_episodes_to_render=0", $"--output_dir={Run}",
            ],
            cluster.Variables);
        Assert.True(code == 0, error);
        return (Job().Match(output).Groups[1].Value, Merge().Match(output).Groups[1].Value);
    }

    private int Recorded(int shard)
    {
        string journal = Path.Combine(Run, $"shard-{shard}", Journal.FileName);
        if (!File.Exists(journal))
            return 0;
        using var reader = new StreamReader(new FileStream(journal, FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
        return Math.Max(0, reader.ReadToEnd().Count(letter => letter == '\n') - 1);
    }

    private Task Until(Func<bool> isDone, SlurmCluster cluster) => Until(() => Task.FromResult(isDone()), cluster);

    private async Task Until(Func<Task<bool>> isDone, SlurmCluster cluster)
    {
        long started = Stopwatch.GetTimestamp();
        while (!await isDone())
        {
            if (Stopwatch.GetElapsedTime(started) > Limit)
            {
                string logs = string.Join('\n', Directory.GetFiles(Path.Combine(Run, "logs")).Select(file => $"{file}:\n{File.ReadAllText(file)}"));
                Assert.Fail($"the jobs do not go on:\n{(await cluster.Run("squeue")).Output}\n{logs}");
            }

            await Task.Delay(50);
        }
    }

    [GeneratedRegex(@"^shards: job (\d+)$", RegexOptions.Multiline)]
    private static partial Regex Job();

    [GeneratedRegex(@"^merge: job (\d+)$", RegexOptions.Multiline)]
    private static partial Regex Merge();
}
