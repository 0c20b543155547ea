namespace EvalCore.Assets;

/// <summary>
/// The folder in which native libraries and benchmarks' files are kept for this user. The bindings of the engines compile
/// this file too, because they do not depend on EvalCore; <c>build/Cache.targets</c> follows the same rule.
/// </summary>
internal static class UserCache
{
    /// <summary>
    /// <c>EVALCORE_CACHE</c>, else <c>evalcore</c> in <c>XDG_CACHE_HOME</c>, else <c>~/.cache/evalcore</c>. A relative
    /// <c>XDG_CACHE_HOME</c> is ignored, as its specification says.
    /// </summary>
    /// <param name="variable">Reads an environment variable.</param>
    /// <param name="problem">
    /// A line when <c>EVALCORE_CACHE</c> is relative: it would be another folder for each current folder of a program. Else null.
    /// </param>
    public static string Find(Func<string, string?> variable, out string? problem)
    {
        problem = null;
        if (variable("EVALCORE_CACHE") is { Length: > 0 } own)
        {
            if (!Path.IsPathFullyQualified(own))
                problem = $"EVALCORE_CACHE: '{own}' is a relative path; set it to an absolute path";
            return Path.GetFullPath(own);
        }

        // Not verified: a folder that does not exist yet is made, and one that cannot be made is reported with its path.
        string caches = variable("XDG_CACHE_HOME") is { } xdg && Path.IsPathFullyQualified(xdg)
            ? xdg
            : Path.Combine(
                Environment.GetFolderPath(Environment.SpecialFolder.UserProfile, Environment.SpecialFolderOption.DoNotVerify), ".cache");
        return Path.Combine(caches, "evalcore");
    }
}
