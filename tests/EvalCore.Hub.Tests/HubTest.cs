namespace EvalCore.Hub.Tests;

/// <summary>A local Hub, an empty cache, and a client of both.</summary>
public abstract class HubTest : IDisposable
{
    private protected const string Id = "owner/name";

    private protected HubTest()
    {
        Root = Directory.CreateTempSubdirectory("evalcore-hub-").FullName;
        Variables = new Dictionary<string, string?> { ["HF_ENDPOINT"] = Server.Endpoint, ["HF_HOME"] = Root };
    }

    private protected FakeHub Server { get; } = new();

    private protected string Root { get; }

    private protected string Cache => Path.Combine(Root, "hub");

    private protected string Model => Path.Combine(Cache, "models--owner--name");

    private protected Dictionary<string, string?> Variables { get; }

    private protected HubClient Client => new(Variables.GetValueOrDefault) { Patience = TimeSpan.FromMilliseconds(1), Random = () => 0 };

    public void Dispose()
    {
        Server.Dispose();
        MakeWritable();
        Directory.Delete(Root, recursive: true);
        GC.SuppressFinalize(this);
    }

    private protected static FakeFile Large(int seed = 1, long bytes = 300_000)
    {
        byte[] block = new byte[Math.Min(bytes, 1 << 20)];
        new Random(seed).NextBytes(block);
        return new FakeFile(block, isLarge: true, bytes);
    }

    /// <summary>A model with a small and a large file.</summary>
    private protected FakeModel AddModel(long bytes = 300_000)
    {
        var model = new FakeModel();
        model.Push(new Dictionary<string, FakeFile>
        {
            ["config.json"] = new("""{"type":"act"}"""), ["model.safetensors"] = Large(bytes: bytes), ["sub folder/a+b.json"] = new("{}"),
        });
        return Server.Models[Id] = model;
    }

    private protected async Task<HubSnapshot> Download(string? revision = null, HubClient? client = null)
    {
        var snapshot = await (client ?? Client).Open(new HubRepository(Id, revision), TestContext.Current.CancellationToken);
        await snapshot.Download(snapshot.Files, null, TestContext.Current.CancellationToken);
        return snapshot;
    }

    private protected async Task<HubException> Fails(string? revision = null, HubClient? client = null) =>
        await Assert.ThrowsAsync<HubException>(() => Download(revision, client));

    private protected void AssertIsWhole(HubSnapshot snapshot)
    {
        foreach (var (path, file) in Server.Models[Id].Commits[snapshot.Commit])
            Assert.Equal(file.ToArray(), File.ReadAllBytes(snapshot.Find(path)!));
    }

    /// <summary>Makes the cache read-only, as a shared cache of a cluster is.</summary>
    private protected void MakeReadOnly()
    {
        if (OperatingSystem.IsWindows())
            return;
        foreach (string path in Directory.EnumerateFileSystemEntries(Root, "*", SearchOption.AllDirectories).Append(Root))
        {
            if (new FileInfo(path).LinkTarget is null)
                File.SetUnixFileMode(path, Directory.Exists(path) ? UnixFileMode.UserRead | UnixFileMode.UserExecute : UnixFileMode.UserRead);
        }
    }

    private void MakeWritable()
    {
        if (OperatingSystem.IsWindows())
            return;
        foreach (string path in Directory.EnumerateDirectories(Root, "*", SearchOption.AllDirectories).Append(Root))
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }
}
