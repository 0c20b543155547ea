namespace EvalCore.Assets;

/// <summary>
/// The folder of a suite's files for the duration of a run: fetched if need be, and verified once, because an engine would load a
/// damaged mesh and the results would differ. Thread-safe.
/// </summary>
/// <param name="set">The files; of a set with parts, those that the tasks need: the others are neither fetched nor verified.</param>
/// <param name="store">Where they are.</param>
public sealed class VerifiedAssets(AssetSet set, AssetStore store)
{
    private readonly Lock _lock = new();
    private string? _folder;

    /// <summary>The folder. The first call verifies every file.</summary>
    /// <exception cref="EvalCoreException">A file is damaged or cannot be fetched; the line says what to do.</exception>
    public string Folder
    {
        get
        {
            lock (_lock)
                return _folder ??= Verify();
        }
    }

    private string Verify()
    {
        string folder = store.Find(set) ?? store.Fetch(set).GetAwaiter().GetResult();
        return store.Verify(set) is [var problem, ..]
            ? throw new EvalCoreException($"{problem}: run 'evalcore assets fetch {set.Name}'")
            : folder;
    }
}
