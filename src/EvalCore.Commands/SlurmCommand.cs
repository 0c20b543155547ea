using System.CommandLine;
using EvalCore.Commands.Help;
using EvalCore.Commands.Jobs;
using EvalCore.Evaluation;
using EvalCore.Options;

namespace EvalCore.Commands;

/// <summary><c>evalcore slurm</c>: writes the scripts that evaluate a policy as a job array of Slurm.</summary>
internal static class SlurmCommand
{
    /// <summary>Makes the command.</summary>
    public static Command Create(Registry registry, Terminal terminal)
    {
        var command = new PagedCommand(
            "slurm",
            "Write the scripts of a Slurm job array that evaluates a policy in shards and merges them.\n"
            + "Accepts the flags of evalcore eval, and checks them before anything is written.",
            new HelpPage(
                "evalcore slurm --shards=N --policy.path=DIR --env.type=SUITE [flags]",
                [
                    new("evalcore slurm --shards=16 --time=02:00:00 --partition=gpu --gres=gpu:1 --policy.path=DIR --env.type=pusht --output_dir=run --submit", "write the scripts to run/, and submit them"),
                    new("sh run/submit.sh", "submit them later, as they are or changed"),
                    new("evalcore shards run", "say which shards are missing, and how to submit these"),
                ],
                tokens => ShardedRun.Sections(new SlurmFlags(), registry, tokens),
                HelpPage.UsualExitCodes))
        {
            TreatUnmatchedTokensAsErrors = false,
        };
        command.SetAction((parsed, cancellation) => Run(parsed.UnmatchedTokens, registry, terminal, cancellation));
        return command;
    }

    private static async Task<int> Run(IReadOnlyList<string> tokens, Registry registry, Terminal terminal, CancellationToken cancellation)
    {
        var flags = new SlurmFlags();
        var run = await ShardedRun.Read("slurm", tokens, flags, registry, terminal.Host, _ => false, cancellation).ConfigureAwait(false);
        string folder = Path.GetFullPath(run.OutputDir);
        var files = new SlurmScripts(run, flags, terminal.Program, folder, Directory.GetCurrentDirectory()).Files();
        JobFiles.CheckFolder(run.OutputDir);
        if (flags.Submit)
            Submission.Require("sbatch", terminal.Host.Variable("PATH"), "Slurm");
        files.Write(run.OutputDir);

        var output = terminal.Writer;
        string? submitted = flags.Submit
            ? await Submission.Run("sh", [Path.Combine(folder, SlurmScripts.Submit)], files, run.OutputDir, cancellation).ConfigureAwait(false)
            : null;
        output.WriteLine($"{run.Size}: {Path.Combine(run.OutputDir, SlurmScripts.Shards)}");
        if (submitted is not null)
            output.Write(submitted);
        else
            output.WriteLine($"submit:  sh {ShellWord.Quote(Path.Combine(run.OutputDir, SlurmScripts.Submit))}");
        output.WriteLine("watch:   squeue --me");
        output.WriteLine($"logs:    {Path.Combine(run.OutputDir, SlurmScripts.Logs)}");
        output.WriteLine($"shards:  {terminal.Program} shards {ShellWord.Quote(run.OutputDir)}");
        return ExitCode.Success;
    }
}
