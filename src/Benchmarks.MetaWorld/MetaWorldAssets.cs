using EvalCore;
using MuJoCo;

namespace Benchmarks.MetaWorld;

/// <summary>
/// Meta-World's model files: the folder <c>assets/metaworld</c> of EvalCore's cache, or of the folder that
/// <c>EVALCORE_MIRROR</c> names.
/// </summary>
internal static class MetaWorldAssets
{
    /// <summary>Loads a task's model.</summary>
    /// <exception cref="OptionException">The files are missing or damaged, or MuJoCo is.</exception>
    public static MjModel Load(string file)
    {
        string path = Path.Combine(Folder(), "sawyer_xyz", file);
        try
        {
            return MjModel.FromXmlFile(path);
        }
        catch (MujocoException e)
        {
            throw new OptionException(
                File.Exists(path)
                    ? $"Meta-World's model does not load: {e.Message.ReplaceLineEndings(" ")}"
                    : $"{path} is missing: restore Meta-World's files (its folder has a MANIFEST.json)", e);
        }
    }

    /// <summary>Where the files are.</summary>
    /// <exception cref="OptionException">They are missing.</exception>
    public static string Folder()
    {
        string cache = Path.Combine(Cache(), "assets", "metaworld");
        if (Directory.Exists(cache))
            return cache;
        if (Environment.GetEnvironmentVariable("EVALCORE_MIRROR") is { Length: > 0 } mirror)
        {
            string there = Path.Combine(Path.GetFullPath(mirror), "assets", "metaworld");
            if (Directory.Exists(there))
                return there;
        }

        throw new OptionException(
            $"Meta-World's model files are not here: put them to {cache}, or set EVALCORE_MIRROR to a folder with assets/metaworld");
    }

    private static string Cache()
    {
        if (Environment.GetEnvironmentVariable("EVALCORE_CACHE") is { Length: > 0 } cache)
            return Path.GetFullPath(cache);
        return Environment.GetEnvironmentVariable("XDG_CACHE_HOME") is { Length: > 0 } xdg
            ? Path.Combine(xdg, "evalcore")
            : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache", "evalcore");
    }
}
