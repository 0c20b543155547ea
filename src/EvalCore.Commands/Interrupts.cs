using System.Runtime.InteropServices;

namespace EvalCore.Commands;

/// <summary>
/// Handles Ctrl-C, SIGTERM, which a cluster sends before it ends a job, and SIGHUP, which a closed terminal sends: the
/// first signal stops the run, the second ends the program. A program that has not ended some seconds after the first is
/// ended, whatever it waits for.
/// </summary>
internal sealed partial class Interrupts : IDisposable
{
    /// <summary>
    /// How long a command may take to end after a signal. An evaluation gives up stuck episodes and videos before that.
    /// </summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly CancellationTokenSource _stop = new();
    private readonly List<PosixSignalRegistration> _registrations = [];
    private Timer? _end;

    public Interrupts()
    {
        foreach (var signal in (PosixSignal[])[PosixSignal.SIGINT, PosixSignal.SIGTERM, PosixSignal.SIGHUP])
            _registrations.Add(PosixSignalRegistration.Create(signal, OnSignal));
    }

    /// <summary>Cancelled by the first signal.</summary>
    public CancellationToken Stop => _stop.Token;

    /// <summary>
    /// Ends the process at once. Nothing is waited for, and native libraries do not tidy up: a thread may still be in one.
    /// </summary>
    public static void EndProcess(int exitCode)
    {
        if (OperatingSystem.IsLinux())
            ExitNow(exitCode);
        Environment.Exit(exitCode);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var registration in _registrations)
            registration.Dispose();
        _end?.Dispose();
        _stop.Dispose();
    }

    private void OnSignal(PosixSignalContext context)
    {
        // The second signal is left to the system, which ends the program.
        if (_stop.IsCancellationRequested)
            return;
        context.Cancel = true;
        _end = new Timer(_ => EndProcess(ExitCode.Interrupted), null, Patience, Timeout.InfiniteTimeSpan);

        // What is called back may take long; signals must not wait for it.
        _ = _stop.CancelAsync();
    }

    [LibraryImport("libc", EntryPoint = "_exit")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial void ExitNow(int status);
}
