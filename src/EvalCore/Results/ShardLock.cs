using EvalCore.Files;

namespace EvalCore.Results;

/// <summary>
/// Waits for the lock of a run that a job begins or resumes. After the failure of a node a file server keeps the lock of the process
/// that played there for a while, and the job that follows is not to end because of it.
/// </summary>
internal static class ShardLock
{
    /// <summary>How long a lock is waited for.</summary>
    internal static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(5);

    /// <summary>Waits until no other process locks a run.</summary>
    /// <param name="folder">The run's output folder.</param>
    /// <param name="time">The clock.</param>
    /// <returns>How long that took; zero where the run was not locked.</returns>
    /// <exception cref="IOException">It stays locked. Exit code 1 follows, after which a job is tried again.</exception>
    public static TimeSpan Wait(string folder, TimeProvider time)
    {
        var waited = TimeSpan.Zero;
        while (IsLocked(Path.Combine(folder, Journal.FileName)))
        {
            if (waited >= Patience)
                throw new IOException($"--output_dir: {folder} was locked by another process for {Patience.TotalSeconds:0} s; try again when that process has ended");
            Task.Delay(Pause, time).GetAwaiter().GetResult();
            waited += Pause;
        }

        return waited;
    }

    private static bool IsLocked(string journal)
    {
        if (!File.Exists(journal + ".lock"))
            return false;
        try
        {
            Journal.Release(Journal.Claim("--output_dir", journal, Disk.Local), Disk.Local);
            return false;
        }
        catch (EvalCoreException e)
        {
            // A folder that cannot be written is none of another process; the run says so when it begins.
            return e.InnerException is IOException;
        }
    }
}
