using System.ComponentModel;
using System.Diagnostics;

namespace EvalCore.Commands.Jobs;

/// <summary>Starts the program that submits jobs.</summary>
internal static class Submission
{
    /// <summary>Checks that a program is there, before anything is written.</summary>
    /// <param name="program">The program: <c>sbatch</c>, <c>kubectl</c>.</param>
    /// <param name="path">The variable <c>PATH</c>.</param>
    /// <param name="system">What the program belongs to.</param>
    /// <exception cref="EvalCoreException">It is not on the path.</exception>
    public static void Require(string program, string? path, string system)
    {
        if (!(path ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries).Any(folder => File.Exists(Path.Combine(folder, program))))
            throw new EvalCoreException($"--submit: there is no {program} on the PATH; omit the flag, and submit the files on a machine that has {system}");
    }

    /// <summary>Runs a program to its end.</summary>
    /// <param name="program">The program.</param>
    /// <param name="args">Its arguments.</param>
    /// <param name="files">The files of the jobs, which are removed where it fails.</param>
    /// <param name="folder">Where they are.</param>
    /// <param name="cancellation">Stops waiting, and the program.</param>
    /// <returns>What it prints.</returns>
    /// <exception cref="EvalCoreException">It fails; the message has its first line.</exception>
    public static async Task<string> Run(string program, IReadOnlyList<string> args, JobFiles files, string folder, CancellationToken cancellation)
    {
        try
        {
            return await Run(program, args, cancellation).ConfigureAwait(false);
        }
        catch (EvalCoreException)
        {
            files.Delete(folder);
            throw;
        }
    }

    private static async Task<string> Run(string program, IReadOnlyList<string> args, CancellationToken cancellation)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(program, args) { RedirectStandardOutput = true, RedirectStandardError = true })!;
            try
            {
                var output = process.StandardOutput.ReadToEndAsync(cancellation);
                var error = process.StandardError.ReadToEndAsync(cancellation);
                await process.WaitForExitAsync(cancellation).ConfigureAwait(false);
                string reason = (await error.ConfigureAwait(false)).Trim();
                return process.ExitCode == 0
                    ? await output.ConfigureAwait(false)
                    : throw new EvalCoreException($"--submit: the jobs were not submitted ({(reason.Length == 0 ? $"exit code {process.ExitCode}" : reason.ReplaceLineEndings("; "))}){Hint(reason)}");
            }
            catch (OperationCanceledException)
            {
                process.Kill(entireProcessTree: true);
                throw;
            }
        }
        catch (Win32Exception e)
        {
            throw new EvalCoreException($"--submit: {program} cannot be started ({EvalCoreException.Reason(e)})", e);
        }
    }

    /// <summary>What a message of Slurm means that does not say it.</summary>
    private static string Hint(string reason) => reason.Contains("Invalid job array specification", StringComparison.Ordinal)
        ? "; give fewer shards: scontrol show config has the cluster's limit, MaxArraySize, often 1001"
        : "";
}
