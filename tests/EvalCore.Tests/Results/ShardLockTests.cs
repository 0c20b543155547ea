using System.Text.Json.Nodes;
using EvalCore.Evaluation;
using EvalCore.Files;
using EvalCore.Options;
using EvalCore.Results;
using EvalCore.Tests.Options;

namespace EvalCore.Tests.Results;

/// <summary>What a job that is started again finds in the folder of its shard.</summary>
public sealed class ShardLockTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("evalcore-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void A_run_that_nobody_locks_is_not_waited_for()
    {
        var time = new InstantTime();
        Assert.Equal(TimeSpan.Zero, ShardLock.Wait(_folder, time));

        // What a process that was killed leaves.
        File.WriteAllText(Path.Combine(_folder, Journal.FileName + ".lock"), "");
        Assert.Equal(TimeSpan.Zero, ShardLock.Wait(_folder, time));
        Assert.Equal(0, time.Waits);
    }

    [Fact]
    public void A_lock_is_waited_for_until_it_is_released()
    {
        var claim = Journal.Claim("--resume", Path.Combine(_folder, Journal.FileName), Disk.Local);
        var time = new InstantTime { OnWait = Release };
        Assert.Equal(TimeSpan.FromSeconds(15), ShardLock.Wait(_folder, time));
        Assert.Equal(3, time.Waits);

        void Release(int waits)
        {
            if (waits == 3)
                Journal.Release(claim, Disk.Local);
        }
    }

    /// <summary>An exception that is no user's error: exit code 1, after which the jobs try again, and not 2.</summary>
    [Fact]
    public void A_lock_that_stays_is_an_error_after_two_minutes()
    {
        using var claim = Journal.Claim("--resume", Path.Combine(_folder, Journal.FileName), Disk.Local);
        var time = new InstantTime();
        string message = Assert.Throws<IOException>(() => Read(time, "--resume=auto", $"--output_dir={_folder}")).Message;
        Assert.Equal($"--output_dir: {_folder} was locked by another process for 120 s; try again when that process has ended", message);
        Assert.Equal(24, time.Waits);
        Read(time, $"--output_dir={_folder}");
        Assert.Equal(24, time.Waits);
    }

    [Fact]
    public void The_wait_is_noted()
    {
        var claim = Journal.Claim("--resume", Path.Combine(_folder, Journal.FileName), Disk.Local);
        var time = new InstantTime { OnWait = _ => Journal.Release(claim, Disk.Local) };
        Assert.Equal([$"{_folder} was locked by another process; the run began 5 s later"], Read(time, "--resume=auto", $"--output_dir={_folder}").Notes);
    }

    [Fact]
    public void A_shard_is_not_resumed_as_another_one()
    {
        var first = Read(TimeProvider.System, "--shard=0/4", $"--output_dir={_folder}");
        WriteJournal(first.ToJson());
        string reason = $"--shard: {_folder} is the output folder of shard 0/4, and these flags play 1/4, whose episodes would replace its result; name another folder, or give --shard=0/4";
        Assert.Equal(reason, Assert.Throws<EvalCoreException>(() => Read(TimeProvider.System, "--shard=1/4", "--resume=auto", $"--output_dir={_folder}")).Message);
        Assert.Equal(reason, Assert.Throws<EvalCoreException>(() => Read(TimeProvider.System, "--shard=1/4", $"--resume={_folder}")).Message);
        Assert.Equal(new Shard(0, 4), Read(TimeProvider.System, "--shard=0/4", "--resume=auto", $"--output_dir={_folder}").Shard);
        Assert.Equal(new Shard(0, 4), Read(TimeProvider.System, $"--resume={_folder}").Shard);
    }

    [Fact]
    public void A_whole_run_is_not_resumed_as_a_shard()
    {
        WriteJournal(Read(TimeProvider.System, $"--output_dir={_folder}").ToJson());
        Assert.Contains("is the output folder of shard 0/1, and these flags play 1/4", Assert.Throws<EvalCoreException>(() => Read(TimeProvider.System, "--shard=1/4", $"--resume={_folder}")).Message, StringComparison.Ordinal);
        Assert.Equal(Shard.Whole, Read(TimeProvider.System, $"--resume={_folder}").Shard);
    }

    private static EvalOptions Read(TimeProvider time, params string[] tokens) =>
        EvalOptions.Read(["--env.type=toy", "--policy.type=expert", .. tokens], ToySuite.Registry, new Host(_ => null, time, 4));

    private void WriteJournal(JsonObject options)
    {
        var identity = new JsonObject
        {
            ["seed"] = 1000L, ["policy"] = new JsonObject { ["type"] = "expert" }, ["env"] = new JsonObject { ["type"] = "toy" }, ["engines"] = new JsonObject(),
        };
        using var journal = Journal.Create(_folder, RunIdentity.FromJson(identity), options);
        journal.Append(
            new EpisodeRecord
            {
                Suite = "toy", TaskGroup = "toy", TaskId = 0, Task = "toy", EpisodeIndex = 0, Seed = 1000, Steps = 3, SumReward = 0.5, MaxReward = 0.25,
                Success = true, Timings = new(1, 2, 3, 4, 5),
            },
            1);
    }

    /// <summary>A clock whose waits end at once.</summary>
    private sealed class InstantTime : TimeProvider
    {
        public int Waits { get; private set; }

        public Action<int>? OnWait { get; init; }

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            Assert.Equal(TimeSpan.FromSeconds(5), dueTime);
            Waits++;
            OnWait?.Invoke(Waits);
            return base.CreateTimer(callback, state, TimeSpan.Zero, period);
        }
    }
}
