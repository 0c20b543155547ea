using System.Security.Cryptography;
using EvalCore.Assets;

namespace EvalCore.Tests.Assets;

public sealed class VerifiedAssetsTests : IDisposable
{
    private readonly string _cache = Directory.CreateTempSubdirectory("evalcore-assets-").FullName;
    private readonly AssetSet _set = new(
        "toy", "Toy", "MIT", new Uri("http://127.0.0.1:9/"), [new AssetFile("a.xml", 3, Convert.ToHexStringLower(SHA256.HashData("abc"u8)))]);

    private string File => Path.Combine(_cache, "assets", "toy", "a.xml");

    public void Dispose() => Directory.Delete(_cache, recursive: true);

    [Fact]
    public void A_folder_is_verified_once()
    {
        Write("abc");
        var assets = new VerifiedAssets(_set, new AssetStore(_cache, null));
        Assert.Equal(Path.GetDirectoryName(File), assets.Folder);
        Write("xyz");
        Assert.Equal(Path.GetDirectoryName(File), assets.Folder);
    }

    [Fact]
    public void A_damaged_file_is_one_line_that_says_what_to_do()
    {
        Write("xyz");
        var assets = new VerifiedAssets(_set, new AssetStore(_cache, null));
        string line = Assert.Throws<EvalCoreException>(() => assets.Folder).Message;
        Assert.Equal($"{File} is damaged: its SHA-256 is not {_set.Files[0].Sha256}: run 'evalcore assets fetch toy'", line);
        Write("abc");
        Assert.Equal(Path.GetDirectoryName(File), assets.Folder);
    }

    [Fact]
    public void Only_the_part_that_is_needed_is_verified()
    {
        Write("abc");
        var set = _set with { Files = [_set.Files[0] with { Parts = ["hands"] }, new AssetFile("b.xml", 3, _set.Files[0].Sha256, ["maps"])] };
        System.IO.File.WriteAllText(Path.Combine(Path.GetDirectoryName(File)!, "b.xml"), "xyz");
        Assert.Equal(Path.GetDirectoryName(File), new VerifiedAssets(set.Part("hands"), new AssetStore(_cache, null)).Folder);
        string line = Assert.Throws<EvalCoreException>(() => new VerifiedAssets(set.Part("maps"), new AssetStore(_cache, null)).Folder).Message;
        Assert.EndsWith("b.xml is damaged: its SHA-256 is not " + _set.Files[0].Sha256 + ": run 'evalcore assets fetch maps'", line, StringComparison.Ordinal);
    }

    private void Write(string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(File)!);
        System.IO.File.WriteAllText(File, text);
    }
}
