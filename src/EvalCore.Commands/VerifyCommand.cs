using System.CommandLine;
using System.Text.Json;
using EvalCore.Commands.Display;
using EvalCore.Commands.Help;
using EvalCore.Evaluation;
using EvalCore.Options;
using EvalCore.Results;
using EvalCore.Verification;

namespace EvalCore.Commands;

/// <summary><c>evalcore verify</c>: plays a sample of a run again and compares every bit.</summary>
internal static class VerifyCommand
{
    private static readonly TimeSpan StopPatience = TimeSpan.FromSeconds(2);

    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    /// <summary>Makes the command.</summary>
    public static Command Create(Registry registry, Terminal terminal)
    {
        var command = new PagedCommand(
            "verify",
            "Verify a result that somebody gave you: play a sample of its episodes again and compare every bit.",
            new HelpPage(
                "evalcore verify RUN [--fraction=SHARE | --episode=TASK:K ...] [flags]",
                [
                    new("evalcore verify outputs/run", "play one episode of a hundred again, at least one"),
                    new("evalcore verify eval_info.json --policy.path=DIR", "the file alone is enough, where the checkpoint is at hand"),
                    new("evalcore verify outputs/run --episode=reach-v3:7 --episode=push-v3:0", "these two episodes"),
                    new("evalcore verify eval_info.json --policy.path=DIR --env.type=pusht", "a result of lerobot-eval, which does not record its options"),
                ],
                _ =>
                [
                    new HelpSection("Arguments", [new HelpRow("RUN", $"the output folder of a run, or its file {EvalInfo.FileName}; where the steps were recorded (--eval.record=steps), the first step that differs is named")]),
                    new HelpSection("Episodes", HelpRow.Of(new VerificationOptions())),
                    new HelpSection("Policy", [new HelpRow("--policy.*", "the policy's flags, where they must be others on this machine: --policy.path=DIR. The hashes of its files must be the run's")]),
                    new HelpSection("Output", HelpRow.Of(new VerifyFlags())),
                ],
                [
                    new("0", "verified: every value that was compared is equal, bit for bit; 'verified in part' where planned episodes are not in the result"),
                    new("1", "an unexpected error; one line names the file with the details"),
                    new("2", "bad input or a missing prerequisite; one line on stderr states the reason"),
                    new("3", "differs: a value is another one"),
                    new("5", "not comparable: another policy, engine or set of files; or episodes differ and another renderer or processor played them"),
                    new("130", "interrupted by Ctrl-C, SIGTERM or SIGHUP"),
                ]))
        {
            TreatUnmatchedTokensAsErrors = false,
        };
        command.SetAction((parsed, cancellation) => Run(parsed.UnmatchedTokens, registry, terminal, cancellation));
        return command;
    }

    private static async Task<int> Run(IReadOnlyList<string> tokens, Registry registry, Terminal terminal, CancellationToken cancellation)
    {
        VerificationOptions options = new();
        VerifyFlags format = new();
        var (runs, flags) = Operands.Split(tokens, options, format);
        var (own, ofRun) = Operands.Sections(flags);
        var set = new OptionSet(own);
        var given = set.Bind(options);
        set.Bind(format);
        set.Finish("verify");
        OptionProperty.Check(options);
        if (runs is not [var run])
            throw new EvalCoreException($"verify: {(runs.Count == 0 ? "no run is named" : "too many runs")}; name one output folder or {EvalInfo.FileName}: evalcore verify RUN");
        if (options.Episode.Count > 0 && given.Any(name => name is "fraction" or "seed"))
            throw new EvalCoreException("verify: --episode names the episodes; omit --fraction and --seed, which draw a sample");

        // A policy on the Hugging Face Hub is looked for there, which can take a while.
        using var verification = await Task.Run(() => RunVerification.Read(HomeFolder.Expand(run), options, ofRun, registry, terminal.Host), cancellation)
            .WaitAsync(cancellation).ConfigureAwait(false);
        if (given.Contains("start_seed") && !verification.IsOfLeRobot)
            throw new EvalCoreException("--start_seed: the result records the seed of each episode; omit the flag, which is for results of lerobot-eval");
        var result = await Verify(verification, registry, terminal, cancellation).ConfigureAwait(false);
        if (format.Format == VerifyFormat.Json)
            terminal.Writer.WriteLine(VerificationOutput.Json(result, run).ToJsonString(Indented));
        else
            VerificationOutput.Write(result, terminal.Writer);
        return result.Verdict switch
        {
            VerificationVerdict.Equal or VerificationVerdict.EqualInPart => ExitCode.Success,
            VerificationVerdict.Differs => ExitCode.GateFailed,
            _ => ExitCode.NotComparable,
        };
    }

    private static async Task<VerificationResult> Verify(RunVerification verification, Registry registry, Terminal terminal, CancellationToken cancellation)
    {
        // The policy first: whoever has another checkpoint learns it before the suite's files are downloaded.
        await PolicyFetch.Run(verification.Policy, () => verification.PolicyContext(_ => { }), terminal, cancellation).ConfigureAwait(false);
        if (await Open(() => verification.MakePolicy(terminal.Note)).ConfigureAwait(false) is { } other)
            return other;
        await AssetFetch.Run(verification.Env, registry, terminal, cancellation).ConfigureAwait(false);
        if (await Open(() => verification.OpenSuite(terminal.Note)).ConfigureAwait(false) is { } incomparable)
            return incomparable;
        try
        {
            var playing = verification.Play().WaitAsync(cancellation);
            await (terminal.IsLive
                ? LiveProgress.Follow(verification.Progress, playing, terminal.Error)
                : new PlainProgress(terminal.Error.Profile.Out.Writer, terminal.Host.Time).Follow(verification.Progress, playing)).ConfigureAwait(false);
            return await playing.ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            verification.Stop(StopPatience);
            throw;
        }

        async Task<VerificationResult?> Open(Func<VerificationResult?> open)
        {
            VerificationResult? result = null;
            return await Uninterruptible.Run(() => result = open(), () => "interrupted; no episode was played", terminal, cancellation).ConfigureAwait(false)
                ? result
                : throw new OperationCanceledException(cancellation);
        }
    }
}
