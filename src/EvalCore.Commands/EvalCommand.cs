using System.CommandLine;
using System.Globalization;
using EvalCore.Commands.Display;
using EvalCore.Commands.Help;
using EvalCore.Evaluation;
using EvalCore.Options;
using EvalCore.Policies;
using EvalCore.Reports;
using EvalCore.Results;
using EvalCore.Rollout;
using EvalCore.Training;

namespace EvalCore.Commands;

/// <summary><c>evalcore eval</c>: evaluates a policy.</summary>
internal static class EvalCommand
{
    /// <summary>How long an interrupted run waits for the steps, forward passes and videos in progress.</summary>
    internal static readonly TimeSpan StopPatience = TimeSpan.FromSeconds(2);

    /// <summary>Makes the command.</summary>
    public static Command Create(Registry registry, Terminal terminal)
    {
        var command = new PagedCommand(
            "eval",
            "Evaluate a policy: play episodes, report success rate and reward, write eval_info.json and videos.\n"
            + "Accepts the flags of lerobot-eval; the word eval may be omitted.",
            new HelpPage(
                "evalcore [eval] --policy.path=DIR --env.type=SUITE [flags]",
                [
                    new("evalcore --policy.path=DIR --env.type=pusht --eval.n_episodes=50", "evaluate a LeRobot checkpoint"),
                    new("evalcore --policy.path=OWNER/NAME --env.type=pusht", "evaluate a checkpoint on the Hugging Face Hub"),
                    new("evalcore --policy.path=DIR --env.type=pusht --policy.n_action_steps=4 --policy.device=cpu", "override a field of the policy's configuration, and run it on the CPU"),
                    new("evalcore --config_path=run.json --seed=2000", "read flags from a file, and override one"),
                    new("evalcore eval --resume=outputs/eval/2026-01-31/12-00-00_pusht_act", "resume an interrupted run"),
                    new("evalcore --policy.path=outputs/train/act/checkpoints --env.type=pusht --watch", "evaluate each checkpoint of a training run, also those still to come"),
                    new("evalcore --policy.path=DIR --env.type=pusht --shard=0/4 --output_dir=shard0", "play one of four shards; see evalcore merge --help"),
                ],
                tokens => Sections(registry, tokens),
                [
                    HelpPage.UsualExitCodes[0],
                    new("1", "an unexpected error, where one line names the file with the details; or no episode could be played"),
                    HelpPage.UsualExitCodes[2],
                    new("130", "interrupted by Ctrl-C, SIGTERM or SIGHUP; finished episodes are kept, and one line states how to resume"),
                ]))
        {
            TreatUnmatchedTokensAsErrors = false,
        };
        command.SetAction((parsed, cancellation) => Run(parsed.UnmatchedTokens, registry, terminal, cancellation));
        return command;
    }

    /// <summary>The flags of how the episodes are dealt to shards.</summary>
    internal static IReadOnlyList<HelpRow> Deal { get; } =
    [
        new("--shard_by=episode|task", "deal the episodes to the shards in turn, the default, or task after task, so that few shards share a task"),
        new("--shard_times=DIR", "deal by task, in pieces that took equal time in the run in this folder"),
    ];

    /// <summary>The flags of an evaluation, for the help.</summary>
    /// <param name="registry">The suites and sources of policies.</param>
    /// <param name="tokens">The arguments on the command line.</param>
    /// <param name="shards">Whether the command plays shards.</param>
    internal static IEnumerable<HelpSection> Sections(Registry registry, IReadOnlyList<string> tokens, bool shards = true) =>
    [
        .. PolicySections.Of(registry, tokens),
        .. SuiteSections.Of(registry, tokens),
        new HelpSection("Episodes", HelpRow.Of(new EvalConfig(), "eval.")),
        new HelpSection("Run", [
            .. registry.EnvTypes.Take(1).SelectMany(type => HelpRow.Of(new EvalOptions(registry.NewEnv(type)))),
            new HelpRow("--config_path=FILE", "a JSON file with the flags' nested structure; flags override it"),
            new HelpRow("--resume=DIR|auto", "resume the run in an output folder; auto: that of --output_dir, or begin it"),
            .. shards
                ? [.. HelpRow.Of(new WatchOptions()), new HelpRow("--shard=I/N", "play shard I of N, counted from 0; in array jobs (Slurm, Kubernetes) the default comes from environment variables, and auto/N reads only I from them"), .. Deal]
                : Array.Empty<HelpRow>(),
        ]),
    ];

