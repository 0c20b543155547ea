using EvalCore.Assets;

namespace Benchmarks.Libero.Tests;

/// <summary>Where LIBERO's and robosuite's files are: the folder that <c>EVALCORE_MIRROR</c> names, else the cache.</summary>
internal static class LiberoFiles
{
    /// <summary>LIBERO's folder: <c>assets</c>, <c>bddl_files</c> and <c>init_files</c> are in it. Null when it is not here.</summary>
    public static string? LiberoOrNull { get; } = Find("libero", "assets");

    /// <summary>robosuite's folder: <c>base.xml</c> and the robot's parts are in it. Null when it is not here.</summary>
    public static string? RobosuiteOrNull { get; } = Find("robosuite", "base.xml");

    /// <summary>LIBERO's folder. A test calls <see cref="Machine.NeedsFiles"/> first.</summary>
    public static string Libero => LiberoOrNull ?? throw new InvalidOperationException("LIBERO's files are not here");

    /// <summary>robosuite's folder. A test calls <see cref="Machine.NeedsFiles"/> first.</summary>
    public static string Robosuite => RobosuiteOrNull ?? throw new InvalidOperationException("robosuite's files are not here");

    /// <summary>A task's BDDL file.</summary>
    /// <param name="suite">The suite, for example <c>libero_spatial</c>.</param>
    /// <param name="task">The task's name.</param>
    public static string Bddl(string suite, string task) => Path.Combine(Libero, "bddl_files", suite, $"{task}.bddl");

    /// <summary>A task's initial states.</summary>
    /// <inheritdoc cref="Bddl"/>
    public static string InitStates(string suite, string task) =>
        Path.Combine(Libero, "init_files", suite, $"{task}.pruned_init");

    private static string? Find(string folder, string content)
    {
        string?[] roots = [Environment.GetEnvironmentVariable("EVALCORE_MIRROR"), AssetStore.CacheFolder];
        return roots
            .Where(root => !string.IsNullOrEmpty(root))
            .Select(root => Path.Combine(root!, "assets", folder))
            .FirstOrDefault(path => Path.Exists(Path.Combine(path, content)));
    }
}
