using System.Runtime.Versioning;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
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
    public async Task A_file_that_is_longer_than_the_pinned_one_is_not_stored()
    {
        var others = new Dictionary<string, byte[]>(_files) { ["meshes/c.stl"] = Content(3, 20_000_000) };
        using var server = new UnreliableServer(others, _ => false);
        var store = Store();
        var e = await Assert.ThrowsAsync<EvalCoreException>(() => store.Fetch(SetOf(server), cancellation: TestContext.Current.CancellationToken));
        Assert.StartsWith($"{server.Address}meshes/c.stl cannot be fetched (the server sends more than 70001 bytes)", e.Message, StringComparison.Ordinal);
        Assert.InRange(Directory.GetFiles(_folder, "c.stl*", SearchOption.AllDirectories).Sum(file => new FileInfo(file).Length), 0, 70_001);
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

    [Fact]
    public void A_mirror_may_have_symbolic_links()
    {
        string mirror = Path.Combine(_folder, "mirror");
        foreach (var (path, content) in _files)
        {
            string place = Path.Combine(mirror, "assets", "test", path), blob = Path.Combine(_folder, "blobs", path);
            Directory.CreateDirectory(Path.GetDirectoryName(place)!);
            Directory.CreateDirectory(Path.GetDirectoryName(blob)!);
            File.WriteAllBytes(blob, content);
            File.CreateSymbolicLink(place, blob);
        }

        var set = SetOf(new Uri("http://127.0.0.1:9/"));
        var store = new AssetStore(Path.Combine(_folder, "cache"), mirror);
        Assert.Equal(Path.Combine(mirror, "assets", "test"), store.Find(set));
        Assert.Empty(store.Verify(set));
        File.Delete(Path.Combine(_folder, "blobs", "meshes/c.stl"));
        Assert.Null(store.Find(set));
    }

    [Theory]
    [InlineData("", "127.0.0.1 does not answer")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 300000\r\n\r\n", "127.0.0.1 does not answer")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 300000\r\n\r\nfirst bytes", "127.0.0.1 sends nothing for 1 s")]
    public async Task A_silent_server_ends_the_fetch_after_two_attempts(string answer, string reason)
    {
        using var server = new SilentServer(answer);
        var set = SetOf(server.Address) with { Files = [new AssetFile("mesh.stl", 300_000, new string('0', 64))] };
        var store = new AssetStore(Path.Combine(_folder, "cache"), null) { Patience = TimeSpan.FromMilliseconds(1), Silence = TimeSpan.FromSeconds(1) };
        var e = await Assert.ThrowsAsync<EvalCoreException>(() => store.Fetch(set, cancellation: TestContext.Current.CancellationToken));
        Assert.StartsWith($"{server.Address}mesh.stl cannot be fetched ({reason})", e.Message, StringComparison.Ordinal);
        Assert.Equal(2, server.Requests);
    }

    [Fact]
    public async Task A_server_that_sends_a_byte_from_time_to_time_is_given_up()
    {
        using var server = new SilentServer("HTTP/1.1 200 OK\r\nContent-Length: 300000\r\n\r\n", drips: true);
        var set = SetOf(server.Address) with { Files = [new AssetFile("mesh.stl", 300_000, new string('0', 64))] };
        var store = new AssetStore(Path.Combine(_folder, "cache"), null) { Patience = TimeSpan.FromMilliseconds(1), Silence = TimeSpan.FromSeconds(1) };
        var fetch = store.Fetch(set, cancellation: TestContext.Current.CancellationToken);
        var e = await Assert.ThrowsAsync<EvalCoreException>(() => fetch.WaitAsync(TimeSpan.FromMinutes(1), TestContext.Current.CancellationToken));
        // On a busy machine a byte may come late.
        Assert.Matches(@"mesh\.stl cannot be fetched \(127\.0\.0\.1 sends (less than 1000 bytes per second|nothing for 1 s)\)", e.Message);
    }

    [Fact]
    public async Task A_file_that_the_server_does_not_have_is_asked_for_once()
    {
        using var server = new UnreliableServer(new Dictionary<string, byte[]>(), _ => false);
        var set = SetOf(server) with { Files = [new AssetFile("mesh.stl", 10, new string('0', 64))] };
        var e = await Assert.ThrowsAsync<EvalCoreException>(() => Store().Fetch(set, cancellation: TestContext.Current.CancellationToken));
        Assert.StartsWith($"{server.Address}mesh.stl cannot be fetched (the server answers 404 Not Found)", e.Message, StringComparison.Ordinal);
        Assert.Equal(1, server.Requests);
    }

    [Fact]
    public async Task Another_process_that_holds_the_lock_and_fetches_nothing_is_not_waited_for()
    {
        var set = SetOf(new Uri("http://127.0.0.1:9/"));
        var store = new AssetStore(Path.Combine(_folder, "cache"), null) { Silence = TimeSpan.FromSeconds(0.1) };
        Directory.CreateDirectory(store.CacheOf(set));
        using var held = new FileStream(store.CacheOf(set) + ".lock", FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        var e = await Assert.ThrowsAsync<EvalCoreException>(() => store.Fetch(set, cancellation: TestContext.Current.CancellationToken));
        Assert.Equal(
            $"another process holds {store.CacheOf(set)}.lock, but fetches nothing: end it, or set EVALCORE_CACHE to another folder", e.Message);
    }

    [Fact]
    public async Task A_lock_file_that_cannot_be_opened_is_reported()
    {
        // A folder in its place: like the file of a read-only cache, it cannot be opened, and nobody holds it.
        var set = SetOf(new Uri("http://127.0.0.1:9/"));
        Directory.CreateDirectory(Store().CacheOf(set) + ".lock");
        var e = await Assert.ThrowsAsync<EvalCoreException>(() => Store().Fetch(set, cancellation: TestContext.Current.CancellationToken));
        Assert.Matches($"^{Regex.Escape(Store().CacheOf(set))} cannot be written \\(.*\\): set EVALCORE_CACHE to another folder$", e.Message);

        // A read-only cache that is complete is used.
        foreach (var (path, content) in _files)
        {
            string place = Path.Combine(Store().CacheOf(set), path);
            Directory.CreateDirectory(Path.GetDirectoryName(place)!);
            File.WriteAllBytes(place, content);
        }

        AssertComplete(await Store().Fetch(set, cancellation: TestContext.Current.CancellationToken));
    }

    [Fact]
    [UnsupportedOSPlatform("windows")]
    public async Task A_copy_from_a_read_only_mirror_can_be_replaced()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "permissions of Unix");
        const UnixFileMode ReadOnly = UnixFileMode.UserRead | UnixFileMode.GroupRead | UnixFileMode.OtherRead;
        string mirrored = Path.Combine(_folder, "mirror", "assets", "test", "models", "arm.xml");
        Directory.CreateDirectory(Path.GetDirectoryName(mirrored)!);
        File.WriteAllBytes(mirrored, _files["models/arm.xml"]);
        File.SetUnixFileMode(mirrored, ReadOnly);
        var set = SetOf(new Uri("http://127.0.0.1:9/"));
        set = set with { Files = [set.Files.Single(file => file.Path == "models/arm.xml")] };
        var store = new AssetStore(Path.Combine(_folder, "cache"), Path.Combine(_folder, "mirror"));

        // What a fetch that was interrupted has left.
        string part = Path.Combine(store.CacheOf(set), "models", "arm.xml.part");
        Directory.CreateDirectory(Path.GetDirectoryName(part)!);
        File.WriteAllText(part, "x");
        File.SetUnixFileMode(part, ReadOnly);

        string folder = await store.Fetch(set, cancellation: TestContext.Current.CancellationToken);
        Assert.True(File.GetUnixFileMode(Path.Combine(folder, "models", "arm.xml")).HasFlag(UnixFileMode.UserWrite));
        Assert.False(File.Exists(part));
    }

    [Fact]
    public async Task A_part_is_fetched_without_the_other_files_into_the_folder_of_the_set()
    {
        using var server = new UnreliableServer(_files, _ => false);
        var set = InParts(SetOf(server));
        var (hands, maps) = (set.Part("hands"), set.Part("maps"));
        Assert.Equal(["arm.xml", "a b.stl", "empty.txt"], hands.Files.Select(file => Path.GetFileName(file.Path)));
        var last = default(AssetProgress);
        string folder = await Store().Fetch(hands, new Synchronous(p => last = p), TestContext.Current.CancellationToken);
        Assert.Equal(Path.Combine(_folder, "cache", "assets", "test"), folder);
        Assert.Equal(new AssetProgress(3, hands.Bytes), last);
        Assert.Equal(3, Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Count());
        Assert.Equal((folder, null, null), (Store().Find(hands), Store().Find(maps), Store().Find(set)));
        Assert.Empty(Store().Verify(hands));
        Assert.Equal(2, Store().Verify(maps).Count);

        // The other part adds what is not there yet.
        int requests = server.Requests;
        Assert.Equal(folder, await Store().Fetch(maps, cancellation: TestContext.Current.CancellationToken));
        Assert.Equal(2, server.Requests - requests);
        AssertComplete(folder);
        Assert.Equal((folder, folder), (Store().Find(maps), Store().Find(set)));
    }

    [Fact]
    public async Task A_part_that_cannot_be_fetched_names_the_smallest_command()
    {
        using var server = new UnreliableServer(new Dictionary<string, byte[]>(), _ => false);
        var e = await Assert.ThrowsAsync<EvalCoreException>(() => Store().Fetch(InParts(SetOf(server)).Part("hands"), cancellation: TestContext.Current.CancellationToken));
        Assert.EndsWith(": run 'evalcore assets fetch hands' again, or set EVALCORE_MIRROR to a folder with assets/test", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_here_of_a_set_with_parts_is_said_in_one_line()
    {
        using var server = new UnreliableServer(_files, _ => false);
        var set = InParts(SetOf(server));
        Assert.Equal(
            "not here: the first evaluation fetches what its tasks need, or run 'evalcore assets fetch hands' for a part (hands 0 MB, maps 0 MB), "
            + "'evalcore assets fetch test' for all (0 MB)",
            Assert.Throws<EvalCoreException>(() => AssetStore.FindFiles(Store(), set)).Message);
        string folder = await Store().Fetch(set.Part("maps"), cancellation: TestContext.Current.CancellationToken);
        Assert.Equal(
            $"{folder} has maps; the first evaluation that needs another part fetches it, or run 'evalcore assets fetch hands' (missing: hands 0 MB)",
            AssetStore.FindFiles(Store(), set));
        await Store().Fetch(set, cancellation: TestContext.Current.CancellationToken);
        Assert.Equal(folder, AssetStore.FindFiles(Store(), set));
        Assert.Equal("evalcore assets fetch hands", AssetStore.FilesCheck("files", set).Fix);
        Assert.Equal("evalcore assets fetch test", AssetStore.FilesCheck("files", SetOf(server)).Fix);
    }

    [Fact]
    public void A_manifest_says_which_files_are_of_which_parts()
    {
        const string Json = """
            {"name":"x","title":"X 1","licence":"MIT","source":"http://localhost/","files":[
              {"path":"a","bytes":1,"sha256":"", "parts":["one"]}, {"path":"b","bytes":2,"sha256":""}, {"path":"c","bytes":4,"sha256":"","parts":["two","one"]}]}
            """;
        var set = AssetSet.Read(new MemoryStream(Encoding.UTF8.GetBytes(Json)));
        Assert.Equal(["one", "two"], set.Parts);
        var two = set.Part("two");
        Assert.Equal(("two", "x", "X 1, two", 6), (two.Name, two.Folder, two.Title, two.Bytes));
        Assert.Same(set, two.Whole);
        Assert.Same(set, set.Whole);
        Assert.Empty(two.Parts);
        Assert.StartsWith("x has no part 'three', only one, two", Assert.Throws<ArgumentException>(() => set.Part("three")).Message, StringComparison.Ordinal);
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

    /// <summary>The set with its meshes in two parts; the other files belong to both.</summary>
    private static AssetSet InParts(AssetSet set) => set with
    {
        Files = [.. set.Files.Select(file => file.Path.StartsWith("meshes/", StringComparison.Ordinal) ? file with { Parts = [file.Path.Contains("a b", StringComparison.Ordinal) ? "hands" : "maps"] } : file)],
    };

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
