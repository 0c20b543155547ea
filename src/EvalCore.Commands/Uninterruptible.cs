namespace EvalCore.Commands;

/// <summary>
/// Work that cannot be stopped halfway: loading a large checkpoint, compiling a model. It runs on another thread, and at a signal
/// the program ends without it.
/// </summary>
internal static class Uninterruptible
{
    /// <summary>Does the work.</summary>
    /// <param name="work">The work.</param>
    /// <param name="interrupted">The message after a signal.</param>
    /// <param name="terminal">Receives the message.</param>
    /// <param name="cancellation">Cancelled by a signal.</param>
    /// <returns>Whether the work was finished; false where ending the process has no effect, in a test.</returns>
    public static async Task<bool> Run(Action work, Func<string> interrupted, Terminal terminal, CancellationToken cancellation)
    {
        var working = Task.Run(work, CancellationToken.None);
        try
        {
            await working.WaitAsync(cancellation).ConfigureAwait(false);
            return true;
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            terminal.Fail(interrupted());
            terminal.EndProcess(ExitCode.Interrupted);
            return false;
        }
    }
}
