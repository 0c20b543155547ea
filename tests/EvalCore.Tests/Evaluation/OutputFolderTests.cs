using EvalCore.Evaluation;
using EvalCore.Options;
using EvalCore.Tests.Options;

namespace EvalCore.Tests.Evaluation;

public sealed class OutputFolderTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("evalcore-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Folders_of_one_name_are_numbered_and_each_has_one_owner()
    {
        string name = Path.Combine(_folder, "2026-01-31", "12-00-00_walk");
        string[] made = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => Task.Run(() => OutputFolder.CreateNew(name))));
        Assert.Equal(20, made.Distinct().Count());
        Assert.Equal([name, .. Enumerable.Range(2, 19).Select(number => $"{name}_{number}")], made.OrderBy(path => path.Length).ThenBy(path => path, StringComparer.Ordinal));
        Assert.All(made, path => Assert.True(Directory.Exists(path)));
    }

    [Fact]
    public void A_default_folder_that_is_taken_gets_a_number_and_is_removed_when_nothing_is_written()
    {
        var time = new Noon();
        string at = Path.Combine("outputs", "eval", "2001-02-03", "12-00-00_toy_expert");
        try
        {
            EvalOptions[] options = [Read(time), Read(time), Read(time)];
            OutputFolder[] folders = [.. options.Select(OutputFolder.Create)];
            Assert.Equal([at, at + "_2", at + "_3"], options.Select(option => option.OutputDir));
            File.WriteAllText(Path.Combine(at, "journal.jsonl"), "\n");
            foreach (var folder in folders)
                folder.Dispose();
            Assert.True(Directory.Exists(at));
            Assert.False(Directory.Exists(at + "_2"));
        }
        finally
        {
            Directory.Delete(Path.Combine("outputs", "eval", "2001-02-03"), recursive: true);
        }
    }

    [Fact]
    public void A_folder_that_is_given_is_not_numbered()
    {
        File.WriteAllText(Path.Combine(_folder, "journal.jsonl"), "{}\n");
        string message = Assert.Throws<EvalCoreException>(() => OutputFolder.Create(Read(new Noon(), $"--output_dir={_folder}"))).Message;
        Assert.StartsWith($"--output_dir: {_folder} already contains a run", message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_line_break_in_the_folders_name_is_refused()
    {
        string message = Assert.Throws<EvalCoreException>(() => OutputFolder.Create(Read(new Noon(), $"--output_dir={_folder}/a\nb"))).Message;
        Assert.Equal("--output_dir: the name has a line break or another control character, which is not possible", message);
        Assert.Empty(Directory.EnumerateFileSystemEntries(_folder));
    }

    [Fact]
    public void A_file_system_without_folders_is_named_with_its_reason()
    {
        Assert.SkipUnless(Directory.Exists("/proc/self"), "this machine has no /proc");
        string message = Assert.Throws<EvalCoreException>(() => OutputFolder.Create(Read(new Noon(), "--output_dir=/proc/x/run"))).Message;
        Assert.Equal("--output_dir: /proc/x/run cannot be written (no folder can be made there)", message);
    }

    [Fact]
    public void The_command_that_resumes_a_run_can_be_copied()
    {
        string folder = Directory.CreateDirectory(Path.Combine(_folder, "my run")).FullName;
        File.WriteAllText(Path.Combine(folder, "journal.jsonl"), "{}\n");
        string message = Assert.Throws<EvalCoreException>(() => OutputFolder.Create(Read(new Noon(), $"--output_dir={folder}"))).Message;
        Assert.Contains($"resume it with --resume='{folder}', or", message, StringComparison.Ordinal);
    }

    private static EvalOptions Read(TimeProvider time, params string[] tokens) => EvalOptions.Read(
        ["--env.type=toy", "--policy.type=expert", .. tokens], ToySuite.Registry, new Host(_ => null, time, 4));

    private sealed class Noon : TimeProvider
    {
        public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

        public override DateTimeOffset GetUtcNow() => new(2001, 2, 3, 12, 0, 0, TimeSpan.Zero);
    }
}
