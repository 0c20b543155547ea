using System.CommandLine;
using EvalCore.Commands.Help;
using EvalCore.Evaluation;
using EvalCore.Gates;
using EvalCore.Results;

namespace EvalCore.Commands;

/// <summary><c>evalcore gate</c>: evaluates a policy until a verdict is certain.</summary>
internal static class GateCommand
{
    /// <summary>Makes the command.</summary>
    public static Command Create(Registry registry, Terminal terminal)
    {
        var command = new PagedCommand(
            "gate",
            "Evaluate a policy until it passes or fails, against a threshold or a baseline.\n"
            + "Accepts the flags of evalcore eval; the episodes that the verdict does not need are not played.",
            new HelpPage(
                "evalcore gate --policy.path=DIR --env.type=SUITE [flags]",
                [
                    new("evalcore gate --policy.path=DIR --env.type=pusht --threshold=70", "pass where at least 70 % of 50 episodes succeed"),
                    new("evalcore gate --policy.path=DIR --env.type=pusht --eval.n_episodes=200 --update", "play 200 episodes and write the baseline, baselines/<policy>/<suite>.json"),
                    new("evalcore gate --policy.path=DIR --env.type=pusht --eval.n_episodes=200", "compare with that baseline: fail where the policy is worse"),
                    new("evalcore gate --policy.path=DIR --env.type=pusht --baseline=outputs/before --margin=5", "compare with a run; pass where a drop of 5 points or more is excluded"),
                ],
                tokens => EvalCommand.Sections(registry, tokens, shards: false).Prepend(new HelpSection("Gate", HelpRow.Of(new GateOptions()))),
                [
                    new("0", "pass: the thresholds are reached, or a drop of the margin or more is excluded; with --update: the baseline is written"),
                    new("1", "an unexpected error; one line names the file with the details"),
                    new("2", "bad input or a missing prerequisite; one line on stderr states the reason"),
                    new("3", "fail: a threshold is missed, or the policy is worse than the baseline"),
                    new("4", "undecided: the planned episodes show neither, or some could not be played"),
                    new("5", "not comparable: the baseline is of another engine, other files or other environment options; nothing is played"),
                    new("130", "interrupted by Ctrl-C, SIGTERM or SIGHUP; finished episodes are kept, and one line states how to resume"),
                ]))
        {
            TreatUnmatchedTokensAsErrors = false,
        };
        command.SetAction((parsed, cancellation) => Run(parsed.UnmatchedTokens, registry, terminal, cancellation));
        return command;
    }

    private static async Task<int> Run(IReadOnlyList<string> tokens, Registry registry, Terminal terminal, CancellationToken cancellation)
    {
        var demanded = new GateOptions();
        var options = await Task.Run(() => EvalOptions.Read(tokens, registry, terminal.Host, demanded, "gate"), cancellation).WaitAsync(cancellation).ConfigureAwait(false);
        demanded.Validate();
        if (options.Shard != Shard.Whole)
            throw new EvalCoreException("--shard: a gate reads all episodes: play the shards with evalcore eval, merge them, and compare the result with evalcore compare");
        return await EvalCommand.Run(options, registry, terminal, new GateSession(demanded, options, registry, terminal), cancellation).ConfigureAwait(false);
    }
}
