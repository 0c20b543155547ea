using Spectre.Console;

namespace EvalCore.Commands.Display;

/// <summary>Shows a download: a progress bar on a terminal, a line now and then in a log.</summary>
internal static class DownloadDisplay
{
    /// <summary>How often a log gets a line.</summary>
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(30);

    /// <summary>Shows a download until it is over.</summary>
    /// <param name="title">What is downloaded.</param>
    /// <param name="bytes">Its length in bytes.</param>
    /// <param name="terminal">The program's output.</param>
    /// <param name="download">The download; it reports the number of bytes that are there.</param>
    public static Task Show(string title, long bytes, Terminal terminal, Func<IProgress<long>, Task> download)
    {
        if (!terminal.IsLive)
        {
            terminal.Error.Profile.Out.Writer.WriteLine($"fetching {title}, {AssetFetch.Megabytes(bytes)}");
            return download(new Lines(terminal, bytes));
        }

        return terminal.Error.Progress()
            .Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new DownloadedColumn(), new TransferSpeedColumn(), new RemainingTimeColumn())
            .StartAsync(context =>
            {
                var bar = context.AddTask(Markup.Escape(title), maxValue: bytes);
                return download(new Bar(bar));
            });
    }

    private sealed class Bar(ProgressTask task) : IProgress<long>
    {
        public void Report(long value) => task.Value = value;
    }

    private sealed class Lines(Terminal terminal, long bytes) : IProgress<long>
    {
        private readonly Lock _lock = new();
        private long _since = terminal.Host.Time.GetTimestamp();

        public void Report(long value)
        {
            lock (_lock)
            {
                if (terminal.Host.Time.GetElapsedTime(_since) < Interval)
                    return;
                _since = terminal.Host.Time.GetTimestamp();
                terminal.Error.Profile.Out.Writer.WriteLine($"fetched {AssetFetch.Megabytes(value)} of {AssetFetch.Megabytes(bytes)}");
            }
        }
    }
}
