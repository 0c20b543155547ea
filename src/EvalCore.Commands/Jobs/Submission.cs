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
    /// <param name="files">Where the files are, for the message.</param>
    /// <param name="cancellation">Stops waiting, and the program.</param>
    /// <returns>What it prints.</returns>
    /// <exception cref="EvalCoreException">It fails; the message has its first line.</exception>
    public static async Task<string> Run(string program, IReadOnlyList<string> args, string files, CancellationToken cancellation)
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
                    : throw new EvalCoreException($"--submit: the jobs were not submitted ({(reason.Length == 0 ? $"exit code {process.ExitCode}" : reason.ReplaceLineEndings("; "))}); the files are in {files}");
            }
            catch (OperationCanceledException)
            {
                process.Kill(entireProcessTree: true);
                throw;
            }
        }
        catch (Win32Exception e)
        {
            throw new EvalCoreException($"--submit: {program} cannot be started ({EvalCoreException.Reason(e)}); the files are in {files}", e);
        }
    }
}
