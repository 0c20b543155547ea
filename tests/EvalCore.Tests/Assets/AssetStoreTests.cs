using System.Security.Cryptography;
using System.Text;
using EvalCore.Assets;

namespace EvalCore.Tests.Assets;

public sealed class AssetStoreTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory().FullName;

    private readonly Dictionary<string, byte[]> _files = new()
    {
        ["models/arm.xml"] = Encoding.UTF8.GetBytes("<mujoco/>"),
        ["meshes/a b.stl"] = Content(1, 300_000),
        ["meshes/c.stl"] = Content(2, 70_001),
        ["meshes/same as c.stl"] = Content(2, 70_001),
        ["empty.txt"] = [],
    };

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_set_is_fetched_and_found()
    {
        using var server = new UnreliableServer(_files, _ => false);
        var set = SetOf(server);
        var store = Store();
        Assert.Null(store.Find(set));
        var last = default(AssetProgress);
        string folder = await store.Fetch(set, new Synchronous(p => last = p), TestContext.Current.CancellationToken);
        AssertComplete(folder);
        Assert.Equal(folder, store.Find(set));
        Assert.Empty(store.Verify(set));
        Assert.Equal(new AssetProgress(5, set.Bytes), last);

        int requests = server.Requests;
        await store.Fetch(set, cancellation: TestContext.Current.CancellationToken);
        Assert.Equal(requests, server.Requests);
    }

    [Fact]
    public async Task Interrupted_downloads_resume_where_they_stopped()
    {
        using var server = new UnreliableServer(_files, request => request % 2 == 1);
        var last = default(AssetProgress);
        var set = SetOf(server);
        AssertComplete(await Store().Fetch(set, new Synchronous(p => last = p), TestContext.Current.CancellationToken));
        Assert.True(server.Resumed > 0);
        Assert.Equal(new AssetProgress(5, set.Bytes), last);
    }

    [Fact]
    public async Task A_server_without_ranges_sends_the_whole_file_again()
    {
        using var server = new UnreliableServer(_files, request => request <= 4, ranges: false);
        AssertComplete(await Store().Fetch(SetOf(server), cancellation: TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task An_interrupted_fetch_resumes_in_the_next_call()
    {
        using var cutting = new UnreliableServer(_files, _ => true);
        var set = SetOf(cutting);
        await Assert.ThrowsAsync<EvalCoreException>(() => Store().Fetch(set, cancellation: TestContext.Current.CancellationToken));
        Assert.Null(Store().Find(set));

        using var server = new UnreliableServer(_files, _ => false);
        AssertComplete(await Store().Fetch(set with { Source = server.Address }, cancellation: TestContext.Current.CancellationToken));
        Assert.True(server.Resumed > 0);
    }

    [Fact]
    public async Task Concurrent_fetches_wait_for_each_other()
    {
        using var server = new UnreliableServer(_files, _ => false);
        var set = SetOf(server);
        string[] folders = await Task.WhenAll(Enumerable.Range(0, 4)
            .Select(_ => Store().Fetch(set, cancellation: TestContext.Current.CancellationToken)));
        AssertComplete(Assert.Single(folders.Distinct()));
        Assert.Equal(4, server.Requests);
    }

    [Fact]
    public async Task A_damaged_file_is_found_and_replaced()
    {
        using var server = new UnreliableServer(_files, _ => false);
        var set = SetOf(server);
        var store = Store();
        string folder = await store.Fetch(set, cancellation: TestContext.Current.CancellationToken);
        string mesh = Path.Combine(folder, "meshes", "c.stl"), model = Path.Combine(folder, "models", "arm.xml");
        byte[] damaged = Content(2, 70_001);
        damaged[4711] ^= 1;
        File.WriteAllBytes(mesh, damaged);
        File.Delete(model);
        Assert.Equal(
            [$"{mesh} is damaged: its SHA-256 is not {Sha256(_files["meshes/c.stl"])}", $"{model} is missing"], store.Verify(set).Order());
        AssertComplete(await store.Fetch(set, cancellation: TestContext.Current.CancellationToken));
        Assert.Empty(store.Verify(set));
    }

    [Fact]
    public async Task A_file_with_another_hash_is_refused()
    {
        var others = new Dictionary<string, byte[]>(_files) { ["meshes/c.stl"] = Content(3, 70_001) };
        using var server = new UnreliableServer(others, _ => false);
        var set = SetOf(server);
        var e = await Assert.ThrowsAsync<EvalCoreException>(() => Store().Fetch(set, cancellation: TestContext.Current.CancellationToken));
        Assert.Equal(
            $"{server.Address}meshes/c.stl cannot be fetched (the downloaded file does not have the pinned SHA-256): run 'evalcore assets fetch test' again, "
            + "or set EVALCORE_MIRROR to a folder with assets/test",
            e.Message);
        Assert.False(File.Exists(Path.Combine(Store().CacheOf(set), "meshes", "c.stl")));
    }

    [Fact]
    public async Task A_mirror_is_used_in_place_and_copied_by_a_fetch()
    {
        string mirror = Path.Combine(_folder, "mirror");
        foreach (var (path, content) in _files)
        {
            string place = Path.Combine(mirror, "assets", "test", path);
            Directory.CreateDirectory(Path.GetDirectoryName(place)!);
            File.WriteAllBytes(place, content);
        }

        var set = SetOf(new Uri("http://127.0.0.1:9/"));
        var store = new AssetStore(Path.Combine(_folder, "cache"), mirror);
        Assert.Equal(Path.Combine(mirror, "assets", "test"), store.Find(set));
        AssertComplete(await store.Fetch(set, cancellation: TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData("../outside")]
    [InlineData("/etc/passwd")]
    [InlineData("a//b")]
    public void A_manifest_path_outside_its_folder_is_refused(string path)
    {
        string json = $$"""{"name":"x","title":"","licence":"","source":"http://localhost/","files":[{"path":"{{path}}","bytes":1,"sha256":""}]}""";
        Assert.Throws<InvalidDataException>(() => AssetSet.Read(new MemoryStream(Encoding.UTF8.GetBytes(json))));
    }

    private AssetStore Store() => new(Path.Combine(_folder, "cache"), null) { Patience = TimeSpan.FromMilliseconds(1) };

    private AssetSet SetOf(UnreliableServer server) => SetOf(server.Address);

    private AssetSet SetOf(Uri source) => new(
        "test", "Test", "none", source, [.. _files.Select(f => new AssetFile(f.Key, f.Value.Length, Sha256(f.Value)))]);

    private void AssertComplete(string folder)
    {
        foreach (var (path, content) in _files)
            Assert.Equal(content, File.ReadAllBytes(Path.Combine(folder, path)));
        Assert.Equal(_files.Count, Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Count());
    }

    private static string Sha256(byte[] content) => Convert.ToHexStringLower(SHA256.HashData(content));

    private static byte[] Content(int seed, int length)
    {
        byte[] content = new byte[length];
        new Random(seed).NextBytes(content);
        return content;
    }

    private sealed class Synchronous(Action<AssetProgress> report) : IProgress<AssetProgress>
    {
        private readonly Lock _lock = new();

        public void Report(AssetProgress value)
        {
            lock (_lock)
                report(value);
        }
    }
}
