using EvalCore.Assets;

namespace Benchmarks.MetaWorld;

/// <summary>Meta-World's model files.</summary>
public static class MetaWorldAssets
{
    /// <summary>The files, and where they come from.</summary>
    public static AssetSet Set { get; } = Read();

    private static AssetSet Read()
    {
        using var manifest = typeof(MetaWorldAssets).Assembly.GetManifestResourceStream("assets.json")!;
        return AssetSet.Read(manifest);
    }
}
