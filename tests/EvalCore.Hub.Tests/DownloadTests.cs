using System.Diagnostics;
using System.Globalization;

namespace EvalCore.Hub.Tests;

public sealed class DownloadTests : HubTest
{
    [Fact]
    public async Task A_revision_is_downloaded_into_the_layout_of_hf()
    {
        var model = AddModel();
        var snapshot = await Download();
        AssertIsWhole(snapshot);
        Assert.Equal(model.Refs["main"], snapshot.Commit);
        Assert.Equal(model.Refs["main"], File.ReadAllText(Path.Combine(Model, "refs", "main")));
        Assert.Equal(Path.Combine(Model, "snapshots", snapshot.Commit), snapshot.Folder);
        foreach (var (path, file) in model.Commits[snapshot.Commit])
        {
            string up = path.Contains('/', StringComparison.Ordinal) ? "../../../blobs" : "../../blobs";
            Assert.Equal($"{up}/{file.ETag}", new FileInfo(snapshot.Find(path)!).LinkTarget);
            Assert.True(File.Exists(Path.Combine(Cache, ".locks", "models--owner--name", $"{file.ETag}.lock")));
        }

        Assert.Equal(3, Directory.GetFiles(Path.Combine(Model, "blobs")).Length);
        Assert.Null(snapshot.Note);
    }

    [Theory]
    [InlineData("v1.0", "refs/v1.0")]
    [InlineData("feature/x", "refs/feature/x")]
    [InlineData("refs/pr/3", "refs/refs/pr/3")]
    public async Task Branches_tags_and_pull_requests_are_revisions(string revision, string file)
    {
        var model = AddModel();
        string commit = model.Push(new Dictionary<string, FakeFile> { ["config.json"] = new("other") }, revision);
        Assert.Equal(commit, (await Download(revision)).Commit);
        Assert.Equal(commit, File.ReadAllText(Path.Combine(Model, file)));
    }

    [Fact]
    public async Task A_commit_is_a_revision_and_is_not_asked_for_twice()
    {
        var model = AddModel();
        string first = model.Refs["main"];
        model.Push(new Dictionary<string, FakeFile> { ["config.json"] = new("newer") });
        Assert.Equal(first, (await Download(first)).Commit);
        Assert.False(Directory.Exists(Path.Combine(Model, "refs")));
        int before = Server.Requests.Count;
        AssertIsWhole(await Download(first));
        Assert.Equal(before, Server.Requests.Count);
    }

    [Fact]
    public async Task What_another_commit_has_in_common_is_not_downloaded_again()
    {
        var model = AddModel();
        var first = await Download();
        model.Push(new Dictionary<string, FakeFile>(model.Commits[first.Commit]) { ["config.json"] = new("newer") });
        long sent = Server.Sent;
        var second = await Download();
        Assert.NotEqual(first.Commit, second.Commit);
        AssertIsWhole(second);
        Assert.Equal(sent + "newer".Length, Server.Sent);
    }

