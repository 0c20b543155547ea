using EvalCore.Policies;

namespace EvalCore.Cli.Help;

/// <summary>The flags that name a policy, in the help of each command that takes one.</summary>
internal static class PolicySection
{
    /// <summary>The section.</summary>
    public static HelpSection Value { get; } = new("Policy", [
        .. HelpRow.Of(new PolicyOptions(), "policy."),
        new HelpRow("--policy.FIELD=VALUE", "any field of the policy's own configuration, for example n_action_steps"),
    ]);
}
