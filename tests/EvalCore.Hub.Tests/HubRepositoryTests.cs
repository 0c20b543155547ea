using FsCheck.Xunit;

namespace EvalCore.Hub.Tests;

public sealed class HubRepositoryTests
{
    [Theory]
    [InlineData("lerobot/act_aloha", "lerobot/act_aloha", null)]
    [InlineData("a/b@main", "a/b", "main")]
    [InlineData("A-b.c/d_E@v1.0", "A-b.c/d_E", "v1.0")]
    [InlineData("a/b@refs/pr/12", "a/b", "refs/pr/12")]
    [InlineData("a/b@0123456789abcdef0123456789abcdef01234567", "a/b", "0123456789abcdef0123456789abcdef01234567")]
    public void Names_and_revisions_are_read(string text, string id, string? revision)
    {
        var repository = HubRepository.Parse(text)!;
        Assert.Equal((id, revision, text), (repository.Id, repository.Revision, repository.ToString()));
        Assert.Equal(revision?.Length == 40, repository.IsCommit);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("name")]
    [InlineData("a/b/c")]
    [InlineData("./b")]
    [InlineData("../b")]
    [InlineData("/b")]
    [InlineData("~/b")]
    [InlineData("a/b@")]
    [InlineData("a/b@../c")]
    [InlineData("a/b@c/../d")]
    [InlineData("a/b@/c")]
    [InlineData("a/b@c//d")]
    [InlineData("a--b/c")]
    [InlineData("a/b.git")]
    [InlineData("a/b c")]
    [InlineData("a/b\n")]
    [InlineData("ws://host:8000")]
    [InlineData("https://huggingface.co/a/b")]
    public void Other_texts_are_no_repository(string? text) => Assert.Null(HubRepository.Parse(text));

    /// <summary>A repository's folder and the file of its revision are in the cache, whatever their names are.</summary>
    [Property]
    public bool No_name_leads_out_of_the_cache(string text)
    {
        if (HubRepository.Parse(text) is not { } repository)
            return true;
        string cache = Path.GetFullPath("/cache");
        return Path.GetFullPath(Path.Combine(cache, repository.Id.Replace("/", "--", StringComparison.Ordinal), "refs", repository.Revision ?? "main"))
            .StartsWith(cache + "/", StringComparison.Ordinal);
    }
}
