namespace EvalCore.Options;

/// <summary>
/// The tilde in paths. A shell replaces it only at the beginning of a word: in <c>--policy.path=~/checkpoint</c>, in a
/// configuration file and in an environment variable it remains.
/// </summary>
public static class HomeFolder
{
    /// <summary>Replaces <c>~</c> at the beginning of a path by the user's home folder: <c>~</c> and <c>~/...</c>.</summary>
    /// <returns>The path; the same when it does not begin so, or when the user has no home folder.</returns>
    public static string Expand(string path)
    {
        if (path != "~" && !path.StartsWith("~/", StringComparison.Ordinal))
            return path;
        string home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        return home.Length == 0 ? path : home.TrimEnd('/') + path[1..];
    }
}
