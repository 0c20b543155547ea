using EvalCore.Evaluation;
using EvalCore.Options;
using EvalCore.Policies;

namespace EvalCore.Commands.Help;

/// <summary>The flags of policies, in the help of each command that takes one.</summary>
internal static class PolicySections
{
    /// <summary>
    /// A section on choosing a policy, and one with the flags of the policy that the command line names.
    /// </summary>
    /// <param name="registry">The sources of policies.</param>
    /// <param name="tokens">The arguments on the command line.</param>
    public static IEnumerable<HelpSection> Of(Registry registry, IReadOnlyList<string> tokens)
    {
        var common = OptionProperty.Of(typeof(PolicyConfig), "policy.").Select(property => property.Name).ToHashSet();
        var named = Named(registry, tokens);
        // Flags without a description concern training and are not used in an evaluation.
        List<HelpRow> own = named is null
            ? []
            : [.. HelpRow.Of(named, "policy.", property => !common.Contains(property.Name) && property.Description.Length > 0)];
        string example = named is null ? "for example n_action_steps; add --policy.type=TYPE or --policy.path=DIR to --help to list them"
            : own.Count > 0 ? "for example n_action_steps; see below"
            : $"'{named.Type}' has none";
        yield return new HelpSection("Policy", [
            new HelpRow("--policy.path=DIR", "the checkpoint's folder, as LeRobot writes it (pretrained_model/)"),
            new HelpRow("--policy.path=OWNER/NAME", "a checkpoint on the Hugging Face Hub; OWNER/NAME@REVISION for a branch, tag or commit"),
            new HelpRow("--policy.path=ws://HOST:PORT", "a policy server of openpi or vla-eval"),
            new HelpRow("--policy.path=FILE.onnx", "an ONNX model, with a JSON file of the same name beside it"),
            new HelpRow("--policy.type=NAME", "a built-in policy instead of a checkpoint; see evalcore list"),
            .. registry.PolicyTypes.Keys.Order(StringComparer.Ordinal).Take(1).SelectMany(type =>
                HelpRow.Of(registry.NewPolicy(type, null), "policy.", property => common.Contains(property.Name))),
            new HelpRow("--policy.FIELD=VALUE", $"the policy's own flags, {example}"),
        ]);
        if (own.Count > 0)
            yield return new HelpSection($"Policy {named!.Type}", own);
    }

    private static PolicyConfig? Named(Registry registry, IReadOnlyList<string> tokens)
    {
        try
        {
            var set = new OptionSet([.. tokens.Where(token => token.StartsWith("--policy.", StringComparison.Ordinal))]);
            if (set.TakePath("policy.path") is { } path)
                return registry.Recognize(path);
            return set.TakeText("policy.type") is { } type ? registry.NewPolicy(type, null) : null;
        }
        catch (EvalCoreException)
        {
            // The help ignores an invalid path; the command itself reports it.
            return null;
        }
    }
}
