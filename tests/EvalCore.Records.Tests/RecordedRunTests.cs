using EvalCore.Environments;
using EvalCore.Policies;
using EvalCore.Recording;
using EvalCore.Results;
using EvalCore.Rollout;

namespace EvalCore.Records.Tests;

/// <summary>Runs with <c>--eval.record=steps</c>, read by DuckDB.</summary>
public sealed class RecordedRunTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("evalcore-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    /// <summary>In a run nobody waits for it, so that an exception would not be seen.</summary>
    [Fact]
    public void The_code_that_is_compiled_ahead_runs_without_an_exception() => new ParquetSteps().WarmUp();

    [Fact]
    public async Task Columns_of_text_have_dictionaries()
    {
        await Run("run", nEpisodes: 4);
        Assert.Equal<object?>(
            ["run", "suite", "task", "task_group"],
            Sql.Rows($"select path_in_schema from parquet_metadata('{Steps("run")}') where encodings like '%DICTIONARY%' order by 1").Select(row => row[0]));
    }

    [Fact]
    public async Task The_steps_of_an_episode_add_up_to_its_result()
    {
        var info = await Run("run", nEpisodes: 4);
        var rows = Sql.Rows(
            $"select task_group, task_id, task, episode_index, seed, max(step), sum(reward), max(reward), bool_or(success), count(*) from '{Steps("run")}' group by all order by task_id, episode_index");
        Assert.Equal(8, rows.Count);
        foreach (var (row, episode) in rows.Zip(info.Episodes))
        {
            Assert.Equal<object?>(
                [episode.TaskGroup, episode.TaskId, episode.Task, episode.EpisodeIndex, episode.Seed, episode.Steps, episode.MaxReward, episode.Success, (long)episode.Steps! + 1],
                [.. row[..6], .. row[7..]]);
            Assert.Equal(episode.SumReward, (double)row[6]!, 1e-9);
        }
    }

    [Fact]
    public async Task Row_0_is_the_state_after_the_reset_and_row_k_has_the_action_that_led_to_its_state()
    {
        await Run("run", nEpisodes: 2, conditions: 2);
        Assert.Equal<object?>([8L, 0L, 0L, 0L, 0L, 8L], Sql.Rows(
            $"select count(*) * 2, count(action), count(reward), count(terminated), count(success), count(state) + count(conjuncts) from '{Steps("run")}' where step = 0")[0]);

        // The reward of the toy suite is the position, which is its state.
        Assert.Equal(0L, Sql.Rows($"select count(*) from '{Steps("run")}' where step > 0 and (reward <> state[1] or len(state) <> 1 or len(action) <> 1)")[0][0]);
        Assert.Equal(0L, Sql.Rows($"select count(*) from '{Steps("run")}' where conjuncts[1] <> (state[1] > 0.5) or conjuncts[2] <> (state[1] > 1)")[0][0]);
    }

    [Fact]
    public async Task Columns_are_named_as_in_a_replays_trace()
    {
        await Run("run", nEpisodes: 1, conditions: 1);
        Assert.Equal(
            ["run", "suite", "task_group", "task_id", "task", "episode_index", "seed", "init_state_id", "step", "action", "reward", "terminated", "truncated", "success", "conjuncts", "state"],
            Sql.Rows($"describe from '{Steps("run")}'").Select(row => row[0]));
    }

    [Fact]
    public async Task Recorded_actions_are_read_back_bit_for_bit()
    {
        var info = await Run("run", nEpisodes: 6);
        var steps = new RecordedSteps(In("run"), new ParquetSteps());
        foreach (var record in info.Episodes)
        {
            var episode = steps.Read(record.Key);
            Assert.Equal((record.Steps, record.Seed, record.Task), (episode.Steps, episode.Seed, episode.Task));
            var rows = Sql.Rows($"select action[1], reward from '{Steps("run")}' where task_id = {record.TaskId} and episode_index = {record.EpisodeIndex} and step > 0 order by step");
            Assert.Equal(rows, Enumerable.Range(1, episode.Steps).Select(step => new object?[] { episode.Action(step)[0], episode.Reward(step) }));
        }
    }

    [Fact]
    public async Task Rewards_alone_are_those_of_the_episodes()
    {
        var info = await Run("run", nEpisodes: 6);
        var steps = new RecordedSteps(In("run"), new ParquetSteps());
        var rewards = steps.ReadRewards();
        Assert.Equal(info.Episodes.Count, rewards.Count);
        Assert.True(info.Episodes.Select(episode => episode.Steps).Distinct().Count() > 1, "episodes of different lengths");
        foreach (var record in info.Episodes)
        {
            var episode = steps.Read(record.Key);
            Assert.Equal(Enumerable.Range(1, episode.Steps).Select(episode.Reward), rewards[record.Key]);
        }
    }

    [Fact]
    public async Task Conditions_and_state_are_read_back_with_the_whole_episode()
    {
        var info = await Run("run", nEpisodes: 6, conditions: 2);
        var steps = new RecordedSteps(In("run"), new ParquetSteps());
        foreach (var record in info.Episodes)
        {
            RecordedEpisode part = steps.Read(record.Key), whole = steps.ReadWhole(record.Key);
            Assert.Equal((1, 2), (whole.Layout.ActionDimension, whole.Layout.Conditions));
            Assert.Equal([new StateField("state", 1)], whole.Layout.State);
            var rows = Sql.Rows($"select conjuncts[1], conjuncts[2], state[1] from '{Steps("run")}' where task_id = {record.TaskId} and episode_index = {record.EpisodeIndex} order by step");
            Assert.Equal(rows, Enumerable.Range(0, whole.Rows).Select(row => new object?[] { whole[row][5] == 1, whole[row][6] == 1, whole[row][7] }));
            for (int row = 0; row < whole.Rows; row++)
                Assert.Equal(part[row], whole[row][..5]);
        }
    }

    [Fact]
    public async Task A_file_is_decoded_once_for_all_of_its_episodes()
    {
        var info = await Run("run", nEpisodes: 2);
        string path = Directory.GetFiles(In("run", "steps"))[0];
        byte[] content = File.ReadAllBytes(path);
        var steps = new RecordedSteps(In("run"), new ParquetSteps());
        Assert.Equal(info.Episodes[0].Key, steps.ReadWhole(info.Episodes[0].Key).Key);
        File.WriteAllBytes(path, []);
        Assert.Equal(info.Episodes[3].Key, steps.ReadWhole(info.Episodes[3].Key).Key);
        Assert.StartsWith($"{path}: is damaged", Assert.Throws<EvalCoreException>(() => steps.Read(info.Episodes[3].Key)).Message, StringComparison.Ordinal);

        // The actions, rewards and flags alone are another layout.
        File.WriteAllBytes(path, content);
        Assert.Empty(steps.Read(info.Episodes[3].Key).Layout.State);
        File.WriteAllBytes(path, []);
        Assert.Empty(steps.Read(info.Episodes[0].Key).Layout.State);
    }

    [Fact]
    public async Task Recording_changes_no_result()
    {
        var with = await Run("with", nEpisodes: 3);
        var without = await Run("without", nEpisodes: 3, record: RecordedData.None);
        Assert.Equal(without.Episodes.Select(Result), with.Episodes.Select(Result));
        Assert.False(Directory.Exists(In("without", "steps")));
    }

    /// <summary>A copy of the output folder in the middle of a step is what a kill leaves.</summary>
    [Theory]
    [InlineData(5)]
    [InlineData(100)]
    [InlineData(200)]
    public async Task A_run_that_was_killed_loses_no_finished_episode_and_a_resume_completes_it(int killedAt)
    {
        int steps = 0;
        var whole = await Run("whole", nEpisodes: 6, onStep: () =>
        {
            if (Interlocked.Increment(ref steps) == killedAt)
                Copy(In("whole"), In("killed"));
        });

        int finished = File.ReadAllLines(In("killed", Journal.FileName)).Length - 1;
        var resumed = await Run("killed", nEpisodes: 6, resume: true);
        Assert.Equal(whole.Episodes.Select(Result), resumed.Episodes.Select(Result));
        Assert.Equal(Rows("whole"), Rows("killed"));

        // What was finished was not played again.
        Assert.InRange(finished, 0, 11);
        Assert.Equal(13, File.ReadAllLines(In("killed", Journal.FileName)).Length);
    }

    [Fact]
    public async Task Steps_that_a_run_was_not_asked_for_are_recorded_by_a_resume_that_is()
    {
        var whole = await Run("run", nEpisodes: 3, record: RecordedData.None);
        var notes = new List<string>();
        var resumed = await Run("run", nEpisodes: 3, resume: true, warn: notes.Add);
        Assert.Equal(["6 episodes are played again, with the same result, to record their steps"], notes);
        Assert.Equal(whole.Episodes.Select(Result), resumed.Episodes.Select(Result));
        Assert.Equal(6L, Sql.Rows($"select count(*) from '{Steps("run")}' where step = 0")[0][0]);

        notes.Clear();
        await Run("run", nEpisodes: 3, resume: true, warn: notes.Add);
        Assert.Empty(notes);
        Assert.Equal(6L, Sql.Rows($"select count(*) from '{Steps("run")}' where step = 0")[0][0]);
    }

    [Fact]
    public async Task Videos_are_kept_when_steps_are_recorded_later()
    {
        var whole = await Run("run", nEpisodes: 2, record: RecordedData.None, render: 1);
        var resumed = await Run("run", nEpisodes: 2, resume: true, render: 1);
        Assert.Equal(whole.Episodes.Select(episode => episode.VideoPath), resumed.Episodes.Select(episode => episode.VideoPath));
        Assert.Equal(2, resumed.Episodes.Count(episode => episode.VideoPath is not null));
    }

    [Fact]
    public async Task A_damaged_file_is_named_and_recorded_again_when_it_is_deleted()
    {
        await Run("run", nEpisodes: 2);
        string file = Directory.GetFiles(In("run", "steps"))[0];
        File.WriteAllBytes(file, File.ReadAllBytes(file)[..^20]);
        var e = await Assert.ThrowsAsync<EvalCoreException>(() => Run("run", nEpisodes: 2, resume: true));
        Assert.Equal($"{file}: is damaged: its content does not have the checksum in its name; delete it and resume the run to record its episodes again", e.Message);
        File.Delete(file);
        await Run("run", nEpisodes: 2, resume: true);
        Assert.Equal(4L, Sql.Rows($"select count(*) from '{Steps("run")}' where step = 0")[0][0]);
    }

    [Fact]
    public async Task A_damaged_file_is_one_line()
    {
        await Run("run", nEpisodes: 1);
        string path = Directory.GetFiles(In("run", "steps"))[0];
        byte[] whole = File.ReadAllBytes(path);
        Fuzz.Run([whole], input =>
        {
            File.WriteAllBytes(path, input);
            var steps = new RecordedSteps(In("run"), new ParquetSteps());
            if (input.AsSpan().SequenceEqual(whole))
                Assert.Equal(2, steps.ReadRewards().Count);
            else
                Assert.StartsWith($"{path}: is damaged", Assert.Throws<EvalCoreException>(() => steps.ReadRewards().Count).Message, StringComparison.Ordinal);
        });
    }

    [Fact]
    public void Another_file_of_Parquet_is_one_line()
    {
        string path = In("other.parquet");
        Sql.Rows($"copy (select 1 as one) to '{path}' (format parquet)");
        string line = $"{path}: is damaged, or not a file of recorded steps; delete it and resume the run to record its episodes again";
        Assert.Equal(line, Assert.Throws<EvalCoreException>(() => new ParquetSteps().EpisodesIn(path)).Message);
        Assert.Equal(line, Assert.Throws<EvalCoreException>(() => new ParquetSteps().Read(path)).Message);
    }

    [Fact]
    public async Task Steps_need_an_output_folder_and_a_format()
    {
        var env = new WalkConfig();
        var policy = new WalkPolicy(PolicyBatching.PerSession);
        var eval = new EvalConfig { Record = RecordedData.Steps };
        Assert.Equal(
            "--eval.record=steps: this program does not write steps; add ParquetSteps of the package EvalCore.Records to its registry",
            Assert.Throws<EvalCoreException>(() => new EvalRun(env, policy, new RolloutOptions { Eval = eval, OutputDir = In("run") })).Message);
        Assert.Equal(
            "--eval.record=steps: steps are written to the output folder, and the run has none",
            Assert.Throws<EvalCoreException>(() => new EvalRun(env, policy, new RolloutOptions { Eval = eval, StepFormat = new ParquetSteps() })).Message);
        await Task.CompletedTask;
    }

    private string In(params string[] path) => Path.Combine([_folder, .. path]);

    private string Steps(string run) => In(run, "steps", "*.parquet");

    private List<string> Rows(string run) =>
        [.. Sql.Rows($"select task_id, episode_index, step, action[1], reward, state[1] from '{Steps(run)}' order by all").Select(row => string.Join(' ', row))];

    private static EpisodeRecord Result(EpisodeRecord episode) => episode with { Timings = null, VideoPath = null, Diagnostics = null };

    private static void Copy(string from, string to)
    {
        foreach (string file in Directory.GetFiles(from, "*", SearchOption.AllDirectories).Where(file => !file.EndsWith(".lock", StringComparison.Ordinal)))
        {
            string copy = Path.Combine(to, Path.GetRelativePath(from, file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }
    }

    private async Task<EvalInfo> Run(
        string folder, int nEpisodes, RecordedData record = RecordedData.Steps, int conditions = 0, bool resume = false, int render = 0, Action? onStep = null, Action<string>? warn = null)
    {
        var options = new RolloutOptions
        {
            Eval = new EvalConfig { NEpisodes = nEpisodes, NEpisodesToRender = render, Record = record, BatchSize = 3 },
            OutputDir = In(folder), StepFormat = new ParquetSteps(), Resume = resume,
        };
        using var policy = new WalkPolicy(PolicyBatching.PerSession);
        EvalInfo info;
        using (var run = new EvalRun(new WalkConfig { Conditions = conditions, OnStep = onStep }, policy, options, warn))
            info = await run.PlayAll();
        return info;
    }
}
