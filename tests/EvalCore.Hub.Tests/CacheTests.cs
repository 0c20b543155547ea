namespace EvalCore.Hub.Tests;

public sealed class CacheTests : HubTest
{
    private const string Commit = "0123456789abcdef0123456789abcdef01234567";

    [Fact]
    public async Task A_cache_that_hf_has_filled_is_read_without_a_network()
    {
        await FillAsHf("config", "weights");
        Variables["HF_HUB_OFFLINE"] = "1";
        var snapshot = await Client.Open(new HubRepository(Id));
        Assert.Equal(Commit, snapshot.Commit);
        Assert.False(snapshot.IsListed);
        Assert.Equal(["config.json", "model.safetensors"], snapshot.Files.Select(file => file.Path));
        Assert.Equal("weights", await File.ReadAllTextAsync(snapshot.Find("model.safetensors")!));
        await snapshot.Download(snapshot.Files);
        Assert.Null(snapshot.Note);
        Assert.Empty(Server.Requests);
    }

    [Fact]
    public async Task What_hf_has_brought_is_not_downloaded_again()
    {
        var model = AddModel();
        var files = model.Commits[model.Refs["main"]];
        await FillAsHf("", "", model.Refs["main"], files);
        AssertIsWhole(await Download());
        Assert.Equal(0, Server.Sent);
        Assert.Single(Server.Requests);
    }

    [Fact]
    public async Task The_list_of_files_that_hf_keeps_is_read()
    {
        var model = AddModel();
        await Download();
        string tree = Path.Combine(Model, "trees", $"{model.Refs["main"]}.json");
        var file = model.Commits[model.Refs["main"]]["model.safetensors"];
        Assert.Equal(
            $$$$"""{"format_version":1,"files":{"config.json":{"size":14,"blob_id":"{{{{model.Commits[model.Refs["main"]]["config.json"].BlobId}}}}"},"model.safetensors":{"size":300000,"blob_id":"{{{{file.BlobId}}}}","lfs_sha256":"{{{{file.Sha256}}}}","lfs_size":300000},"sub folder/a\u002Bb.json":{"size":2,"blob_id":"9e26dfeeb6e641a33dae4961196235bdb965b21b"}}}""",
            await File.ReadAllTextAsync(tree));
        Variables["HF_HUB_OFFLINE"] = "true";
        Assert.Equal(3, (await Client.Open(new HubRepository(Id))).Files.Count);
        await File.WriteAllTextAsync(tree, """{"format_version": 2, "files": {}}""");
        Assert.False((await Client.Open(new HubRepository(Id))).IsListed);
    }

