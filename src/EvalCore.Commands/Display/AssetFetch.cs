using EvalCore.Assets;
using EvalCore.Environments;
using EvalCore.Evaluation;

namespace EvalCore.Commands.Display;

/// <summary>Fetches a benchmark's files, and shows a progress bar on a terminal or a line in a log.</summary>
internal static class AssetFetch
{
    /// <summary>Fetches what the tasks of a suite need and this machine lacks: sets of files, and engines.</summary>
    /// <exception cref="EvalCoreException">
    /// A file cannot be fetched; the message states the reason and what to do.
    /// </exception>
    public static async Task Run(EnvConfig env, Registry registry, Terminal terminal, CancellationToken cancellation)
    {
        foreach (var set in env.Assets.Where(set => AssetStore.Default.Find(set) is null))
            await Run(set, terminal, cancellation).ConfigureAwait(false);
        foreach (var engine in registry.MissingEngines(env.Type))
        {
            terminal.Error.Profile.Out.Writer.WriteLine($"fetching {engine.Name}");
            await Task.Run(engine.Fetch!, cancellation).WaitAsync(cancellation).ConfigureAwait(false);
        }
    }

    /// <summary>Fetches a set into the cache.</summary>
    /// <returns>The set's folder in the cache.</returns>
    /// <exception cref="EvalCoreException">
    /// A file cannot be fetched; the message states the reason and what to do.
    /// </exception>
    public static async Task<string> Run(AssetSet set, Terminal terminal, CancellationToken cancellation)
    {
        string folder = "";
        await DownloadDisplay.Show(
            set.Title, set.Bytes, terminal, async progress => folder = await AssetStore.Default.Fetch(set, new Bytes(progress), cancellation).ConfigureAwait(false)).ConfigureAwait(false);
        return folder;
    }

    public static string Megabytes(long bytes) => $"{bytes / 1e6:0.0} MB";

    private sealed class Bytes(IProgress<long> progress) : IProgress<AssetProgress>
    {
        public void Report(AssetProgress value) => progress.Report(value.Bytes);
    }
}
