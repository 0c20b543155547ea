using EvalCore;
using EvalCore.Assets;
using MuJoCo;

namespace Benchmarks.MetaWorld;

/// <summary>Meta-World's model files.</summary>
public static class MetaWorldAssets
{
    private static readonly Lock Looking = new();
    private static readonly HashSet<string> Verified = [];

    /// <summary>Which they are, and where they come from.</summary>
    public static AssetSet Set { get; } = Read();

    /// <summary>Loads a task's model.</summary>
    /// <exception cref="EvalCoreException">The files are missing or damaged, or MuJoCo is.</exception>
    internal static MjModel Load(string file) => Load(file, AssetStore.Default);

    /// <summary>Loads a task's model from a store.</summary>
    internal static MjModel Load(string file, AssetStore store)
    {
        MetaWorldChecks.Engine();
        string path = Path.Combine(Folder(store), "sawyer_xyz", file);
        try
        {
            return MjModel.FromXmlFile(path);
        }
        catch (MujocoException e)
        {
            throw new EvalCoreException($"Meta-World's model does not load: {e.Message.ReplaceLineEndings(" ")}", e);
        }
    }

    /// <summary>Where the files are.</summary>
    /// <exception cref="EvalCoreException">They are missing; the line says what to do.</exception>
    internal static string Find() => AssetStore.Default.Find(Set) ?? throw new EvalCoreException(
        $"not here: the first evaluation fetches them ({Set.Bytes / 1e6:0} MB), or run 'evalcore assets fetch {Set.Name}'");

    /// <summary>
    /// Where the files are, fetched if need be. They are verified once: a damaged mesh would load, and change results.
    /// </summary>
    private static string Folder(AssetStore store)
    {
        lock (Looking)
        {
            string folder = store.Find(Set) ?? store.Fetch(Set).GetAwaiter().GetResult();
            if (!Verified.Contains(folder))
            {
                if (store.Verify(Set) is [var problem, ..])
                    throw new EvalCoreException($"{problem}: run 'evalcore assets fetch {Set.Name}'");
                Verified.Add(folder);
            }

            return folder;
        }
    }

    private static AssetSet Read()
    {
        using var manifest = typeof(MetaWorldAssets).Assembly.GetManifestResourceStream("assets.json")!;
        return AssetSet.Read(manifest);
    }
}