    private static async Task<int> Run(
        IReadOnlyList<string> tokens, Registry registry, Terminal terminal, CancellationToken cancellation)
    {
        if (TrainingRunOptions.Read(tokens, registry, terminal.Host) is { } training)
            return await new TrainingRunEvaluation(training, registry, terminal).Run(cancellation).ConfigureAwait(false);

        // A policy on the Hugging Face Hub is looked for there, which can take a while.
        var options = await Task.Run(() => EvalOptions.Read(tokens, registry, terminal.Host), cancellation).WaitAsync(cancellation).ConfigureAwait(false);
        return await Run(options, registry, terminal, null, cancellation).ConfigureAwait(false);
    }

    /// <summary>Runs an evaluation.</summary>
    /// <param name="options">Its options.</param>
    /// <param name="registry">The suites and sources of policies.</param>
    /// <param name="terminal">The program's output.</param>
    /// <param name="gate">The gate that may stop and judges it; null for none.</param>
    /// <param name="cancellation">Stops it.</param>
    internal static async Task<int> Run(EvalOptions options, Registry registry, Terminal terminal, GateSession? gate, CancellationToken cancellation)
    {
        foreach (string note in options.Notes)
            terminal.Note(note);
        HistoryCommand.CheckFile(options.History, registry);
        await AssetFetch.Run(options.Env, registry, terminal, cancellation).ConfigureAwait(false);
        using var folder = OutputFolder.Create(options);
        _ = options.Rollout.WarmUp();
        await PolicyFetch.Run(options.Policy, () => options.PolicyContext(_ => { }), terminal, cancellation).ConfigureAwait(false);
        if (await Start(options, folder, terminal, gate, cancellation).ConfigureAwait(false) is not var (policy, run))
            return ExitCode.Interrupted;
        try
        {
            cancellation.ThrowIfCancellationRequested();
            if (gate?.Before(run) is { } known)
                return known;
            int code = await Play(run, options, terminal, gate, cancellation).ConfigureAwait(false);
            if (options.History is { } history)
                HistoryCommand.Record(history, options.OutputDir, registry, terminal);
            return code;
        }
        finally
        {
            run.Dispose();

            // A stuck thread still uses it.
            if (run.Stuck.Count == 0)
                policy.Dispose();
        }
    }

    /// <summary>
    /// Makes the policy and the run on another thread. A large checkpoint, or the download of an engine, takes long and cannot be
    /// stopped halfway: at a signal the program ends without it. Null where that has no effect, in a test.
    /// </summary>
    private static async Task<(IPolicy Policy, EvalRun Run)?> Start(
        EvalOptions options, OutputFolder folder, Terminal terminal, GateSession? gate, CancellationToken cancellation)
    {
        (IPolicy Policy, EvalRun Run)? started = null;
        bool ended = await Uninterruptible.Run(() => started = Make(), Interrupted, terminal, cancellation).ConfigureAwait(false);
        return ended ? started : null;

        string Interrupted()
        {
            folder.Dispose();
            return options.Resume
                ? $"interrupted; the run's episodes are kept. Resume with: {Resume(options, terminal, gate)}"
                : "interrupted; no episode was played";
        }

        (IPolicy Policy, EvalRun Run) Make()
        {
            var policy = options.Policy.Make(options.PolicyContext(terminal.Note));
            try
            {
                return (policy, new EvalRun(options.Env, policy, options.Rollout with { Given = options.ToJson() }, terminal.Note, rule: gate?.Rule));
            }
            catch (Exception)
            {
                policy.Dispose();
                throw;
            }
        }
    }

