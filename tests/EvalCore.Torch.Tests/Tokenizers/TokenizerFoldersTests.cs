using EvalCore.Hub;
using EvalCore.Hub.Tests;
using EvalCore.Torch.Tokenizers;

namespace EvalCore.Torch.Tests.Tokenizers;

/// <summary>Where a checkpoint's tokenizer is found.</summary>
public sealed class TokenizerFoldersTests : IDisposable
{
    private const string Hub = "google/paligemma-3b-pt-224";
    private const string First = "0123456789abcdef0123456789abcdef01234567";
    private const string Second = "123456789abcdef0123456789abcdef012345678";

    private readonly string _root = Directory.CreateTempSubdirectory("evalcore-").FullName;

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public void A_tokenizer_in_the_checkpoint_is_found_in_the_folder_and_in_one_of_its_name()
    {
        string direct = Put("checkpoint");
        Assert.Equal(Path.Combine(direct, "tokenizer.json"), Find().Files[0]);
        string named = Put("checkpoint/paligemma-3b-pt-224");
        Assert.Equal(Path.Combine(named, "tokenizer.json"), Find().Files[0]);
    }

    [Fact]
    public void The_flag_comes_before_the_checkpoint_and_the_checkpoint_before_the_cache()
    {
        string cached = Put($"cache/models--google--paligemma-3b-pt-224/snapshots/{First}");
        Assert.StartsWith(cached, Find().Files[0], StringComparison.Ordinal);
        string own = Put("checkpoint");
        Assert.StartsWith(own, Find().Files[0], StringComparison.Ordinal);
        string given = Put("given");
        Assert.StartsWith(given, Find(given).Files[0], StringComparison.Ordinal);
    }

    [Fact]
    public void Of_several_states_in_the_cache_that_of_the_main_branch_is_taken()
    {
        Put($"cache/models--google--paligemma-3b-pt-224/snapshots/{First}");
        string main = Put($"cache/models--google--paligemma-3b-pt-224/snapshots/{Second}");
        Directory.CreateDirectory(Path.Combine(_root, "cache/models--google--paligemma-3b-pt-224/refs"));
        File.WriteAllText(Path.Combine(_root, "cache/models--google--paligemma-3b-pt-224/refs/main"), Second);
        Assert.StartsWith(main, Find().Files[0], StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_tokenizer_is_one_line_with_the_ways_out()
    {
        string message = Assert.Throws<EvalCoreException>(() => Find()).Message;
        Assert.Equal(
            $"the tokenizer '{Hub}' is not in {_root}/checkpoint: HF_HUB_OFFLINE is set, and '{Hub}' is not in the cache ({_root}/cache): unset it to download, or run hf download {Hub} on a machine with a network and copy the cache; or give its folder: --policy.tokenizer_path=DIR",
            message);
    }

    [Fact]
    public void A_tokenizer_whose_name_is_no_repository_is_one_line_too()
    {
        string message = Assert.Throws<EvalCoreException>(() => new TokenizerFolders(Path.Combine(_root, "checkpoint"), null, Client).Text("/data/tokenizer")).Message;
        Assert.StartsWith($"the tokenizer '/data/tokenizer' is not in {_root}/checkpoint; fetch it: ", message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_tokenizer_that_is_nowhere_is_downloaded_without_the_weights_of_its_model()
    {
        using var server = new FakeHub();
        string commit = Serve(server).Push(TokenizerOf());
        var folders = new TokenizerFolders(Path.Combine(_root, "checkpoint"), null, Online(server));
        var download = Assert.Single(await folders.FindMissing([Hub], CancellationToken.None));
        Assert.Equal((Hub, commit), (download.Name, download.Commit));
        Assert.Equal(["tokenizer.json", "tokenizer_config.json"], download.Files.Select(file => file.Path).Order());
        await download.Fetch(null, CancellationToken.None);
        Assert.StartsWith(Path.Combine(_root, "hub"), folders.Text(Hub).Files[0], StringComparison.Ordinal);
        Assert.Equal(commit, folders.Repositories[Hub]);
        Assert.Equal(0, server.RequestsOf("model.safetensors"));

        // The cache has it now.
        Assert.Empty(await folders.FindMissing([Hub], CancellationToken.None));
        int before = server.Requests.Count;
        new TokenizerFolders(Path.Combine(_root, "checkpoint"), null, Online(server)).Text(Hub);
        Assert.Equal(before, server.Requests.Count);
    }

    [Fact]
    public void A_gated_tokenizer_says_where_to_accept_its_terms_and_what_to_set()
    {
        using var server = new FakeHub();
        var model = Serve(server);
        model.Push(TokenizerOf());
        model.IsGated = true;
        string message = Assert.Throws<EvalCoreException>(() => new TokenizerFolders(Path.Combine(_root, "checkpoint"), null, Online(server)).Text(Hub)).Message;
        Assert.Equal(
            $"the tokenizer '{Hub}' is not in {_root}/checkpoint: '{Hub}' is gated: accept its terms at {server.Endpoint}/{Hub}, and set HF_TOKEN to a token of that account ({server.Endpoint}/settings/tokens); or give its folder: --policy.tokenizer_path=DIR",
            message);
    }

    [Fact]
    public void A_flag_that_names_a_folder_without_it_is_an_error_though_the_cache_has_it()
    {
        Put($"cache/models--google--paligemma-3b-pt-224/snapshots/{First}");
        string message = Assert.Throws<EvalCoreException>(() => Find(_root)).Message;
        Assert.StartsWith($"--policy.tokenizer_path: '{_root}' has no tokenizer.json, nor has a folder 'paligemma-3b-pt-224' in it; fetch it: hf download", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Its_files_are_named_by_the_tokenizer_in_the_provenance()
    {
        Put("checkpoint");
        var folders = new TokenizerFolders(Path.Combine(_root, "checkpoint"), null, Client);
        Assert.Same(folders.Text(Hub), folders.Text(Hub));
        Assert.Equal([$"{Hub}/tokenizer.json", $"{Hub}/tokenizer_config.json"], folders.Files.Keys.Order());
    }

    private static FakeModel Serve(FakeHub server) => server.Models[Hub] = new FakeModel();

    private static Dictionary<string, FakeFile> TokenizerOf()
    {
        var files = Directory.GetFiles(Goldens.Find("policies/tokenizers/paligemma_like")).Where(file => file.EndsWith(".json", StringComparison.Ordinal))
            .ToDictionary(file => Path.GetFileName(file), file => new FakeFile(File.ReadAllBytes(file)));
        files["model.safetensors"] = new FakeFile([1, 2, 3], isLarge: true);
        return files;
    }

    private HubClient Client => new(name => name switch { "HF_HUB_CACHE" => Path.Combine(_root, "cache"), "HF_HUB_OFFLINE" => "1", _ => null });

    private HubClient Online(FakeHub server) => new(name => name switch { "HF_HOME" => _root, "HF_ENDPOINT" => server.Endpoint, _ => null });

    private Tokenizer Find(string? given = null) => new TokenizerFolders(Path.Combine(_root, "checkpoint"), given, Client).Text(Hub);

    private string Put(string folder)
    {
        string path = Path.Combine(_root, folder);
        Directory.CreateDirectory(path);
        foreach (string file in Directory.GetFiles(Goldens.Find("policies/tokenizers/paligemma_like")))
            File.Copy(file, Path.Combine(path, Path.GetFileName(file)));
        return path;
    }
}