    [Fact]
    public async Task A_read_only_cache_is_used_and_nothing_is_written()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "permissions are those of Linux");
        AddModel();
        await Download();
        File.Delete(Path.Combine(Model, "refs", "main"));
        MakeReadOnly();
        string[] before = Contents();
        AssertIsWhole(await Client.Open(new HubRepository(Id)));
        Variables["HF_HUB_OFFLINE"] = "1";
        AssertIsWhole(await Download());
        Assert.Equal(before, Contents());

        string[] Contents() =>
        [
            .. Directory.EnumerateFileSystemEntries(Root, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal)
                .Select(path => $"{path} {File.GetLastWriteTimeUtc(path):O}"),
        ];
    }

    [Fact]
    public async Task Without_a_network_the_cache_is_used_with_a_note()
    {
        AddModel();
        string commit = (await Download()).Commit;
        Server.Dispose();
        var snapshot = await Download();
        AssertIsWhole(snapshot);
        Assert.Matches(@$"^127\.0\.0\.1:\d+ cannot be reached \(there is no connection to 127\.0\.0\.1:\d+\); 'owner/name' is used as the cache has it, at commit {commit[..7]}$", snapshot.Note);

        // A commit is what it is.
        Assert.Null((await Client.Open(new HubRepository(Id, commit))).Note);
    }

    [Fact]
    public async Task A_Hub_that_is_out_of_order_is_like_no_network()
    {
        AddModel();
        await Download();
        Server.RevisionFaults.Enqueue(new FakeFault(Status: 503));
        Assert.Contains("answers 503", (await Download()).Note, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_branch_that_moved_is_followed_and_a_deleted_one_is_an_error()
    {
        var model = AddModel();
        var first = await Download();
        model.Push(new Dictionary<string, FakeFile> { ["config.json"] = new("newer") });
        Assert.NotEqual(first.Commit, (await Download()).Commit);
        model.Refs.Clear();
        Assert.Equal(HubProblem.NoRevision, (await Fails()).Problem);
    }

    [Fact]
    public async Task An_incomplete_snapshot_does_not_replace_a_whole_one_for_those_who_are_offline()
    {
        var model = AddModel();
        var first = await Download();
        model.Push(new Dictionary<string, FakeFile>(model.Commits[first.Commit]) { ["config.json"] = new("newer") });
        var second = await Client.Open(new HubRepository(Id));
        await second.Download([second.Files.First(file => file.Path == "config.json")], isWhole: false, null, CancellationToken.None);
        Assert.NotNull(second.Find("config.json"));
        Variables["HF_HUB_OFFLINE"] = "1";
        Assert.Equal(first.Commit, (await Client.Open(new HubRepository(Id))).Commit);
    }

    [Fact]
    public async Task Offline_nothing_that_lacks_is_downloaded()
    {
        AddModel();
        Variables["HF_HUB_OFFLINE"] = "YES";
        Assert.Equal(
            $"HF_HUB_OFFLINE is set, and 'owner/name' is not in the cache ({Cache}): unset it to download, or run hf download owner/name on a machine with a network and copy the cache",
            (await Fails()).Message);
        Variables["HF_HUB_OFFLINE"] = "0";
        var snapshot = await Client.Open(new HubRepository(Id));
        await snapshot.Download([snapshot.Files.First(file => file.Path == "config.json")]);
        (Variables["HF_HUB_OFFLINE"], Variables["TRANSFORMERS_OFFLINE"]) = (null, "1");
        var e = await Fails();
        Assert.Equal(HubProblem.Offline, e.Problem);
        Assert.Equal($"TRANSFORMERS_OFFLINE is set, and the cache ({Cache}) lacks model.safetensors, sub folder/a+b.json of 'owner/name': unset it to download what is missing", e.Message);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("no commit")]
    [InlineData("../../../../etc")]
    public async Task A_damaged_ref_is_none(string? content)
    {
        await FillAsHf("config", "weights");
        await FillAsHf("config", "weights", Commit.Replace('0', '9'));
        if (content is null)
            File.Delete(Path.Combine(Model, "refs", "main"));
        else
            await File.WriteAllTextAsync(Path.Combine(Model, "refs", "main"), content);
        Variables["HF_HUB_OFFLINE"] = "1";
        Assert.Equal(HubProblem.Offline, (await Fails()).Problem);
    }

    [Fact]
    public async Task A_copied_cache_without_refs_has_the_only_snapshot_there_is()
    {
        await FillAsHf("config", "weights");
        Directory.Delete(Path.Combine(Model, "refs"), recursive: true);
        Variables["HF_HUB_OFFLINE"] = "1";
        Assert.Equal(Commit, (await Client.Open(new HubRepository(Id))).Commit);
        Assert.Equal(HubProblem.Offline, (await Fails("other")).Problem);
    }

    /// <summary>The layout that huggingface_hub writes: contents by ETags, relative links, refs without a line break, locks.</summary>
    private async Task FillAsHf(string config, string weights, string commit = Commit, IReadOnlyDictionary<string, FakeFile>? files = null)
    {
        files ??= new Dictionary<string, FakeFile>
        {
            ["config.json"] = new(config), ["model.safetensors"] = new(System.Text.Encoding.UTF8.GetBytes(weights), isLarge: true),
        };
        foreach (string folder in (string[])["refs", "blobs", "snapshots", $".no_exist/{commit}"])
            Directory.CreateDirectory(Path.Combine(Model, folder));
        Directory.CreateDirectory(Path.Combine(Cache, ".locks", "models--owner--name"));
        await File.WriteAllTextAsync(Path.Combine(Model, ".no_exist", commit, "adapter_config.json"), "");
        await File.WriteAllTextAsync(Path.Combine(Model, "refs", "main"), commit);
        foreach (var (path, file) in files)
        {
            string link = Path.Combine(Model, "snapshots", commit, path);
            Directory.CreateDirectory(Path.GetDirectoryName(link)!);
            await File.WriteAllBytesAsync(Path.Combine(Model, "blobs", file.ETag), file.ToArray());
            await File.WriteAllTextAsync(Path.Combine(Cache, ".locks", "models--owner--name", $"{file.ETag}.lock"), "");
            File.CreateSymbolicLink(link, Path.GetRelativePath(Path.GetDirectoryName(link)!, Path.Combine(Model, "blobs", file.ETag)));
        }
    }
}