    /// <summary>Plays the episodes and prints the result, then waits for the videos.</summary>
    private static async Task<int> Play(EvalRun run, EvalOptions options, Terminal terminal, GateSession? gate, CancellationToken cancellation)
    {
        EvalInfo? info = null;
        try
        {
            terminal.Error.Profile.Out.Writer.WriteLine(Describe(options, run));
            var progress = new PlainProgress(terminal.Error.Profile.Out.Writer, terminal.Host.Time);
            info = await Follow(run.PlayEpisodes(), run, progress, terminal, cancellation).ConfigureAwait(false);
            var unprinted = Print(info, run, options, terminal, gate);
            if (run.Progress.Videos is > 0 and var videos && !terminal.IsLive)
                terminal.Error.Profile.Out.Writer.WriteLine($"finishing {Count(videos, "video")}");
            info = await Follow(run.FinishVideos(), run, progress, terminal, cancellation).ConfigureAwait(false);
            Report(info, options, terminal, gate);
            return unprinted is not null ? throw unprinted : gate?.After(info, run) ?? Conclude(info, options, terminal);
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            if (run.Kept > 0)
                terminal.Note("stopping; finished episodes are kept. Press Ctrl-C again to stop at once");
            run.Stop(StopPatience);
            if (info is not null)
                run.Complete();
            terminal.Fail($"interrupted; {Kept(run, options, terminal, gate)}");
            if (run.Stuck.Count > 0)
                terminal.EndProcess(ExitCode.Interrupted);
            return ExitCode.Interrupted;
        }
        catch (Exception e) when (run.Failed is { } failed)
        {
            // The error itself is reported by the program. An episode that ended at the same time may still be on its way to the journal.
            run.Stop(e is UnresponsiveException ? StopPatience : TimeSpan.FromSeconds(30));
            if (run.Kept > 0 || e is not EvalCoreException)
                terminal.Note($"{failed} ended the run; {Kept(run, options, terminal, gate)}");
            throw;
        }
        catch (EvalCoreException) when (run.Kept > 0)
        {
            // All episodes are over, but the result cannot be written.
            run.Dispose();
            terminal.Note(Kept(run, options, terminal, gate));
            throw;
        }
    }

    /// <summary>Shows the progress until a part of the run is over.</summary>
    private static async Task<EvalInfo> Follow(
        Task<EvalInfo> part, EvalRun run, PlainProgress progress, Terminal terminal, CancellationToken cancellation)
    {
        var playing = part.WaitAsync(cancellation);
        await (terminal.IsLive
            ? LiveProgress.Follow(run.Progress, playing, terminal.Error)
            : progress.Follow(run.Progress, playing)).ConfigureAwait(false);
        return await playing.ConfigureAwait(false);
    }

