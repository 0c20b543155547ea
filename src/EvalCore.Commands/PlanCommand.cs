using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using EvalCore.Commands.Display;
using EvalCore.Commands.Help;
using EvalCore.Evaluation;
using EvalCore.Options;
using EvalCore.Planning;
using EvalCore.Policies;
using EvalCore.Results;
using EvalCore.Rollout;

namespace EvalCore.Commands;

/// <summary><c>evalcore plan</c>: how many episodes, and how many minutes, a comparison needs.</summary>
internal static class PlanCommand
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    /// <summary>Makes the command.</summary>
    public static Command Create(Registry registry, Terminal terminal)
    {
        var command = new PagedCommand(
            "plan",
            "Plan a comparison: how many episodes show a drop of the success rate, and how long they take.",
            new HelpPage(
                "evalcore plan --rate=PERCENT [flags]",
                [
                    new("evalcore plan --rate=80 --drop=10", "episodes that show a drop from 80 % to 70 % with probability 0.8"),
                    new("evalcore plan --run=outputs/before --drop=5", "the success rate and the time per episode of a finished run"),
                    new("evalcore plan --rate=80 --policy.path=DIR --env.type=pusht", "play some episodes first, to state minutes on this machine"),
                ],
                _ =>
                [
                    new HelpSection("Plan", HelpRow.Of(new PlanOptions()).Concat(HelpRow.Of(new PlanFlags()))),
                    new HelpSection("Pilot", [new HelpRow("--policy.*, --env.*, --eval.*, --seed", "the flags of evalcore eval: a pilot is played where they name a policy and a suite")]),
                ],
                [.. HelpPage.UsualExitCodes, new("130", "interrupted")]))
        {
            TreatUnmatchedTokensAsErrors = false,
        };
        command.SetAction((parsed, cancellation) => Run(parsed.UnmatchedTokens, registry, terminal, cancellation));
        return command;
    }

    private static async Task<int> Run(IReadOnlyList<string> tokens, Registry registry, Terminal terminal, CancellationToken cancellation)
    {
        var (own, pilot) = Split(tokens);
        var set = new OptionSet(own);
        PlanOptions options = new();
        PlanFlags flags = new();
        set.Bind(options);
        set.Bind(flags);
        set.Finish("plan");
        OptionProperty.Check(flags, "");
        if (flags.Run is not null && pilot.Count > 0)
            throw new EvalCoreException($"--run: the time per episode is that of the run; omit the flag, or those of the pilot ({pilot[0].Split('=')[0]})");

        double? seconds = null;
        string? source = null;
        if (flags.Run is not null)
        {
            var info = EvalInfo.Load(Path.Combine(HomeFolder.Expand(flags.Run), EvalInfo.FileName));
            if (info.Overall.NSuccess == 0 && options.Rate is null)
                throw new EvalCoreException($"--run: {flags.Run} has no success, so no rate that can drop; give --rate");
            options.Rate ??= info.Overall.PcSuccess;
            (seconds, source) = (info.EvalEpS, $"{flags.Run}, {info.Episodes.Count} episodes");
        }

        if (options.Rate is not { } rate)
            throw set.Missing("--rate is missing: give the success rate to compare with, in percent, or a finished run with --run=DIR", "rate", "run");
        options.Validate();
        if (pilot.Count > 0)
            (seconds, source) = await Pilot(pilot, flags, registry, terminal, cancellation).ConfigureAwait(false);
        var plan = await Task.Run(() => EvaluationPlan.Of(options, rate / 100, cancellation), cancellation).ConfigureAwait(false);
        if (flags.Format == PlanFormat.Json)
            terminal.Writer.WriteLine(PlanJson.Of(plan, seconds).ToJsonString(Indented));
        else
            PlanTable.Write(plan, seconds, source, terminal);
        return ExitCode.Success;
    }

    /// <summary>Tells the flags of the plan from those of the pilot's evaluation.</summary>
    private static (List<string> Own, List<string> Pilot) Split(IReadOnlyList<string> tokens)
    {
        List<string> own = [], pilot = [];
        List<string> last = own;
        foreach (string token in tokens)
        {
            if (token.StartsWith("--", StringComparison.Ordinal))
            {
                string name = token[2..].Split('=')[0];
                last = name.Contains('.', StringComparison.Ordinal) || name is "env" or "eval" or "policy" or "seed" or "config_path" or "rename_map" ? pilot : own;
            }

            last.Add(token);
        }

        return (own, pilot);
    }

    /// <summary>Plays some episodes.</summary>
    /// <returns>The wall clock per episode in seconds, and what it was measured on.</returns>
    private static async Task<(double Seconds, string Source)> Pilot(
        List<string> tokens, PlanFlags flags, Registry registry, Terminal terminal, CancellationToken cancellation)
    {
        var options = EvalOptions.Read(
            [.. tokens, $"--eval.n_episodes={flags.PilotEpisodes}", "--eval.n_episodes_to_render=0"], registry, terminal.Host);
        await AssetFetch.Run(options.Env, registry, terminal, cancellation).ConfigureAwait(false);
        await PolicyFetch.Run(options.Policy, () => options.PolicyContext(_ => { }), terminal, cancellation).ConfigureAwait(false);
        (IPolicy Policy, EvalRun Run)? started = null;
        if (!await Uninterruptible.Run(() => started = Make(), () => "interrupted", terminal, cancellation).ConfigureAwait(false))
            throw new OperationCanceledException(cancellation);
        var (policy, run) = started!.Value;
        try
        {
            terminal.Error.Profile.Out.Writer.WriteLine(string.Create(
                CultureInfo.InvariantCulture, $"pilot: {run.Episodes.Count} episodes, or {flags.PilotSeconds:0.##} s"));
            var playing = run.PlayEpisodes();
            try
            {
                await playing.WaitAsync(TimeSpan.FromSeconds(flags.PilotSeconds), terminal.Host.Time, cancellation).ConfigureAwait(false);
            }
            catch (TimeoutException) when (!playing.IsFaulted)
            {
                // Enough was played, or too little; stated below.
            }

            double elapsed = run.Progress.Elapsed.TotalSeconds;
            long finished = run.Progress.Finished;
            if (finished == 0)
            {
                throw new EvalCoreException(string.Create(
                    CultureInfo.InvariantCulture, $"--pilot_seconds: no episode ended within {flags.PilotSeconds:0.##} s; give more"));
            }

            return (elapsed / finished, $"a pilot of {finished} episodes");
        }
        finally
        {
            run.Stop(EvalCommand.StopPatience);
            if (run.Stuck.Count == 0)
                policy.Dispose();
        }

        (IPolicy Policy, EvalRun Run) Make()
        {
            var policy = options.Policy.Make(options.PolicyContext(terminal.Note));
            try
            {
                return (policy, new EvalRun(options.Env, policy, options.Rollout with { OutputDir = null, Resume = false }, terminal.Note));
            }
            catch (Exception)
            {
                policy.Dispose();
                throw;
            }
        }
    }
}
