using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using EvalCore.Environments;
using EvalCore.Recording;
using EvalCore.Rollout;
using EvalCore.Tests.Faults;

namespace EvalCore.Tests.Recording;

public sealed class StepRecorderTests : IDisposable
{
    private static readonly EnvTask Right = new("walk", "walks", 0, "right", "");

    private readonly string _folder = Directory.CreateTempSubdirectory("evalcore-").FullName;
    private readonly ToySteps _format = new();

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void An_appended_episode_is_in_the_log_as_it_was_played()
    {
        using var recorder = Open();
        var recording = Play(recorder, 3);
        recorder.Append(recording);
        var episode = Assert.Single(StepLog.Read(Assert.Single(StepRecorder.LogsOf(_folder))));
        Assert.Equal(("walk", "walks", 0, "right", 3, 1003L, null), (episode.Suite, episode.TaskGroup, episode.TaskId, episode.Task, episode.EpisodeIndex, episode.Seed, episode.InitStateId));
        Assert.Equal(5, episode.Steps);
        Assert.Equal(recording.Values, episode.Values.Span);
        Assert.Equal((1, 2), (episode.Layout.ActionDimension, episode.Layout.Conditions));
        Assert.Equal([new StateField("state", 1)], episode.Layout.State);
        Assert.Equal([0.5], episode.Action(2).ToArray());

        // Row 0: no action, no reward, and the state after the reset.
        Assert.Equal([double.NaN, double.NaN, double.NaN, double.NaN, double.NaN, 0, 0, 0], episode[0].ToArray());
    }

    [Fact]
    public void A_full_log_becomes_a_file_when_its_episodes_are_in_the_journal()
    {
        using var recorder = Open(partBytes: 1);
        StepRecording first = Play(recorder, 0), second = Play(recorder, 1);
        recorder.Append(first);
        recorder.Append(second);
        recorder.Confirm(first);
        Assert.Empty(Parts);
        recorder.Confirm(second);
        Assert.Equal([0, 1], Assert.Single(Parts).Episodes().Select(key => key.Index));
        Assert.Empty(StepRecorder.LogsOf(_folder));

        Store(recorder, 2);
        Assert.Equal([1, 2], Parts.Select(part => part.Number));
        Assert.All(Parts, part => Assert.Matches("^000[12]-[0-9a-f]{16}\\.json$", Path.GetFileName(part.Path)));
    }

    [Fact]
    public void The_logs_of_a_killed_run_become_files_without_the_episodes_that_the_journal_lacks()
    {
        var killed = Open();
        Store(killed, 0);
        killed.Append(Play(killed, 1));

        using var resumed = Open(finished: [Key(0)], resume: true);
        Assert.Equal([Key(0)], Assert.Single(Parts).Episodes());
        Assert.Empty(StepRecorder.LogsOf(_folder));
        Assert.True(resumed.Contains(Key(0)));
        Assert.False(resumed.Contains(Key(1)));
        Store(resumed, 1);
        resumed.Dispose();
        Assert.Equal([0, 1], Parts.SelectMany(part => part.Episodes()).Select(key => key.Index));
    }

    [Fact]
    public void A_log_is_deleted_when_the_name_of_its_file_is_on_the_disk()
    {
        var disk = new FaultyDisk(null);
        using (var recorder = Open(disk: disk))
            Store(recorder, 0);
        Assert.Equal(["flush the folder", "delete 0001.log"], disk.Operations.Select(operation => operation.Name).TakeLast(2));
    }

    [Fact]
    public void A_log_is_flushed_to_the_disk_when_enough_was_appended()
    {
        var disk = new FaultyDisk(null);
        using var recorder = Open(disk: disk);
        int Flushes() => disk.Operations.Count(operation => operation.Name == "flush 0001.log");
        long length = 0, flushed = 0;
        for (int index = 0; Flushes() < 2; index++)
        {
            Assert.InRange(length - flushed, 0, StepLog.UnflushedBytes);
            int before = Flushes();
            recorder.Append(Play(recorder, index));
            length = new FileInfo(StepRecorder.LogsOf(_folder)[0]).Length;
            if (Flushes() > before)
                flushed = length;
        }

        Assert.InRange(length, 2 * StepLog.UnflushedBytes, 3 * StepLog.UnflushedBytes);
    }

    [Fact]
    public async Task Steps_that_a_power_failure_took_from_the_log_are_recorded_again_with_the_same_result()
    {
        var (whole, run) = await KilledBeforeItsFile();
        Assert.Equal([0, 1, 2], run.Finished().Order());
        string log = Assert.Single(StepRecorder.LogsOf(run.Folder));
        int last = StepLog.Read(log)[^1].EpisodeIndex;
        using (var file = File.OpenWrite(log))
            file.SetLength(file.Length - 1);

        Assert.Null(await run.Attempt(new FaultyDisk(null)));
        Assert.Equal([last], run.Played);
        Assert.Equal(whole.Result(), run.Result());
    }

