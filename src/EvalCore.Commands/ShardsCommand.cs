using System.CommandLine;
using EvalCore.Commands.Help;
using EvalCore.Commands.Jobs;
using EvalCore.Options;
using EvalCore.Results;

namespace EvalCore.Commands;

/// <summary><c>evalcore shards</c>: says which shards of a run are whole, partial and missing.</summary>
internal static class ShardsCommand
{
    /// <summary>Makes the command.</summary>
    public static Command Create(Terminal terminal)
    {
        var command = new PagedCommand(
            "shards",
            "Say which shards of a run are whole, partial or missing, and print the line that submits the others.",
            new HelpPage(
                "evalcore shards DIR [flags]",
                [
                    new("evalcore shards run", "the shards in run/shard-0, run/shard-1, ..."),
                    new("sh run/submit.sh --array=$(evalcore shards run --format=array)", "submit those that are not whole, and the merge"),
                ],
                _ =>
                [
                    new HelpSection("Arguments", [
                        new HelpRow("DIR", "the output folder of evalcore slurm or evalcore k8s, or a folder with the output folders of shards"),
                        .. HelpRow.Of(new ShardsFlags()),
                    ]),
                ],
                [
                    new("0", "all shards are whole"),
                    new("1", "a shard is partial, missing or damaged"),
                    new("2", "bad input, or shards of different runs; one line on stderr states the reason"),
                ]))
        {
            TreatUnmatchedTokensAsErrors = false,
        };
        command.SetAction(parsed => Run(parsed.UnmatchedTokens, terminal));
        return command;
    }

    private static int Run(IReadOnlyList<string> tokens, Terminal terminal)
    {
        var flags = new ShardsFlags();
        var (folders, given) = Operands.Split(tokens, flags);
        var set = new OptionSet(given);
        set.Bind(flags);
        set.Finish("shards");
        if (folders is not [var named])
            throw new EvalCoreException($"shards: {(folders.Count == 0 ? "no folder" : "several folders")}; name the folder with the shards of one run: evalcore shards DIR");
        string folder = HomeFolder.Expand(named);
        var jobs = JobFiles.Read(folder);
        var shards = ShardFolders.Read(folder, jobs?.Shards);
        if (jobs?.Scheduler == Scheduler.K8s && shards.Shards.All(shard => shard.State == ShardState.Missing))
        {
            throw new EvalCoreException(
                $"{folder}: has no shard: the shards of a Kubernetes Job are on its volume; kubectl apply -f {ShellWord.Quote(Path.Combine(folder, K8sManifests.Merge))} "
                + "merges them there, or says in its log which are not whole");
        }

        string array = ArrayOf(shards.ToSubmit);
        if (flags.Format == ShardsFormat.Array)
        {
            if (array.Length > 0)
                terminal.Writer.WriteLine(array);
            return shards.AreWhole ? ExitCode.Success : ExitCode.Failure;
        }

        foreach (var shard in shards.Shards.Where(shard => shard.Problem is not null))
            terminal.Note($"shard {shard.Index}: {shard.Problem}");
        Write(shards, terminal);
        if (array.Length > 0)
            terminal.Writer.WriteLine($"submit them: {Submit(jobs, folder, shards.Shards.Count, array, terminal.Host)}");
        return shards.AreWhole ? ExitCode.Success : ExitCode.Failure;
    }

    private static void Write(ShardFolders shards, Terminal terminal)
    {
        var output = terminal.Writer;
        output.WriteLine($"{ShardedRun.Count(shards.Shards.Count, "shard")}, {ShardedRun.Count(shards.Shards.Sum(shard => shard.Episodes), "episode")}");
        foreach (var state in shards.Shards.GroupBy(shard => shard.State).OrderByDescending(state => state.Key))
        {
            var numbers = state.Select(shard => shard.Index).ToList();
            string which = numbers.Count == shards.Shards.Count && state.Key == ShardState.Whole ? "all" : ArrayOf(numbers);
            string finished = state.Key == ShardState.Partial ? $" (finished episodes: {state.Sum(shard => shard.Episodes)})" : "";
            output.WriteLine($"  {state.Key.ToString().ToLowerInvariant(),-8} {numbers.Count}: {which}{finished}");
        }

        // An error counts as an episode that is over, so its shard may be whole.
        if (shards.Shards.Where(shard => shard.Errors > 0).ToList() is [var first, ..] all)
        {
            output.WriteLine(
                $"  errors   {all.Sum(shard => shard.Errors)}: episodes of {(all.Count == 1 ? "shard" : "shards")} {ArrayOf([.. all.Select(shard => shard.Index)])} that could not be played; "
                + $"{terminal.Program} eval --resume={ShellWord.Quote(first.Folder!)} --eval.retry_errors=true plays those of shard {first.Index} again");
        }
    }

    /// <summary>The line that submits shards.</summary>
    private static string Submit(WrittenJobs? jobs, string folder, int count, string array, Host host) => jobs switch
    {
        { Scheduler: Scheduler.Slurm, Parallelism: var most } => $"sh {ShellWord.Quote(Path.Combine(folder, SlurmScripts.Submit))} --array={array}{(most is null ? "" : $"%{most}")}",
        { Scheduler: Scheduler.K8s } => $"kubectl replace --force -f {ShellWord.Quote(Path.Combine(folder, K8sManifests.Shards))} when the Job has ended (it is deleted; shards that are whole end at once)",
        _ when host.Variable("GITHUB_ACTIONS") == "true" => "Re-run failed jobs, on the page of the workflow's run",
        _ when host.Variable("KUBERNETES_SERVICE_HOST") is { Length: > 0 } => $"kubectl replace --force -f {K8sManifests.Shards} when the Job has ended (it is deleted; shards that are whole end at once)",
        _ => $"sbatch --array={array} FILE, where FILE plays --shard=$SLURM_ARRAY_TASK_ID/{count}",
    };

    /// <summary>Numbers as <c>sbatch --array</c> takes them: <c>1,4-7</c>.</summary>
    internal static string ArrayOf(IReadOnlyList<int> numbers)
    {
        var parts = new List<string>();
        for (int i = 0; i < numbers.Count;)
        {
            int last = i;
            while (last + 1 < numbers.Count && numbers[last + 1] == numbers[last] + 1)
                last++;
            parts.Add(last == i ? $"{numbers[i]}" : $"{numbers[i]}{(last == i + 1 ? "," : "-")}{numbers[last]}");
            i = last + 1;
        }

        return string.Join(',', parts);
    }
}
