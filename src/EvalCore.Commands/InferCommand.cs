using System.CommandLine;
using EvalCore.Commands.Help;
using EvalCore.Evaluation;
using EvalCore.Inference;
using EvalCore.Options;

namespace EvalCore.Commands;

/// <summary><c>evalcore infer</c>: runs a policy on stored observations.</summary>
internal static class InferCommand
{
    /// <summary>Makes the command.</summary>
    public static Command Create(Registry registry, Terminal terminal)
    {
        var command = new PagedCommand(
            "infer",
            "Run a policy on stored observations, to compare it with another implementation step by step.",
            new HelpPage(
                "evalcore infer --policy.path=DIR --input=FILE --output=FILE [flags]",
                [
                    new("evalcore infer --policy.path=DIR --input=obs.safetensors --output=actions.safetensors", "write the actions for each observation, before and after the post-processor"),
                    new("evalcore infer --policy.path=DIR --input=obs.safetensors --draws=noise.safetensors --output=actions.safetensors", "inject the noise that another implementation drew"),
                ],
                tokens => [new HelpSection("Inference", HelpRow.Of(new InferFlags())), .. PolicySections.Of(registry, tokens)],
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
        var flags = new InferFlags();
        set.Bind(flags);
        var policy = EvalOptions.ReadPolicy(set, registry, env: null, "--policy.path is missing: give a checkpoint's folder");
        set.Finish("infer");
        var options = new InferOptions
        {
            Input = flags.Input ?? throw new EvalCoreException("--input is missing: the safetensors file with the stored observations"),
            Output = flags.Output ?? throw new EvalCoreException("--output is missing: the safetensors file to write"),
            Tasks = flags.Task ?? [],
            Draws = flags.Draws,
            Seed = flags.Seed,
            RenameMap = flags.RenameMap,
        };
        if (!await Uninterruptible.Run(() => Infer.Run(policy, options, terminal.Note), () => "interrupted; no actions were written", terminal, cancellation).ConfigureAwait(false))
            return ExitCode.Interrupted;
        terminal.Writer.WriteLine($"actions: {flags.Output}");
        return ExitCode.Success;
    }
}
