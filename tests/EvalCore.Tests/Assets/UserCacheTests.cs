using EvalCore.Assets;

namespace EvalCore.Tests.Assets;

/// <summary>Which folder is the cache.</summary>
public sealed class UserCacheTests
{
    private static readonly string Home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile, Environment.SpecialFolderOption.DoNotVerify);

    [Theory]
    [InlineData("/caches/own", "/caches/xdg", "/caches/own")]
    [InlineData("", "/caches/xdg", "/caches/xdg/evalcore")]
    [InlineData(null, "/caches/xdg", "/caches/xdg/evalcore")]
    [InlineData(null, "", null)]
    [InlineData(null, "relative/is/ignored", null)]
    public void The_first_variable_that_is_set_counts(string? own, string? xdg, string? expected)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "absolute paths begin with a drive");
        string folder = UserCache.Find(name => name == "EVALCORE_CACHE" ? own : xdg, out string? problem);
        Assert.Null(problem);
        Assert.Equal(expected ?? Path.Combine(Home, ".cache", "evalcore"), folder);
    }

    [Theory]
    [InlineData("cache")]
    [InlineData("./cache")]
    [InlineData("../cache")]
    public void A_relative_path_is_refused(string path)
    {
        UserCache.Find(name => name == "EVALCORE_CACHE" ? path : null, out string? problem);
        Assert.Equal($"EVALCORE_CACHE: '{path}' is a relative path; set it to an absolute path", problem);
    }
}
