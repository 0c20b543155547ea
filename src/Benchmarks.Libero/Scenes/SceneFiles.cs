using EvalCore;

namespace Benchmarks.Libero.Scenes;

/// <summary>
/// The files of LIBERO and robosuite, and which of them a scene has used so far. Paths that are relative have slashes.
/// </summary>
/// <param name="liberoFolder">The folder that has LIBERO's <c>assets</c>.</param>
/// <param name="robosuiteFolder">The folder that has robosuite's <c>base.xml</c>.</param>
internal sealed class SceneFiles(string liberoFolder, string robosuiteFolder)
{
    private readonly string _libero = Path.TrimEndingDirectorySeparator(Path.GetFullPath(liberoFolder));
    private readonly string _robosuite = Path.TrimEndingDirectorySeparator(Path.GetFullPath(robosuiteFolder));
    private readonly HashSet<string> _used = [];

    /// <summary>The files of LIBERO that were used, relative to its folder, in ordinal order.</summary>
    public IReadOnlyList<string> Libero => In(_libero);

    /// <summary>The files of robosuite that were used, relative to its folder, in ordinal order.</summary>
    public IReadOnlyList<string> Robosuite => In(_robosuite);

    /// <summary>The path of a file of LIBERO.</summary>
    public string OfLibero(string relative) => Path.GetFullPath(relative, _libero);

    /// <summary>The path of a file of robosuite.</summary>
    public string OfRobosuite(string relative) => Path.GetFullPath(relative, _robosuite);

    /// <summary>Notes that the scene uses a file.</summary>
    /// <param name="path">Its absolute path.</param>
    /// <exception cref="EvalCoreException">It does not exist.</exception>
    public void Use(string path)
    {
        if (_used.Add(path) && !File.Exists(path))
            throw new EvalCoreException($"{path} is missing: run 'evalcore assets fetch libero'");
    }

    private List<string> In(string folder) =>
    [
        .. _used
            .Where(path => path.StartsWith(folder + Path.DirectorySeparatorChar, StringComparison.Ordinal))
            .Select(path => Path.GetRelativePath(folder, path).Replace(Path.DirectorySeparatorChar, '/'))
            .Order(StringComparer.Ordinal),
    ];
}
