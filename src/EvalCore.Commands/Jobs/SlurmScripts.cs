using System.Globalization;
using System.Text;
using EvalCore.Options;

namespace EvalCore.Commands.Jobs;

/// <summary>The scripts of sbatch for an evaluation in shards: what is fetched first, the array of the shards, the merge.</summary>
/// <param name="run">The evaluation.</param>
/// <param name="flags">The flags of the jobs.</param>
/// <param name="program">What starts evalcore on a node, as the shell reads it.</param>
/// <param name="folder">The folder of the scripts and the shards, absolute.</param>
/// <param name="workingFolder">The folder in which the jobs run, absolute: relative paths in flags are below it.</param>
internal sealed class SlurmScripts(ShardedRun run, SlurmFlags flags, string program, string folder, string workingFolder)
{
    /// <summary>The script that submits the jobs.</summary>
    public const string Submit = "submit.sh";

    /// <summary>The script of the shards.</summary>
    public const string Shards = "shards.sbatch";

    private const string Assets = "assets.sbatch", Merge = "merge.sbatch";

    /// <summary>The folder of the logs.</summary>
    public const string Logs = "logs";

    /// <summary>The files.</summary>
    /// <exception cref="EvalCoreException">A path cannot be written to a script.</exception>
    public JobFiles Files()
    {
        Check("--output_dir", folder);
        Check("the working folder", workingFolder);
        Check("--job_name", run.Name);
        var texts = new Dictionary<string, string> { [Shards] = ShardsScript(), [Merge] = MergeScript(), [Submit] = SubmitScript() };
        if (run.AssetSets.Count > 0)
            texts[Assets] = AssetsScript();
        return new JobFiles(new WrittenJobs(Scheduler.Slurm, run.Shards, flags.Parallelism), texts);
    }

    private string Evalcore => flags.Launch is { } launch ? $"{launch} evalcore" : program;

    /// <summary>A step of the job: it gets the warning before the time limit, which the script does not.</summary>
    private string Step => flags.Launch?.Split(' ')[0] == "srun" ? "" : "srun --ntasks=1 ";

    private string ShardsScript()
    {
        string array = string.Create(CultureInfo.InvariantCulture, $"0-{run.Shards - 1}{Limit}");
        var text = new StringBuilder($"""
            #!/bin/bash
            # A run in {ShardedRun.Count(run.Shards, "shard")}: task i of this job array plays shard i. Written by evalcore slurm, and yours to change.
            # {Submit} submits it, with the jobs before and after it.
            {Directive("job-name", run.Name)}
            {Directive("array", array)}
            {Common("shard-%a.log")}
            # After a failure of its node, or a preemption, a shard goes into the queue again; its log is continued.
            #SBATCH --requeue
            #SBATCH --open-mode=append
            # A minute before the time limit evalcore is asked to stop. Finished episodes are kept in any case.
            #SBATCH --signal=TERM@60

            """);
        Add("cpus-per-task", flags.CpusPerTask?.ToString(CultureInfo.InvariantCulture));
        Add("mem", flags.Mem);
        Add("gres", flags.Gres);
        text.Append(CultureInfo.InvariantCulture, $$"""

            {{Setup()}}# Without it .NET counts all cores of the node that the job may be moved to.
            export DOTNET_PROCESSOR_COUNT="${SLURM_CPUS_PER_TASK:-$SLURM_CPUS_ON_NODE}"
            {{(flags.CpusPerTask is null ? "" : "# srun does not take the number of cores from the job.\nexport SRUN_CPUS_PER_TASK=\"$SLURM_CPUS_PER_TASK\"\n")}}# A shard is no run of its own in a history: the merge adds the whole one.
            unset EVALCORE_HISTORY

            # --resume=auto begins the shard, or resumes it where an earlier attempt has finished episodes.
            {{Step}}{{Evalcore}} eval \
            {{string.Concat(run.Flags.Select(flag => $"  {Word(flag)} \\\n"))}}  --shard="$SLURM_ARRAY_TASK_ID/{{run.Shards}}" \
              --output_dir={{ShellWord.Quote(ShardedRun.FolderOf(folder, ""))}}"$SLURM_ARRAY_TASK_ID" \
              --resume=auto
            code=$?

            # Retries: at most {{flags.Retries}}. Exit code 2 is bad input or something missing on the node, which another attempt would meet again.
            if [ "$code" -ne 0 ] && [ "$code" -ne 2 ] && [ "${SLURM_RESTART_COUNT:-0}" -lt {{flags.Retries}} ]; then
              echo "shard $SLURM_ARRAY_TASK_ID ended with exit code $code; it goes into the queue again"
              # Slurm ends this attempt when it has put the shard into the queue.
              scontrol requeue "${SLURM_ARRAY_JOB_ID}_$SLURM_ARRAY_TASK_ID" && sleep 60
            fi
            exit "$code"

            """);
        return text.ToString();

        void Add(string name, string? value)
        {
            if (value is not null)
                text.AppendLine(CultureInfo.InvariantCulture, $"{Directive(name, value)}");
        }
    }

