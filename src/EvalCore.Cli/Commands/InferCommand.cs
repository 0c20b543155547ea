using System.CommandLine;
using EvalCore.Cli.Help;
using EvalCore.Options;
using EvalCore.Policies;
using EvalCore.Torch;
using EvalCore.Torch.Inference;

namespace EvalCore.Cli.Commands;

/// <summary><c>evalcore infer</c>: run a policy on stored observations.</summary>
internal static class InferCommand
{
    /// <summary>Makes the command.</summary>
    public static Command Create(Terminal terminal)
    {
        var command = new PagedCommand(
            "infer",
            "Run a policy on stored observations, to compare it with another implementation step by step.",
            new HelpPage(
                "evalcore infer --policy.path=DIR --input=FILE --output=FILE [flags]",
                [
                    new("evalcore infer --policy.path=DIR --input=obs.safetensors --output=actions.safetensors", "the actions for each observation, before and after the post-processor"),
                    new("evalcore infer --policy.path=DIR --input=obs.safetensors --draws=noise.safetensors --output=actions.safetensors", "with the noise another implementation drew"),
                ],
                _ => [new HelpSection("Inference", HelpRow.Of(new InferFlags())), PolicySection.Value],
                HelpPage.UsualExitCodes))
        {
            TreatUnmatchedTokensAsErrors = false,
        };
        command.SetAction(parsed => Run(parsed.UnmatchedTokens, terminal));
        return command;
    }

    private static int Run(IReadOnlyList<string> tokens, Terminal terminal)
    {
        var set = new OptionSet(tokens);
        var flags = new InferFlags();
        set.Bind(flags);
        var policy = set.TakePolicy(FieldsOf, "--policy.path is missing: give a checkpoint's folder");
        (policy.Seed, policy.RenameMap) = (flags.Seed, flags.RenameMap);
        set.Finish("infer");
        Infer.Run(
            new InferOptions
            {
                Policy = policy,
                Input = flags.Input ?? throw new EvalCoreException("--input is missing: the safetensors file with the stored observations"),
                Output = flags.Output ?? throw new EvalCoreException("--output is missing: the safetensors file to write"),
                Tasks = flags.Task ?? [],
                Draws = flags.Draws,
            },
            terminal.Note);
        terminal.Writer.WriteLine($"actions: {flags.Output}");
        return ExitCode.Success;
    }

    private static IReadOnlyCollection<string> FieldsOf(PolicyOptions policy)
    {
        var policies = new LeRobotPolicyFactory();
        return policies.Types.ContainsKey(policy.Type!)
            ? policies.Fields(policy.Type!)
            : throw new EvalCoreException(
                $"--policy.path: the checkpoint {policy.Path} is of type '{policy.Type}', which this version cannot run (known: {string.Join(", ", policies.Types.Keys.Order(StringComparer.Ordinal))})");
    }
}
