using System.CommandLine;
using System.Globalization;
using EvalCore.Cli.Display;
using EvalCore.Cli.Help;
using EvalCore.Options;
using EvalCore.Results;
using EvalCore.Rollout;

namespace EvalCore.Cli.Commands;

/// <summary><c>evalcore eval</c>: evaluate a policy.</summary>
internal static class EvalCommand
{
    /// <summary>Makes the command.</summary>
    public static Command Create(Registry registry, Terminal terminal)
    {
        var command = new PagedCommand(
            "eval",
            "Evaluate a policy: play its episodes, report success and reward, write eval_info.json and videos.\n"
            + "Takes the flags of lerobot-eval; the word eval may be left out.",
            new HelpPage(
                "evalcore [eval] --policy.path=DIR --env.type=SUITE [flags]",
                [
                    new("evalcore --policy.path=DIR --env.type=pusht --eval.n_episodes=50", "evaluate a LeRobot checkpoint"),
                    new("evalcore --policy.path=DIR --env.type=pusht --policy.n_action_steps=4 --policy.device=cpu", "with another value of one of its own fields, on the CPU"),
                    new("evalcore --config_path=run.json --seed=2000", "flags from a file, one replaced"),
                    new("evalcore eval --resume=outputs/eval/2026-01-31/12-00-00_pusht_act", "go on with a run that was interrupted"),
                    new("evalcore --policy.path=DIR --env.type=pusht --shard=0/4 --output_dir=shard0", "a quarter of the episodes; see evalcore merge --help"),
                ],
                tokens => Sections(registry, tokens),
                [
                    .. HelpPage.UsualExitCodes,
                    new("130", "interrupted by Ctrl-C or SIGTERM; finished episodes are kept, a line says how to go on"),
                ]))
        {
            TreatUnmatchedTokensAsErrors = false,
        };
        command.SetAction((parsed, cancellation) => Run(parsed.UnmatchedTokens, registry, terminal, cancellation));
        return command;
    }

    private static IEnumerable<HelpSection> Sections(Registry registry, IReadOnlyList<string> tokens) =>
    [
        PolicySection.Value,
        .. SuiteSections.Of(registry, tokens),
        new HelpSection("Episodes", HelpRow.Of(new EvalConfig(), "eval.")),
        new HelpSection("Run", [
            .. registry.EnvTypes.Take(1).SelectMany(type => HelpRow.Of(new EvalOptions(registry.NewEnv(type)))),
            new HelpRow("--config_path=FILE", "a JSON file with the flags' nested structure; flags override it"),
            new HelpRow("--resume=DIR", "go on with the run in an output folder"),
            new HelpRow("--shard=I/N", "play slice I of N, counted from 0; auto/N and array jobs (Slurm, Kubernetes): from the environment"),
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
        using var policy = registry.MakePolicy(options.Policy, options.Env, terminal.Note);
        cancellation.ThrowIfCancellationRequested();
        var run = new EvalRun(options.Env, policy, EvalRunOptions.Of(options), terminal.Note);
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
        catch (OperationCanceledException)
        {
            // Said below, when everything has come to an end.
            if (run.Progress.Finished > 0)
                terminal.Note("stopping; what is finished is on record. Ctrl-C again: at once");
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
                    + $"Go on with: evalcore eval --resume={options.OutputDir}");
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

    /// <summary>The line before the first episode: what is about to happen.</summary>
    private static string Describe(EvalOptions options, EvalRun run)
    {
        string tasks = run.Tasks.Count == 1 ? $"task {run.Tasks[0].Name}" : $"{run.Tasks.Count} tasks";
        string slice = options.Shard == Shard.Whole ? "" : $" (slice {options.Shard})";
        return $"{options.Policy.Type} plays {options.Env.Type}, {tasks}: {Count(run.Episodes.Count)}{slice}, "
            + $"{run.Environments.NumEnvs} at once, seed {options.Seed}, to {options.OutputDir}";
    }
}