    [Fact]
    public async Task The_token_goes_to_the_Hub_alone()
    {
        AddModel().IsPrivate = true;
        Server.Models[Id].RedirectsSmallFiles = true;
        Variables["HF_TOKEN"] = FakeHub.Token;
        AssertIsWhole(await Download());
        Assert.All(Server.Requests, request => Assert.Equal(request.Server == "hub" ? $"Bearer {FakeHub.Token}" : null, request.Authorization));
        Assert.Contains(Server.Requests, request => request.Server == "storage");
        Assert.Contains(Server.Requests, request => request.Path.Contains("/again/", StringComparison.Ordinal));
        Assert.DoesNotContain(
            Directory.EnumerateFiles(Root, "*", SearchOption.AllDirectories), file => File.ReadAllText(file).Contains(FakeHub.Token, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_download_that_is_cut_ten_times_resumes_and_is_verified()
    {
        // 500 MB in the long run.
        long bytes = LongRun.Is ? 500_000_000 : 20_000_000;
        var model = new FakeModel();
        model.Push(new Dictionary<string, FakeFile> { ["model.safetensors"] = Large(bytes: bytes) });
        Server.Models[Id] = model;
        for (int cut = 0; cut < 10; cut++)
            Server.Faults.Enqueue(new FakeFault(Bytes: bytes / 12));
        using var process = Process.GetCurrentProcess();
        GC.Collect();
        process.Refresh();
        (long before, long most) = (process.WorkingSet64, 0);
        var watch = Stopwatch.StartNew();
        var reports = new Reports(() =>
        {
            process.Refresh();
            most = Math.Max(most, process.WorkingSet64);
        });
        var snapshot = await Client.Open(new HubRepository(Id));
        await snapshot.Download(snapshot.Files, reports);
        watch.Stop();
        Assert.Equal(bytes, new FileInfo(snapshot.Find("model.safetensors")!).ResolveLinkTarget(true) is FileInfo file ? file.Length : 0);
        Assert.Equal(11, Server.Requests.Count(request => request.Server == "storage"));
        Assert.Equal(bytes, Server.Sent);
        Assert.Equal(bytes, reports.Last);

        // The server of the test and the other tests are in this process too.
        Assert.InRange(most - before, long.MinValue, 150_000_000);
        TestContext.Current.TestOutputHelper?.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"{bytes / 1e6:0} MB, 10 cuts, {watch.Elapsed.TotalSeconds:0.0} s, memory +{(most - before) / 1e6:0.0} MB"));
    }

    [Fact]
    public async Task A_later_process_resumes_what_an_earlier_one_has_left()
    {
        var model = AddModel();
        var file = model.Commits[model.Refs["main"]]["model.safetensors"];
        Directory.CreateDirectory(Path.Combine(Model, "blobs"));
        await File.WriteAllBytesAsync(Path.Combine(Model, "blobs", $"{file.ETag}.incomplete"), file.ToArray()[..200_000]);
        AssertIsWhole(await Download());
        var request = Assert.Single(Server.Requests, request => request.Server == "storage");
        Assert.Equal("bytes=200000-", request.Range);
        Assert.Null(request.IfRange);
        Assert.Empty(Directory.GetFiles(Path.Combine(Model, "blobs"), "*.incomplete"));
    }

    [Theory]
    [InlineData(200_000)]
    [InlineData(300_000)]
    [InlineData(300_001)]
    public async Task What_was_left_and_is_wrong_is_downloaded_again(int bytes)
    {
        var model = AddModel();
        var file = model.Commits[model.Refs["main"]]["model.safetensors"];
        Directory.CreateDirectory(Path.Combine(Model, "blobs"));
        await File.WriteAllBytesAsync(Path.Combine(Model, "blobs", $"{file.ETag}.incomplete"), new byte[bytes]);
        AssertIsWhole(await Download());
    }

    [Fact]
    public async Task A_range_names_the_version_that_it_continues()
    {
        var file = Large();
        var model = new FakeModel();
        model.Push(new Dictionary<string, FakeFile> { ["model.safetensors"] = file });
        Server.Models[Id] = model;
        Server.Faults.Enqueue(new FakeFault(Bytes: 100_000));
        Server.Faults.Enqueue(new FakeFault(Bytes: 50_000));
        AssertIsWhole(await Download());
        Assert.Equal([null, "bytes=100000-", "bytes=150000-"], Server.Requests.Where(request => request.Server == "storage").Select(request => request.Range));
        Assert.All(Server.Requests.Where(request => request is { Server: "storage", Range: not null }), request => Assert.Equal($"\"{file.Sha256[..32]}\"", request.IfRange));
    }

    [Fact]
    public async Task A_server_without_ranges_sends_the_file_again()
    {
        AddModel();
        Server.IgnoresRanges = true;
        Server.Faults.Enqueue(new FakeFault(Bytes: 100_000));
        Server.Faults.Enqueue(new FakeFault(Bytes: 100_000));
        Server.Faults.Enqueue(new FakeFault(Bytes: 200_000));
        var reports = new Reports();
        var snapshot = await Client.Open(new HubRepository(Id));
        await snapshot.Download(snapshot.Files, reports);
        AssertIsWhole(snapshot);
        Assert.Equal(snapshot.Files.Sum(file => file.Bytes), reports.Last);
    }

    [Fact]
    public async Task A_server_that_always_breaks_off_at_the_same_byte_is_given_up()
    {
        AddModel();
        Server.IgnoresRanges = true;
        for (int i = 0; i < 100; i++)
            Server.Faults.Enqueue(new FakeFault(Bytes: 150_000));
        var e = await Fails();
        Assert.Equal(HubProblem.Unreachable, e.Problem);
        Assert.Matches(@"^127\.0\.0\.1:\d+ cannot be reached \(the connection .*\); 0\.2 of 0\.3 MB of model\.safetensors are kept: run it again to resume$", e.Message);
        Server.Faults.Clear();
        AssertIsWhole(await Download());
    }

    [Fact]
    public async Task A_wrong_hash_is_fetched_once_more_and_never_gets_its_name()
    {
        AddModel();
        Server.Wrong = "model.safetensors";
        var e = await Fails();
        Assert.Equal(HubProblem.Damaged, e.Problem);
        Assert.Equal(
            $"model.safetensors of 'owner/name' arrived with another SHA-256 than {new Uri(Server.Endpoint).Authority} announced, 2 times: check HF_ENDPOINT and the network's proxy", e.Message);
        Assert.Equal(2, Server.RequestsOf("model.safetensors"));
        Assert.DoesNotContain(Directory.GetFiles(Path.Combine(Model, "blobs")), file => Path.GetFileName(file).Length == 64);
        Server.Wrong = null;
        AssertIsWhole(await Download());
    }

    [Fact]
    public async Task A_small_file_is_verified_by_gits_hash()
    {
        AddModel();
        Server.Wrong = "config.json";
        Assert.Contains("config.json of 'owner/name' arrived with another SHA-1", (await Fails()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_that_is_longer_than_announced_is_an_error()
    {
        var model = AddModel();
        var snapshot = await Client.Open(new HubRepository(Id));
        var files = new Dictionary<string, FakeFile>(model.Commits[snapshot.Commit]) { ["config.json"] = new("""{"type":"act", "more": 1}""") };
        model.Commits[snapshot.Commit] = files;
        var e = await Assert.ThrowsAsync<HubException>(() => snapshot.Download(snapshot.Files));
        Assert.Contains("config.json of 'owner/name' is longer than the 14 bytes that", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_damaged_content_of_the_cache_is_downloaded_again()
    {
        AddModel();
        var snapshot = await Download();
        string blob = new FileInfo(snapshot.Find("model.safetensors")!).ResolveLinkTarget(true)!.FullName;
        await File.WriteAllBytesAsync(blob, new byte[10]);
        AssertIsWhole(await Download());
    }

    [Fact]
    public async Task A_stall_is_a_broken_connection()
    {
        AddModel();
        Variables["HF_HUB_DOWNLOAD_TIMEOUT"] = "0.3";
        Server.Faults.Enqueue(new FakeFault(Bytes: 1000, Stalls: true));
        Server.Faults.Enqueue(new FakeFault(Bytes: 1000, Stalls: true));
        Server.Faults.Enqueue(new FakeFault(Bytes: 1000, Stalls: true));
        AssertIsWhole(await Download());
    }

    [Fact]
    public async Task A_cancelled_download_ends_and_resumes_later()
    {
        AddModel(bytes: 2_000_000);
        Server.Pause = TimeSpan.FromMilliseconds(20);
        using var stop = new CancellationTokenSource();
        var snapshot = await Client.Open(new HubRepository(Id));
        var stopping = new Reports(bytes =>
        {
            if (bytes > 500_000)
                stop.Cancel();
        });
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => snapshot.Download(snapshot.Files, stopping, stop.Token));
        Assert.InRange(new FileInfo(Assert.Single(Directory.GetFiles(Path.Combine(Model, "blobs"), "*.incomplete"))).Length, 400_000, 1_900_000);
        Assert.False(File.Exists(Path.Combine(Model, "refs", "main")));
        Server.Pause = TimeSpan.Zero;
        AssertIsWhole(await Download());
        Assert.Contains(Server.Requests, request => request.Range is not null);
    }

    [Fact]
    public async Task Two_downloads_of_the_same_files_fetch_each_once()
    {
        AddModel();
        Server.Pause = TimeSpan.FromMilliseconds(30);
        var reports = new Reports();
        var snapshot = await Client.Open(new HubRepository(Id));
        var other = await Client.Open(new HubRepository(Id));
        await Task.WhenAll(snapshot.Download(snapshot.Files), other.Download(other.Files, reports));
        AssertIsWhole(snapshot);
        Assert.Equal(1, Server.RequestsOf("model.safetensors"));
        Assert.Equal(snapshot.Files.Sum(file => file.Bytes), Server.Sent);
        Assert.Equal(Server.Sent, reports.Last);
    }

    [Fact]
    public async Task Two_downloads_write_the_right_content_where_locks_have_no_effect()
    {
        // Each has the lock of its own cache folder; the contents are the same folder, as on a file system that ignores locks.
        AddModel(bytes: 3_000_000);
        Server.Pause = TimeSpan.FromMilliseconds(1);
        var clients = Enumerable.Range(0, 2).Select(i =>
        {
            string home = Path.Combine(Root, $"home{i}");
            Directory.CreateDirectory(Path.Combine(home, "hub"));
            Directory.CreateDirectory(Path.Combine(Root, "shared"));
            Directory.CreateSymbolicLink(Path.Combine(home, "hub", "models--owner--name"), Path.Combine(Root, "shared"));
            var own = new Dictionary<string, string?>(Variables) { ["HF_HOME"] = home };
            return new HubClient(own.GetValueOrDefault);
        });
        var both = await Task.WhenAll(clients.Select(client => Download(client: client)));
        Assert.All(both, AssertIsWhole);
    }

    [Fact]
    public async Task A_process_that_holds_a_lock_and_fetches_nothing_is_not_waited_for()
    {
        var model = AddModel();
        string etag = model.Commits[model.Refs["main"]]["model.safetensors"].ETag, file = Path.Combine(Cache, ".locks", "models--owner--name", $"{etag}.lock");
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        await using var held = new FileStream(file, FileMode.Create, FileAccess.ReadWrite, FileShare.None);
        Variables["HF_HUB_DOWNLOAD_TIMEOUT"] = "0.1";
        Assert.Equal($"another process holds {file}, but fetches nothing: end it, or set HF_HUB_CACHE to another folder", (await Fails()).Message);
    }

    [Fact]
    public async Task Too_little_space_is_said_before_the_download()
    {
        AddModel();
        var client = new HubClient(Variables.GetValueOrDefault) { FreeBytes = _ => 100_000 };
        Assert.Equal($"'owner/name' needs 0.3 MB more, and {Cache} has 0.1 MB free: free space or set HF_HOME to a folder on another disk", (await Fails(client: client)).Message);
        Assert.Equal(0, Server.Sent);
    }

    [Fact]
    public async Task A_cache_that_cannot_be_written_is_one_line()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "/proc is Linux's");
        AddModel();
        Variables["HF_HOME"] = "/proc/hub";
        var e = await Fails();
        Assert.Equal(HubProblem.Cache, e.Problem);
        Assert.Matches(@"^the cache of the Hugging Face Hub, /proc/hub/hub, cannot be written \(.*\): free space or set HF_HOME to a folder that can be written, then run it again to resume$", e.Message);
    }

    private sealed class Reports(Action<long>? each = null) : IProgress<long>
    {
        public Reports(Action each) : this(_ => each())
        {
        }

        public long Last { get; private set; }

        public void Report(long value)
        {
            lock (this)
            {
                Last = value;
                each?.Invoke(value);
            }
        }
    }
}
