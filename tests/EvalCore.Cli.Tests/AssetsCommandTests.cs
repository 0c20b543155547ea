using EvalCore.Assets;

namespace EvalCore.Cli.Tests;

public sealed class AssetsCommandTests : IDisposable
{
    /// <summary>No server is at this address; the tests do not use it.</summary>
    private static readonly AssetSet Maps = new("maps", "Maps 1.0", "MIT", new Uri("http://127.0.0.1:9/"), []);

    private readonly CommandLine _line = new() { Assets = Maps };

    public void Dispose() => _line.Dispose();

    [Theory]
    [InlineData("assets")]
    [InlineData("assets list")]
    [InlineData("assets list maps")]
    public async Task Sets_are_listed_with_where_they_are(string words)
    {
        Assert.Equal(0, await _line.Run(words.Split(' ')));
        Assert.StartsWith("maps  Maps 1.0 (MIT), 0 files, 0.0 MB\n", _line.Out.Output);
    }

    [Fact]
    public async Task A_set_is_verified()
    {
        Assert.Equal(0, await _line.Run("assets", "verify"));
        Assert.Equal("maps: all 0 files are intact\n", _line.Out.Output);
    }

    [Fact]
    public async Task A_set_that_is_not_here_is_verified_in_one_line()
    {
        AssetFile[] files = [new("a.xml", 1, new string('0', 64)), new("b.xml", 1, new string('0', 64))];
        using var line = new CommandLine { Assets = Maps with { Name = "maps-that-nobody-has", Files = files } };
        Assert.Equal(1, await line.Run("assets", "verify"));
        Assert.Equal("maps-that-nobody-has: not here; run evalcore assets fetch maps-that-nobody-has\n", line.Out.Output);
    }

    [Fact]
    public async Task The_parts_of_a_set_are_listed_and_named_one_by_one()
    {
        string hash = new('0', 64);
        AssetFile[] files = [new("base.xml", 1_000_000, hash), new("a.xml", 2_000_000, hash, ["maps-indoors"]), new("b.xml", 4_000_000, hash, ["maps-outdoors"])];
        using var line = new CommandLine { Assets = Maps with { Name = "maps-that-nobody-has", Files = files } };
        Assert.Equal(0, await line.Run("assets"));
        Assert.Equal(
            """
            maps-that-nobody-has  Maps 1.0 (MIT), 3 files, 7.0 MB
              not complete here; run evalcore assets fetch maps-that-nobody-has
              maps-indoors  2 files, 3.0 MB: not complete here; run evalcore assets fetch maps-indoors
              maps-outdoors  2 files, 5.0 MB: not complete here; run evalcore assets fetch maps-outdoors

            """,
            line.Out.Output);

        Assert.Equal(1, await line.Run("assets", "verify", "maps-outdoors"));
        Assert.EndsWith("\nmaps-outdoors: not complete here; run evalcore assets fetch maps-outdoors\n", line.Out.Output);
        Assert.Equal(1, await line.Run("assets", "verify"));
        Assert.EndsWith(
            "\nmaps-indoors: not complete here; run evalcore assets fetch maps-indoors\nmaps-outdoors: not complete here; run evalcore assets fetch maps-outdoors\n",
            line.Out.Output);
        Assert.Equal(2, await line.Run("assets", "verify", "maps-outdoor"));
        Assert.EndsWith(
            "unknown set 'maps-outdoor'; did you mean 'maps-outdoors'? (known: maps-that-nobody-has (in parts: maps-indoors, maps-outdoors))\n", line.Error.Output);
    }

    [Theory]
    [InlineData("assets fetsh", "evalcore assets fetsh: expected list, fetch or verify")]
    [InlineData("assets fetch mapz", "evalcore assets: unknown set 'mapz'; did you mean 'maps'? (known: maps)")]
    public async Task An_unknown_verb_or_set_is_refused_in_one_line(string words, string error)
    {
        Assert.Equal(2, await _line.Run(words.Split(' ')));
        Assert.Equal($"error: {error}\n", _line.Error.Output);
    }

    [Fact]
    public void The_files_of_Meta_World_are_pinned()
    {
        var set = Assert.Single(BuiltInRegistry.All.Assets, set => set.Name == "metaworld");
        Assert.Equal(218, set.Files.Count);
        Assert.Equal(12_951_994, set.Bytes);
        Assert.All(set.Files, file => Assert.Matches("^[0-9a-f]{64}$", file.Sha256));
    }
}