    /// <summary>Prints the result. Returns the exception when standard output cannot be written.</summary>
    private static IOException? Print(EvalInfo info, EvalRun run, EvalOptions options, Terminal terminal, GateSession? gate)
    {
        string file = Path.Combine(options.OutputDir, EvalInfo.FileName);
        foreach (string note in DiagnosticNotes.Of(info))
            terminal.Note(note);
        try
        {
            ResultTable.Write(info, terminal.Out);
            terminal.Writer.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{Count(info.Episodes.Count)}{(info.Errors.Count == 0 ? "" : $", and {Count(info.Errors.Count)} that could not be played,")} in {info.EvalS:0.00} s, {(info.Episodes.Count == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $"{info.EvalEpS:0.000} s per episode, "))}{run.Progress.StepsPerSecond:0} steps/s"));
            if (gate is null)
                terminal.Writer.WriteLine($"results: {file}");
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // .NET's text for a closed stream is that of a file without permission.
            string reason = e is UnauthorizedAccessException ? "it is closed" : EvalCoreException.Reason(e);
            return new IOException($"standard output cannot be written ({reason}); the results are in {file}", e);
        }
    }

    /// <summary>Says how many episodes could not be played, where there are some.</summary>
    /// <returns>The exit code: a run in which none could be played has failed.</returns>
    private static int Conclude(EvalInfo info, EvalOptions options, Terminal terminal)
    {
        int errors = info.Errors.Count;
        if (errors == 0)
            return ExitCode.Success;
        string again = $"{Resume(options, terminal, null)}{(options.Rollout.Eval.RetryErrors ? "" : " --eval.retry_errors=true")} plays {(errors == 1 ? "it" : "them")} again";
        if (info.Episodes.Count == 0)
        {
            terminal.Fail($"no episode could be played: {info.Errors[0].Error}; {again}");
            return ExitCode.Failure;
        }

        terminal.Writer.WriteLine($"{errors} of {Count(info.Episodes.Count + errors)} could not be played and {(errors == 1 ? "is" : "are")} not counted; {again}");
        return ExitCode.Success;
    }

    /// <summary>Writes the report, and the summary of a step in GitHub Actions. No run fails because of them.</summary>
    /// <param name="info">The result.</param>
    /// <param name="options">The run's options.</param>
    /// <param name="terminal">The program's output.</param>
    /// <param name="gate">The gate that judges the run; null for none.</param>
    /// <param name="isOneOfMany">Whether it is the run of one of several checkpoints, which have a summary of their own.</param>
    internal static void Report(EvalInfo info, EvalOptions options, Terminal terminal, GateSession? gate, bool isOneOfMany = false)
    {
        string file = Path.Combine(options.OutputDir, RunReport.FileName);
        try
        {
            var own = ReportRun.Of(options.OutputDir, info, options.OutputDir, options.Rollout.StepFormat);
            var report = gate?.ReportOn(own) ?? new RunReport(own);
            if (!isOneOfMany)
                StepSummary.Write(terminal, report.ToMarkdown(options.Report ? file : null));
            if (!options.Report)
                return;
            report.Save(file);
            if (gate is null && !isOneOfMany)
                terminal.Writer.WriteLine($"report: {file}");
        }
        catch (EvalCoreException e)
        {
            terminal.Note(e.Message);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Standard output is closed.
        }
#pragma warning disable CA1031 // The result is written; the command that is named has the details.
        catch (Exception)
#pragma warning restore CA1031
        {
            terminal.Note($"{RunReport.FileName} could not be made; evalcore report {ShellWord.Quote(options.OutputDir)} gives the details");
        }
    }

    /// <summary>What is kept of a run that ended early, what did not stop, and how to resume it.</summary>
    private static string Kept(EvalRun run, EvalOptions options, Terminal terminal, GateSession? gate)
    {
        string stuck = run.Stuck switch
        {
            [] => "",
            [var one] => $"; {one} did not stop: its policy or simulator does not return",
            [var one, ..] => $"; {one} and {run.Stuck.Count - 1} more did not stop: their policy or simulator does not return",
        };
        if (run.Kept == 0)
            return $"no episode was finished{stuck}";
        string videos = run.Kept == run.Progress.Total && run.Progress.Videos is > 0 and var missing
            ? $", {Count(missing, "video")} {(missing == 1 ? "is" : "are")} missing"
            : "";
        return $"{run.Kept} of {run.Progress.Total} episodes are kept{videos}{stuck}. Resume with: {Resume(options, terminal, gate)}";
    }

    private static string Resume(EvalOptions options, Terminal terminal, GateSession? gate) =>
        $"{terminal.Program} {(gate is null ? "eval" : "gate")} --resume={ShellWord.Quote(options.OutputDir)}{string.Concat(options.Changes.Select(flag => $" {ShellWord.Quote(flag)}"))}";

    internal static string Count(long number, string what = "episode") => number == 1 ? $"1 {what}" : $"{number} {what}s";

    /// <summary>The line before the first episode: policy, suite, episodes, seed, the episodes' digest and the output folder.</summary>
    private static string Describe(EvalOptions options, EvalRun run)
    {
        string tasks = run.Tasks.Count == 1 ? $"task {run.Tasks[0].Name}" : $"{run.Tasks.Count} tasks";
        string shard = options.Shard == Shard.Whole ? "" : $" (shard {options.Shard})";
        return $"{options.Policy.Type} plays {options.Env.Type}, {tasks}: {Count(run.Episodes.Count)}{shard}, "
            + $"{run.NumEnvs} at once{Automatic(options.Rollout, run)}, seed {options.Seed}, episodes {run.Episodes.Digest}, to {options.OutputDir}";
    }

    /// <summary>The note on an automatic batch size: the batch size that would use every core.</summary>
    private static string Automatic(RolloutOptions options, EvalRun run)
    {
        if (options.Eval.BatchSize != 0)
            return "";
        long useful = Math.Min(options.Cores, run.Episodes.Count);
        if (run.NumEnvs >= useful)
            return " (auto)";
        string rule = (int)(0.7 * options.Cores) > run.NumEnvs ? $"at most {run.NumEnvs}" : $"0.7 of {options.Cores} cores";
        string cores = useful < options.Cores ? $"{useful} cores" : useful == 2 ? "both" : "all";
        return $" (auto: {rule}; --eval.batch_size={useful} uses {cores})";
    }
}
