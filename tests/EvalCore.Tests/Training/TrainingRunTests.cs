using EvalCore.Evaluation;
using EvalCore.Training;

namespace EvalCore.Tests.Training;

public sealed class TrainingRunTests : IDisposable
{
    private static readonly Registry Registry = new Registry().Add(new StepFolders());

    private readonly string _folder = Directory.CreateTempSubdirectory("evalcore-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Checkpoints_are_sorted_by_step_and_other_folders_are_left_out()
    {
        Make("run/checkpoints/0100000/model", "run/checkpoints/020000/model", "run/checkpoints/best/model", "run/checkpoints/20k/model");
        Directory.CreateDirectory(In("run/checkpoints/030000"));
        Directory.CreateSymbolicLink(In("run/checkpoints/last"), "0100000");
        foreach (string path in (string[])["run", "run/checkpoints", "run/checkpoints/", "run/checkpoints/*", "r?n/checkpoints/*/model"])
        {
            Assert.True(TrainingRun.IsAt(In(path), Registry, mayBeEmpty: false), path);
            Assert.Equal(
                [new Checkpoint(20000, "020000", In("run/checkpoints/020000/model")), new Checkpoint(100000, "0100000", In("run/checkpoints/0100000/model"))],
                new TrainingRun(In(path), Registry).Find().Select(checkpoint => checkpoint with { Path = Path.GetFullPath(checkpoint.Path) }));
        }
    }

    [Theory]
    [InlineData("checkpoint-500", 500)]
    [InlineData("step_500", 500)]
    [InlineData("STEP500", 500)]
    [InlineData("iter=500", 500)]
    [InlineData("0", 0)]
    [InlineData("act_500", null)]
    [InlineData("500k", null)]
    [InlineData("v1-500", null)]
    [InlineData("99999999999999999999", null)]
    public void A_name_says_its_step(string name, int? step)
    {
        Make($"{name}");
        Assert.Equal(step is null ? [] : [(long)step], new TrainingRun(_folder, Registry).Find().Select(checkpoint => checkpoint.Step));
    }

    [Fact]
    public void One_policy_is_no_training_run()
    {
        Make("one", "run/005000/model");
        Directory.CreateDirectory(In("empty"));
        Assert.False(TrainingRun.IsAt(In("one"), Registry, mayBeEmpty: true));
        Assert.False(TrainingRun.IsAt(In("run/005000"), Registry, mayBeEmpty: true));
        Assert.False(TrainingRun.IsAt(In("empty"), Registry, mayBeEmpty: false));
        Assert.True(TrainingRun.IsAt(In("empty"), Registry, mayBeEmpty: true));
        Assert.False(TrainingRun.IsAt(In("nothing"), Registry, mayBeEmpty: false));
    }

    [Fact]
    public void A_folder_that_is_not_there_yet_can_be_waited_for_but_a_server_cannot()
    {
        Assert.True(TrainingRun.IsAt(In("nothing"), Registry, mayBeEmpty: true));
        Assert.True(TrainingRun.IsAt("outputs/train/nothing", Registry, mayBeEmpty: true));
        Assert.True(TrainingRun.IsAt("train/nothing", Registry, mayBeEmpty: true));
        Assert.True(TrainingRun.IsAt("nothing", Registry, mayBeEmpty: true));
        Assert.False(TrainingRun.IsAt("owner/name", Registry, mayBeEmpty: false));
        Assert.False(TrainingRun.IsAt("ws://host:8000", Registry, mayBeEmpty: true));
    }

    [Fact]
    public void A_folder_with_an_asterisk_in_its_name_is_no_pattern()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no such names");
        Make("a*b", "a*c/1");
        Assert.False(TrainingRun.IsAt(In("a*b"), Registry, mayBeEmpty: false));
        Assert.Equal([1], new TrainingRun(In("a*c"), Registry).Find().Select(checkpoint => checkpoint.Step));
    }

    [Fact]
    public void Two_checkpoints_of_one_step_are_refused()
    {
        Make("a/checkpoints/5", "b/checkpoints/005");
        Assert.Equal(
            $"--policy.path: two checkpoints are of step 5: {In("a/checkpoints/5")} and {In("b/checkpoints/005")}; name the checkpoints of one training run",
            Assert.Throws<EvalCoreException>(new TrainingRun(In("*/checkpoints/*"), Registry).Find).Message);
    }

    [Fact]
    public void A_checkpoint_is_complete_when_its_files_have_not_changed_for_a_moment()
    {
        var time = new ManualTime { Now = DateTimeOffset.UtcNow };
        var watch = new CheckpointWatch(Registry, time);
        Make("1");
        string file = In("1/policy");
        var checkpoint = new Checkpoint(1, "1", In("1"));
        File.WriteAllText(file, "");
        Assert.Equal("policy is empty", watch.Unready(checkpoint));
        time.Now += 2 * CheckpointWatch.Settled;
        Assert.Equal("policy is empty", watch.Unready(checkpoint));
        Write("weights");
        Assert.Equal("its files changed a moment ago", watch.Unready(checkpoint));
        time.Now += CheckpointWatch.Settled / 2;
        Assert.Equal("its files changed a moment ago", watch.Unready(checkpoint));
        Write("other weights");
        time.Now += CheckpointWatch.Settled / 2;
        Assert.Equal("its files changed a moment ago", watch.Unready(checkpoint));
        time.Now += CheckpointWatch.Settled;
        Assert.Null(watch.Unready(checkpoint));

        // One that was there for long need not be watched.
        Assert.Null(new CheckpointWatch(Registry, time).Unready(checkpoint));

        // A file system's clock may be ahead.
        File.SetLastWriteTimeUtc(file, time.Now.UtcDateTime.AddHours(1));
        Assert.NotNull(watch.Unready(checkpoint));
        time.Now += CheckpointWatch.Settled;
        Assert.Null(watch.Unready(checkpoint));

        void Write(string text)
        {
            File.WriteAllText(file, text);
            File.SetLastWriteTimeUtc(file, time.Now.UtcDateTime);
        }
    }

    private string In(string path) => Path.Combine(_folder, path);

    private void Make(params ReadOnlySpan<string> folders)
    {
        foreach (string folder in folders)
        {
            Directory.CreateDirectory(In(folder));
            File.WriteAllText(Path.Combine(In(folder), "policy"), "weights");
        }
    }

    private sealed class ManualTime : TimeProvider
    {
        public DateTimeOffset Now { get; set; }

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override DateTimeOffset GetUtcNow() => Now;

        public override long GetTimestamp() => Now.UtcTicks;
    }
}
