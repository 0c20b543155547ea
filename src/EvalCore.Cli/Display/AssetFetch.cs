using EvalCore.Assets;
using EvalCore.Environments;
using Spectre.Console;

namespace EvalCore.Cli.Display;

/// <summary>Fetches a benchmark's files, with a bar on a terminal, and a line in a log.</summary>
internal static class AssetFetch
{
    /// <summary>Fetches what a suite needs, if it is not here.</summary>
    /// <exception cref="EvalCoreException">A file cannot be had; the line says why and what to do.</exception>
    public static async Task Run(EnvConfig env, Terminal terminal, CancellationToken cancellation)
    {
        if (env.Assets is { } set && AssetStore.Default.Find(set) is null)
            await Run(set, terminal, cancellation).ConfigureAwait(false);
    }

    /// <summary>Fetches a set into the cache.</summary>
    /// <returns>The folder.</returns>
    /// <exception cref="EvalCoreException">A file cannot be had; the line says why and what to do.</exception>
    public static Task<string> Run(AssetSet set, Terminal terminal, CancellationToken cancellation)
    {
        if (!terminal.IsLive)
        {
            terminal.Error.Profile.Out.Writer.WriteLine($"fetching {set.Title}, {Megabytes(set.Bytes)}");
            return AssetStore.Default.Fetch(set, null, cancellation);
        }

        return terminal.Error.Progress()
            .Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn())
            .StartAsync(context =>
            {
                var bar = context.AddTask(Markup.Escape(set.Title), maxValue: set.Bytes);
                return AssetStore.Default.Fetch(set, new Bar(bar), cancellation);
            });
    }

    public static string Megabytes(long bytes) => $"{bytes / 1e6:0.0} MB";

    private sealed class Bar(ProgressTask task) : IProgress<AssetProgress>
    {
        public void Report(AssetProgress value) => task.Value = value.Bytes;
    }
}
