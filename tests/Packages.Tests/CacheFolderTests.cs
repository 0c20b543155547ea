namespace Packages.Tests;

/// <summary>The folder that a build takes for the cache: the rule of programs, see <c>UserCacheTests</c>.</summary>
public sealed class CacheFolderTests(PackageFeed feed)
{
    [Theory]
    [InlineData("/caches/own", "/caches/xdg", "/caches/own")]
    [InlineData("", "/caches/xdg", "/caches/xdg/evalcore")]
    [InlineData("", "", "~/.cache/evalcore")]
    [InlineData("", "relative/is/ignored", "~/.cache/evalcore")]
    [InlineData("relative/is/not/used", "/caches/xdg", "")]
    public async Task A_build_has_the_same_cache_as_a_program(string own, string xdg, string expected)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "absolute paths begin with a drive");
        string home = feed.NewFolder("home");
        string folder = await DotnetProcess.Run(
            "dotnet", ["msbuild", Path.Combine(Goldens.Root, "build/Cache.targets"), "-getProperty:EvalCoreCache"], home,
            new Dictionary<string, string> { ["EVALCORE_CACHE"] = own, ["XDG_CACHE_HOME"] = xdg, ["HOME"] = home });
        Assert.Equal(expected.Replace("~", home, StringComparison.Ordinal), folder.Trim());
    }
}