    private string AssetsScript() => $"""
        #!/bin/bash
        # Fetches the files of the benchmark into the cache, once, before the shards begin. Written by evalcore slurm, and yours to change.
        # Where the nodes have no network, run the last line on a machine that has one and shares the cache (EVALCORE_CACHE), and
        # delete this file: {Submit} does without it.
        {Directive("job-name", $"{run.Name}-assets")}
        {Common("assets.log")}

        {Setup()}{Evalcore} assets fetch {string.Join(' ', run.AssetSets.Select(Word))}

        """;

    private string MergeScript() => $"""
        #!/bin/bash
        # Merges the shards when all have ended, with success or not. Written by evalcore slurm, and yours to change.
        {Directive("job-name", $"{run.Name}-merge")}
        {Common("merge.log")}

        {Setup()}# Fails where a shard is not whole, and says which and how to submit them.
        {Evalcore} shards {ShellWord.Quote(folder)} || exit 1
        {Evalcore} merge {ShellWord.Quote(ShardedRun.FolderOf(folder, ""))}* --output_dir={ShellWord.Quote(folder)} || exit 1
        {Evalcore} report {ShellWord.Quote(folder)}{(run.History is { } history ? $" || exit 1\n{Evalcore} history add {ShellWord.Quote(folder)} --history={ShellWord.Quote(history)}" : "")}

        """;

    private string SubmitScript() => $$"""
        #!/bin/sh
        # Submits the jobs, each after the one that it needs, and prints their numbers. Written by evalcore slurm, and yours to change.
        # What is given is for the shards: sh {{Submit}} --array=3,7{{Limit}} submits shards 3 and 7 alone, and the merge after them.
        here={{ShellWord.Quote(folder)}}
        for given in "$@"; do
          if [ "$given" = --array= ]; then
            echo "{{Submit}}: --array= names no shard, as evalcore shards --format=array does where all are whole" >&2
            exit 1
          fi
        done
        mkdir -p "$here/{{Logs}}" || exit 1

        # Files are fetched before the first attempt. Shards without them never start: then they leave the queue, and the merge says so.
        fetched=
        if [ "$#" -eq 0 ] && [ -e "$here/{{Assets}}" ]; then
          fetched=$(sbatch --parsable "$here/{{Assets}}") || exit 1
          fetched=${fetched%%;*}
          echo "files of the benchmark: job $fetched"
        fi
        shards=$(sbatch --parsable ${fetched:+--dependency=afterok:"$fetched" --kill-on-invalid-dep=yes} "$@" "$here/{{Shards}}")
        if [ -z "$shards" ]; then
          [ -z "$fetched" ] || scancel "$fetched"
          exit 1
        fi
        shards=${shards%%;*}
        echo "shards: job $shards"

        # afterany: also after shards that failed, of which the merge says how to submit them again. With afterok it would wait for ever.
        if ! merge=$(sbatch --parsable --dependency=afterany:"$shards" "$here/{{Merge}}"); then
          # All jobs are submitted, or none.
          scancel ${fetched:+"$fetched"} "$shards"
          exit 1
        fi
        echo "merge: job ${merge%%;*}"

        """;

    /// <summary>How many tasks of the array run at the same time, as sbatch reads it.</summary>
    private string Limit => flags.Parallelism is { } most ? string.Create(CultureInfo.InvariantCulture, $"%{most}") : "";

    /// <summary>What all jobs have in common. Each has the time limit of a shard.</summary>
    private string Common(string log)
    {
        (string Name, string? Value)[] directives =
        [
            ("chdir", workingFolder), ("output", $"{folder}/{Logs}/{log}"), ("time", flags.Time), ("partition", flags.Partition),
            ("account", flags.Account), ("qos", flags.Qos), ("constraint", flags.Constraint),
        ];
        return string.Join('\n', directives.Where(directive => directive.Value is not null).Select(directive => Directive(directive.Name, directive.Value!)));
    }

    private string Setup() => flags.Setup.Count == 0 ? "" : string.Join('\n', flags.Setup) + "\n\n";

    /// <summary>A line for sbatch, which reads quotes as a shell does, and nothing else of a shell's.</summary>
    private static string Directive(string name, string value) => $"#SBATCH --{name}={(ShellWord.Quote(value) == value ? value : $"\"{value}\"")}";

    /// <summary>Checks what a line for sbatch cannot have: it ends a quoted value, or stands for the number of a job.</summary>
    private static void Check(string what, string value)
    {
        if (value.Any(letter => letter is '"' or '\\' or '%' || char.IsControl(letter)))
            throw new EvalCoreException($"{what}: '{EvalCoreException.Printable(value)}' has a quotation mark, a backslash, a percent sign or a control character, which a line #SBATCH cannot have; choose another name");
    }

    /// <summary>A flag as the shell reads it: its name unchanged, its value in quotes where it needs them.</summary>
    private static string Word(string flag) => flag.Split('=', 2) is [var name, var value] && ShellWord.Quote(name) == name
        ? $"{name}={ShellWord.Quote(value)}"
        : ShellWord.Quote(flag);
}
