using System.CommandLine;
using System.Globalization;
using EvalCore.Commands.Display;
using EvalCore.Commands.Help;
using EvalCore.Evaluation;
using EvalCore.Options;
using EvalCore.Replays;

namespace EvalCore.Commands;

/// <summary><c>evalcore replay</c>: plays recorded actions and writes a trace.</summary>
internal static class ReplayCommand
{
    /// <summary>Makes the command.</summary>
    public static Command Create(Registry registry, Terminal terminal)
    {
        var command = new PagedCommand(
            "replay",
            "Play recorded actions in a simulator and write rewards, success and the full simulator state.",
            new HelpPage(
                "evalcore replay --env.type=SUITE --actions=FILE[:TENSOR] --trace=FILE [flags]",
                [
                    new("evalcore replay --env.type=pusht --seed=1000 --actions=actions.safetensors --trace=trace.safetensors", "play all actions of a file after a reset with seed 1000"),
                    new("evalcore replay --env.type=pusht --actions=episodes.safetensors:ep0 --trace=trace.safetensors --observe", "play one tensor of several, and write the observations too"),
                ],
                tokens => [
                    new HelpSection("Replay", HelpRow.Of(new ReplayFlags())),
                    .. SuiteSections.Of(registry, tokens),
                    new HelpSection("Episode", HelpRow.Of(new EpisodeFlags(), "env.")),
                ],
                HelpPage.UsualExitCodes))
        {
            TreatUnmatchedTokensAsErrors = false,
        };
        command.SetAction((parsed, cancellation) => Run(parsed.UnmatchedTokens, registry, terminal, cancellation));
        return command;
    }

    private static async Task<int> Run(
        IReadOnlyList<string> tokens, Registry registry, Terminal terminal, CancellationToken cancellation)
    {
        var set = new OptionSet(tokens);
        var env = EvalOptions.ReadEnv(set, registry);
        var episode = new EpisodeFlags();
        set.Bind(episode, "env.");
        var flags = new ReplayFlags();
        set.Bind(flags);
        set.Finish("replay");
        if (episode.InitStateId < 0)
            throw new EvalCoreException($"--env.init_state_id: {episode.InitStateId} is not possible; initial states are numbered from 0");
        if (episode.EpisodeIndex < 0)
            throw new EvalCoreException($"--env.episode_index: {episode.EpisodeIndex} is not possible; episodes are numbered from 0");
        var options = new ReplayOptions(
            env,
            flags.Actions ?? throw new EvalCoreException("--actions is missing: the safetensors file with the recorded actions"),
            flags.Trace ?? throw new EvalCoreException("--trace is missing: the safetensors file to write"))
        {
            Seed = flags.Seed,
            InitStateId = episode.InitStateId,
            EpisodeIndex = episode.EpisodeIndex,
            Observe = flags.Observe,
            From = flags.From,
        };
        await AssetFetch.Run(env, registry, terminal, cancellation).ConfigureAwait(false);
        ReplaySummary? summary = null;
        if (!await Uninterruptible.Run(() => summary = Replay.Run(options), () => "interrupted; no trace was written", terminal, cancellation).ConfigureAwait(false))
            return ExitCode.Interrupted;
        string success = summary!.FirstSuccess is { } step ? $"success at step {step}" : "no success";
        terminal.Writer.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{summary.Steps} steps, sum of rewards {summary.SumReward:0.000}, largest {summary.MaxReward:0.000}, {success}"));
        terminal.Writer.WriteLine($"trace: {flags.Trace}");
        return ExitCode.Success;
    }
}