    [Fact]
    public async Task The_log_of_a_killed_run_becomes_a_file_when_the_run_is_resumed_without_recording()
    {
        var (_, killed) = await KilledBeforeItsFile();
        var resumed = new FaultyRun(killed.Folder, 3, recordsSteps: false);
        var disk = new FaultyDisk(null);
        Assert.Null(await resumed.Attempt(disk));
        Assert.Empty(resumed.Played);
        Assert.Empty(StepRecorder.LogsOf(killed.Folder));
        Assert.Equal(3, Assert.Single(StepRecorder.PartsOf(killed.Folder, new DiskSteps(disk))).Episodes().Count);
    }

    [Fact]
    public void A_run_that_was_killed_between_file_and_log_keeps_the_file()
    {
        var killed = Open();
        Store(killed, 0);
        string log = StepRecorder.LogsOf(_folder)[0];
        byte[] bytes = File.ReadAllBytes(log);
        killed.Dispose();
        File.WriteAllBytes(log, bytes);

        using var resumed = Open(finished: [Key(0)], resume: true);
        Assert.Equal([Key(0)], Parts.SelectMany(part => part.Episodes()));
        Assert.Empty(StepRecorder.LogsOf(_folder));
    }

    [Fact]
    public void A_file_that_cannot_be_written_leaves_its_log()
    {
        _format.OnWrite = () => throw new IOException("No space left on device");
        var recorder = Open(partBytes: 1);
        var recording = Play(recorder, 0);
        recorder.Append(recording);
        var e = Assert.Throws<EvalCoreException>(() => recorder.Confirm(recording));
        Assert.Equal($"--eval.record: {Path.Combine(_folder, "steps")} cannot be written (No space left on device)", e.Message);

        _format.OnWrite = null;
        using var resumed = Open(finished: [Key(0)], resume: true);
        Assert.True(resumed.Contains(Key(0)));
    }

    [Fact]
    public void Steps_of_another_run_are_not_mixed_with_a_new_one()
    {
        using (var recorder = Open())
            Store(recorder, 0);
        var e = Assert.Throws<EvalCoreException>(() => Open());
        Assert.Equal($"--output_dir: {Path.Combine(_folder, "steps")} already contains steps of another run ({Path.GetFileName(Parts[0].Path)}); delete it, or name another folder", e.Message);
    }

