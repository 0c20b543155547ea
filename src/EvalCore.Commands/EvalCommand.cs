using System.CommandLine;
using System.Globalization;
using EvalCore.Commands.Display;
using EvalCore.Commands.Help;
using EvalCore.Evaluation;
using EvalCore.Results;
using EvalCore.Rollout;

namespace EvalCore.Commands;

/// <summary><c>evalcore eval</c>: evaluates a policy.</summary>
internal static class EvalCommand
{
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
                    new("evalcore --policy.path=DIR --env.type=pusht --policy.n_action_steps=4 --policy.device=cpu", "override a field of the policy's configuration, and run it on the CPU"),
                    new("evalcore --config_path=run.json --seed=2000", "read flags from a file, and override one"),
                    new("evalcore eval --resume=outputs/eval/2026-01-31/12-00-00_pusht_act", "resume an interrupted run"),
                    new("evalcore --policy.path=DIR --env.type=pusht --shard=0/4 --output_dir=shard0", "play one of four shards; see evalcore merge --help"),
                ],
                tokens => Sections(registry, tokens),
                [
                    .. HelpPage.UsualExitCodes,
                    new("130", "interrupted by Ctrl-C or SIGTERM; finished episodes are kept, and one line states how to resume"),
                ]))
        {
            TreatUnmatchedTokensAsErrors = false,
        };
        command.SetAction((parsed, cancellation) => Run(parsed.UnmatchedTokens, registry, terminal, cancellation));
        return command;
    }

    private static IEnumerable<HelpSection> Sections(Registry registry, IReadOnlyList<string> tokens) =>
    [
        .. PolicySections.Of(registry, tokens),
        .. SuiteSections.Of(registry, tokens),
        new HelpSection("Episodes", HelpRow.Of(new EvalConfig(), "eval.")),
        new HelpSection("Run", [
            .. registry.EnvTypes.Take(1).SelectMany(type => HelpRow.Of(new EvalOptions(registry.NewEnv(type)))),
            new HelpRow("--config_path=FILE", "a JSON file with the flags' nested structure; flags override it"),
            new HelpRow("--resume=DIR", "resume the run in an output folder"),
            new HelpRow("--shard=I/N", "play shard I of N, counted from 0; in array jobs (Slurm, Kubernetes) the default comes from environment variables, and auto/N reads only I from them"),
        ]),
    ];

    private static async Task<int> Run(
        IReadOnlyList<string> tokens, Registry registry, Terminal terminal, CancellationToken cancellation)
    {
        var options = EvalOptions.Read(tokens, registry, terminal.Host);
        foreach (string note in options.Notes)
            terminal.Note(note);
        await AssetFetch.Run(options.Env, terminal, cancellation);
        using var folder = OutputFolder.Create(options);
        using var policy = options.Policy.Make(options.PolicyContext(terminal.Note));
        cancellation.ThrowIfCancellationRequested();
        var run = new EvalRun(options.Env, policy, options.Rollout with { Given = options.ToJson() }, terminal.Note);
        EvalInfo? info = null;
        try
        {
            terminal.Error.Profile.Out.Writer.WriteLine(Describe(options, run));
            var playing = run.PlayAll().WaitAsync(cancellation);
            await (terminal.IsLive
                ? LiveProgress.Follow(run.Progress, playing, terminal.Error)
                : new PlainProgress(terminal.Error.Profile.Out.Writer, terminal.Host.Time).Follow(run.Progress, playing));
            info = await playing;
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            // Reported below, after the run has stopped.
            if (run.Progress.Finished > 0)
                terminal.Note("stopping; finished episodes are kept. Press Ctrl-C again to stop at once");
        }
        finally
        {
            run.Dispose();
        }

        if (info is null)
        {
            terminal.Fail(run.Progress.Finished == 0
                ? "interrupted; no episode was finished"
                : $"interrupted; {run.Progress.Finished} of {run.Progress.Total} episodes are kept. "
                    + $"Resume with: {terminal.Program} eval --resume={options.OutputDir}");
            return ExitCode.Interrupted;
        }

        ResultTable.Write(info, terminal.Out);
        terminal.Writer.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{Count(info.Episodes.Count)} in {info.EvalS:0.00} s, {info.EvalEpS:0.000} s per episode, {run.Progress.StepsPerSecond:0} steps/s"));
        terminal.Writer.WriteLine($"results: {Path.Combine(options.OutputDir, EvalInfo.FileName)}");
        return ExitCode.Success;
    }

    private static string Count(int episodes) => episodes == 1 ? "1 episode" : $"{episodes} episodes";

    /// <summary>The line before the first episode: policy, suite, episodes, seed and output folder.</summary>
    private static string Describe(EvalOptions options, EvalRun run)
    {
        string tasks = run.Tasks.Count == 1 ? $"task {run.Tasks[0].Name}" : $"{run.Tasks.Count} tasks";
        string shard = options.Shard == Shard.Whole ? "" : $" (shard {options.Shard})";
        return $"{options.Policy.Type} plays {options.Env.Type}, {tasks}: {Count(run.Episodes.Count)}{shard}, "
            + $"{run.NumEnvs} at once{Automatic(options.Rollout, run)}, seed {options.Seed}, to {options.OutputDir}";
    }

    /// <summary>The note on an automatic batch size: the batch size that would use every core.</summary>
    private static string Automatic(RolloutOptions options, EvalRun run)
    {
        if (options.Eval.BatchSize != 0)
            return "";
        int useful = Math.Min(options.Cores, run.Episodes.Count);
        if (run.NumEnvs >= useful)
            return " (auto)";
        string rule = (int)(0.7 * options.Cores) > run.NumEnvs ? $"at most {run.NumEnvs}" : $"0.7 of {options.Cores} cores";
        string cores = useful < options.Cores ? $"{useful} cores" : useful == 2 ? "both" : "all";
        return $" (auto: {rule}; --eval.batch_size={useful} uses {cores})";
    }
}
