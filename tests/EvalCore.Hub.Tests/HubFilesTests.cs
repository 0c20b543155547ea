using System.Text;
using System.Text.Json.Nodes;

namespace EvalCore.Hub.Tests;

/// <summary>What the Hub and the cache say of files: no answer leads out of a repository's folder, and none ends in another exception.</summary>
public sealed class HubFilesTests
{
    private const string Revision =
        """{"sha":"0123456789abcdef0123456789abcdef01234567","siblings":[{"rfilename":"config.json","size":7,"blobId":"9e26dfeeb6e641a33dae4961196235bdb965b21b"},{"rfilename":"sub/model.safetensors","size":9,"blobId":"9e26dfeeb6e641a33dae4961196235bdb965b21b","lfs":{"sha256":"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855","size":9,"pointerSize":134}}]}""";

    private const string Tree =
        """{"format_version":1,"files":{"config.json":{"size":7,"blob_id":"9e26dfeeb6e641a33dae4961196235bdb965b21b"},"m.safetensors":{"size":1,"lfs_size":9,"blob_id":"9e26dfeeb6e641a33dae4961196235bdb965b21b","lfs_sha256":"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855","xet_hash":"x"}}}""";

    [Fact]
    public void Lists_are_read()
    {
        var (commit, files) = HubFiles.OfRevision(Of(Revision));
        Assert.Equal("0123456789abcdef0123456789abcdef01234567", commit);
        Assert.Equal(["config.json", "sub/model.safetensors"], files.Select(file => file.Path));
        Assert.Equal(["9e26dfeeb6e641a33dae4961196235bdb965b21b", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"], files.Select(file => file.ETag));
        Assert.Equal([7L, 9L], HubFiles.OfTree(Of(Tree), 1).Select(file => file.Bytes));
        Assert.Equal(files, HubFiles.OfTree(Of(HubFiles.ToTree(files, 1).ToJsonString()), 1));
    }

    [Theory]
    [InlineData("../config.json")]
    [InlineData("/etc/passwd")]
    [InlineData("a//b")]
    [InlineData("a/./b")]
    [InlineData("a\\b")]
    [InlineData("c:b")]
    [InlineData("")]
    [InlineData("a\nb")]
    public void A_path_that_leads_elsewhere_is_refused(string path)
    {
        var node = JsonNode.Parse(Revision)!;
        node["siblings"]![0]!["rfilename"] = path;
        Assert.Throws<InvalidDataException>(() => HubFiles.OfRevision(Of(node.ToJsonString())));
    }

    [Fact]
    public void Damaged_lists_are_errors_of_one_kind() => Fuzz.Run([Revision, Tree], text =>
    {
        Check(() => HubFiles.OfRevision(Of(text)).Files);
        Check(() => HubFiles.OfTree(Of(text), 1));
    });

    private static MemoryStream Of(string text) => new(Encoding.UTF8.GetBytes(text));

    private static void Check(Func<IEnumerable<HubFile>> read)
    {
        try
        {
            string root = Path.GetFullPath("/cache/snapshots/c");
            foreach (var file in read())
            {
                if (!Path.GetFullPath(Path.Combine(root, Path.Combine(file.Path.Split('/')))).StartsWith(root + "/", StringComparison.Ordinal) || file.Bytes < 0 || file.ETag.Length is not (40 or 64))
                    throw new InvalidOperationException(file.ToString());
            }
        }
        catch (InvalidDataException)
        {
            // Expected.
        }
    }
}
