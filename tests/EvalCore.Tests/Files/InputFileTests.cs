using EvalCore.Files;
using EvalCore.Gates;
using EvalCore.Options;
using EvalCore.Results;

namespace EvalCore.Tests.Files;

public sealed class InputFileTests : IDisposable
{
    private const string Refused = "cannot be read (it is a named pipe; name a regular file)";

    private readonly string _folder = Directory.CreateTempSubdirectory("evalcore-").FullName;

    public InputFileTests() => Assert.SkipUnless(OperatingSystem.IsLinux(), "named pipes are Linux's");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("run.json")]
    [InlineData("run.yaml")]
    public async Task A_named_pipe_as_configuration_file_is_refused(string name)
    {
        string pipe = NamedPipe.Create(Path.Combine(_folder, name));
        string link = Path.Combine(_folder, $"link-{name}");
        File.CreateSymbolicLink(link, pipe);
        foreach (string path in (string[])[pipe, link])
            Assert.Equal($"{path}: {Refused}", await Error(() => new OptionSet([]).AddFile(path, "env")));
    }

    [Fact]
    public async Task A_named_pipe_as_result_or_journal_or_settings_is_refused()
    {
        string info = NamedPipe.Create(Path.Combine(_folder, EvalInfo.FileName));
        Assert.Equal($"{info}: {Refused}", await Error(() => EvalInfo.Load(info)));
        string journal = NamedPipe.Create(Path.Combine(_folder, Journal.FileName));
        Assert.Equal($"--resume: {journal} {Refused}", await Error(() => Journal.ReadOptions(_folder)));
        Assert.Contains("already contains a run", await Error(() => Journal.Create(_folder, null!, [])), StringComparison.Ordinal);
        string settings = NamedPipe.Create(Path.Combine(_folder, RunSettings.FileName));
        Assert.Equal($"{settings}: {Refused}", await Error(() => RunSettings.Load(_folder, ["toy"], new Dictionary<string, string>())));
    }

    [Fact]
    public async Task A_link_to_a_device_is_refused_and_a_pipe_of_the_shell_is_read()
    {
        string link = Path.Combine(_folder, "run.yaml");
        File.CreateSymbolicLink(link, "/dev/zero");
        Assert.Equal($"{link}: cannot be read (it is not a regular file)", await Error(() => new OptionSet([]).AddFile(link, "env")));

        // As the shell gives it: --config_path=<(...)
        using var pipe = new System.IO.Pipes.AnonymousPipeServerStream(System.IO.Pipes.PipeDirection.Out);
        await pipe.WriteAsync("""{ "seed": 7 }"""u8.ToArray(), TestContext.Current.CancellationToken);
        string path = $"/dev/fd/{pipe.GetClientHandleAsString()}";
        Assert.Equal('{', (char)await NamedPipe.Within(() => InputFile.Open(path).ReadByte()));
    }

    private static async Task<string> Error(Action read) =>
        (await NamedPipe.Within(() => Assert.Throws<EvalCoreException>(read))).Message;
}
