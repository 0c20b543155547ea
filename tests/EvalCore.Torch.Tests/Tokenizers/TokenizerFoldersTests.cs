using EvalCore.Torch.Tokenizers;

namespace EvalCore.Torch.Tests.Tokenizers;

/// <summary>Where a checkpoint's tokenizer is found.</summary>
public sealed class TokenizerFoldersTests : IDisposable
{
    private const string Hub = "google/paligemma-3b-pt-224";

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
        string cached = Put("cache/models--google--paligemma-3b-pt-224/snapshots/abc");
        Assert.StartsWith(cached, Find().Files[0], StringComparison.Ordinal);
        string own = Put("checkpoint");
        Assert.StartsWith(own, Find().Files[0], StringComparison.Ordinal);
        string given = Put("given");
        Assert.StartsWith(given, Find(given).Files[0], StringComparison.Ordinal);
    }

    [Fact]
    public void Of_several_states_in_the_cache_that_of_the_main_branch_is_taken()
    {
        Put("cache/models--google--paligemma-3b-pt-224/snapshots/abc");
        string main = Put("cache/models--google--paligemma-3b-pt-224/snapshots/def");
        Directory.CreateDirectory(Path.Combine(_root, "cache/models--google--paligemma-3b-pt-224/refs"));
        File.WriteAllText(Path.Combine(_root, "cache/models--google--paligemma-3b-pt-224/refs/main"), "def");
        Assert.StartsWith(main, Find().Files[0], StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_tokenizer_is_one_line_with_the_command_that_fetches_it()
    {
        string message = Assert.Throws<EvalCoreException>(() => Find()).Message;
        Assert.Equal(
            $"the tokenizer '{Hub}' is neither in {_root}/checkpoint nor in Hugging Face's cache ({_root}/cache); fetch it: hf download {Hub} tokenizer.json tokenizer_config.json --local-dir DIR/paligemma-3b-pt-224, then --policy.tokenizer_path=DIR",
            message);
    }

    [Fact]
    public void A_flag_that_names_a_folder_without_it_is_an_error_though_the_cache_has_it()
    {
        Put("cache/models--google--paligemma-3b-pt-224/snapshots/abc");
        string message = Assert.Throws<EvalCoreException>(() => Find(_root)).Message;
        Assert.StartsWith($"--policy.tokenizer_path: '{_root}' has no tokenizer.json, nor has a folder 'paligemma-3b-pt-224' in it; fetch it: hf download", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Its_files_are_named_by_the_tokenizer_in_the_provenance()
    {
        Put("checkpoint");
        var folders = new TokenizerFolders(Path.Combine(_root, "checkpoint"), null, Cache);
        Assert.Same(folders.Text(Hub), folders.Text(Hub));
        Assert.Equal([$"{Hub}/tokenizer.json", $"{Hub}/tokenizer_config.json"], folders.Files.Keys.Order());
    }

    [Theory]
    [InlineData("/a", "/b", "/c", "/a")]
    [InlineData(null, "/b", "/c", "/b/hub")]
    [InlineData(null, null, "/c", "/c/huggingface/hub")]
    public void The_cache_is_where_the_environment_says(string? cache, string? home, string? xdg, string root)
    {
        var environment = new Dictionary<string, string?> { ["HF_HUB_CACHE"] = cache, ["HF_HOME"] = home, ["XDG_CACHE_HOME"] = xdg };
        Assert.Equal(root, new HubCache(environment.GetValueOrDefault).Root);
    }

    private HubCache Cache => new(name => name == "HF_HUB_CACHE" ? Path.Combine(_root, "cache") : null);

    private Tokenizer Find(string? given = null) => new TokenizerFolders(Path.Combine(_root, "checkpoint"), given, Cache).Text(Hub);

    private string Put(string folder)
    {
        string path = Path.Combine(_root, folder);
        Directory.CreateDirectory(path);
        foreach (string file in Directory.GetFiles(Goldens.Find("policies/tokenizers/paligemma_like")))
            File.Copy(file, Path.Combine(path, Path.GetFileName(file)));
        return path;
    }
}
