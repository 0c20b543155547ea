using EvalCore.Files;
using EvalCore.Tests.Faults;

namespace EvalCore.Tests.Files;

public sealed class WholeFileTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("evalcore-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void A_file_that_cannot_be_finished_leaves_nothing()
    {
        string file = Path.Combine(_folder, "page.html");
        var undisturbed = new FaultyDisk(null);
        WholeFile.Write(file, "old", undisturbed);
        var full = undisturbed.Operations.SelectMany((operation, number) => Fault.Of(number, operation.Length)).Where(fault => fault.Kind == FaultKind.FullDisk).ToList();
        Assert.NotEmpty(full);
        foreach (var fault in full)
        {
            string before = File.ReadAllText(file);
            try
            {
                WholeFile.Write(file, "new", new FaultyDisk(fault));
            }
            catch (EvalCoreException e)
            {
                Assert.StartsWith($"{file}: cannot be written (No space left on device", e.Message, StringComparison.Ordinal);
            }

            Assert.Contains(File.ReadAllText(file), (string[])[before, "new"]);
            Assert.Equal([file], Directory.EnumerateFiles(_folder));
        }
    }

    [Fact]
    public void The_unfinished_file_of_another_writer_stays()
    {
        string file = Path.Combine(_folder, "page.html");
        using var other = Disk.Local.Open(file + ".part", FileMode.Create, FileShare.None);
        Assert.Throws<EvalCoreException>(() => WholeFile.Write(file, "new"));
        Assert.True(File.Exists(file + ".part"));
    }
}