    [Fact]
    public void A_run_without_episodes_leaves_no_folder()
    {
        Open().Dispose();
        Assert.False(Directory.Exists(Path.Combine(_folder, "steps")));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void An_episode_whose_line_may_be_in_the_journal_stays_until_a_resume_reads_it(bool isInJournal)
    {
        using (var recorder = Open())
            recorder.Append(Play(recorder, 0));
        Assert.Single(StepRecorder.LogsOf(_folder));

        using (var resumed = Open(finished: isInJournal ? [Key(0)] : [], resume: true))
            Assert.Equal(isInJournal, resumed.Contains(Key(0)));
        Assert.Empty(StepRecorder.LogsOf(_folder));
    }

    [Fact]
    public void A_log_that_ends_anywhere_has_the_episodes_before()
    {
        byte[] log = Log(out int[] ends);
        for (int length = 0; length <= log.Length; length++)
            Assert.Equal(ends.Count(end => end <= length), StepLog.Parse(log[..length]).Count);
    }

    [Fact]
    public void A_damaged_log_is_read_up_to_the_damage() => Fuzz.Run([Log(out _)], input =>
    {
        foreach (var episode in StepLog.Parse(input))
            Assert.Equal(episode.Rows * episode.Layout.Width, episode.Values.Length);
    });

    /// <summary>A product of width and rows near 2^60: 8 bytes each are more than an int64 has.</summary>
    [Theory]
    [InlineData(1023, (1 << 20) - 1, int.MaxValue)]
    [InlineData(600, (1 << 20) - 1, int.MaxValue)]
    [InlineData(0, 0, int.MaxValue)]
    [InlineData(0, 0, -1)]
    public void A_log_that_claims_more_rows_than_it_has_is_damaged(int vectors, int length, int rows)
    {
        var description = new JsonObject
        {
            ["suite"] = "walk", ["task_group"] = "walks", ["task_id"] = 0, ["task"] = "right", ["episode_index"] = 0, ["seed"] = 1000, ["init_state_id"] = null,
            ["action_dimension"] = 1, ["conditions"] = 0, ["rows"] = rows,
            ["state"] = new JsonArray([.. Enumerable.Range(0, vectors).Select(i => (JsonNode)$"{i}")]),
            ["lengths"] = new JsonArray([.. Enumerable.Range(0, vectors).Select(_ => (JsonNode)length)]),
        };
        byte[] json = Encoding.UTF8.GetBytes(description.ToJsonString());
        byte[] episode = [.. BitConverter.GetBytes(json.Length), .. json];
        Assert.Empty(StepLog.Parse([.. "EVCSTEP1"u8, .. episode, .. SHA256.HashData(episode).AsSpan(0, 8)]));
    }

    [Theory]
    [InlineData(RecordedData.Steps, true)]
    [InlineData(RecordedData.None, false)]
    public async Task The_code_of_a_format_is_compiled_ahead_where_steps_are_recorded(RecordedData record, bool expected)
    {
        await new RolloutOptions { Eval = new EvalConfig { Record = record }, StepFormat = _format }.WarmUp();
        Assert.Equal(expected, _format.IsWarm);
    }

    /// <summary>The bytes of the episode are whole in the file, and the next one takes their place.</summary>
    [Fact]
    public void An_episode_whose_flush_fails_is_not_recorded_and_the_next_one_is()
    {
        int flush;
        {
            var disk = new FaultyDisk(null);
            using var recorder = new StepRecorder(Path.Combine(_folder, "whole"), _format, new HashSet<EpisodeKey>(), resume: false, disk: disk);
            for (flush = -1; flush < 0; flush = disk.Operations.ToList().FindIndex(operation => operation.Name == "flush 0001.log"))
                recorder.Append(Play(recorder, 0));
        }

        using (var recorder = Open(disk: new FaultyDisk(new Fault(flush, FaultKind.Glitch))))
        {
            var expected = new List<EpisodeKey>();
            for (int index = 0; expected.Count == index; index++)
            {
                var recording = Play(recorder, index);
                try
                {
                    recorder.Append(recording);
                    recorder.Confirm(recording);
                    expected.Add(Key(index));
                }
                catch (EvalCoreException e)
                {
                    Assert.Contains("No space left on device", e.Message, StringComparison.Ordinal);
                }
            }

            Store(recorder, 100_000);
            expected.Add(Key(100_000));
            Assert.Equal(expected, StepLog.Read(Assert.Single(StepRecorder.LogsOf(_folder))).Select(episode => episode.Key));
            recorder.Flush();
            Assert.Equal(expected, Assert.Single(Parts).Episodes());
        }
    }

    [Fact]
    public void A_recorded_step_allocates_nothing()
    {
        using var benchmark = new WalkConfig { Conditions = 2 }.Open();
        using var environment = benchmark.Make(Right);
        environment.Reset(Right.Episode(0, 0));
        var recording = new StepRecording(Right.Episode(0, 0));
        recording.Start(environment);
        for (int step = 0; step < 1000; step++)
            recording.Add([0.5], default);
        recording.Start(environment);
        var action = new double[1];
        Assert.Equal(0, Allocated.By(() => recording.Add(action, new StepResult(1, false, false, true))));
    }

    private IReadOnlyList<StepPart> Parts => StepRecorder.PartsOf(_folder, _format);

    private static EpisodeKey Key(int index) => Right.Episode(index, 0).Key;

    private StepRecorder Open(EpisodeKey[]? finished = null, bool resume = false, long partBytes = StepRecorder.DefaultPartBytes, FaultyDisk? disk = null) =>
        new(_folder, _format, (finished ?? []).ToHashSet(), resume, partBytes, disk);

    /// <summary>A run of three episodes, and one that was killed when all were played and their file was begun.</summary>
    private async Task<(FaultyRun Whole, FaultyRun Killed)> KilledBeforeItsFile()
    {
        FaultyRun whole = new(Path.Combine(_folder, "whole"), 3, recordsSteps: true), killed = new(Path.Combine(_folder, "nothing"), 3, recordsSteps: true);
        var disk = new FaultyDisk(null);
        Assert.Null(await whole.Attempt(disk));
        int file = disk.Operations.ToList().FindIndex(operation => operation.Name.StartsWith("open 0001.json", StringComparison.Ordinal));
        Assert.NotNull(await killed.Attempt(new FaultyDisk(new Fault(file, FaultKind.Kill))));
        return (whole, killed);
    }

    private static void Store(StepRecorder recorder, int index)
    {
        var recording = Play(recorder, index);
        recorder.Append(recording);
        recorder.Confirm(recording);
    }

    private static StepRecording Play(StepRecorder recorder, int index)
    {
        using var benchmark = new WalkConfig { Conditions = 2 }.Open();
        using var environment = benchmark.Make(Right);
        var recording = recorder.Rent(Right.Episode(index, 1000));
        environment.Reset(recording.Episode);
        recording.Start(environment);
        for (int step = 0; step < 5; step++)
            recording.Add([0.5], environment.Step([0.5]));
        return recording;
    }

    private byte[] Log(out int[] ends)
    {
        using var recorder = Open();
        var lengths = new List<int>();
        for (int index = 0; index < 3; index++)
        {
            recorder.Append(Play(recorder, index));
            lengths.Add((int)new FileInfo(StepRecorder.LogsOf(_folder)[0]).Length);
        }

        ends = [.. lengths];
        return File.ReadAllBytes(StepRecorder.LogsOf(_folder)[0]);
    }
}
