using EvalCore.Environments;

namespace EvalCore.Policies;

/// <summary>A source of policies: LeRobot checkpoints, built-in policies of a suite, policy servers.</summary>
public interface IPolicyFactory
{
    /// <summary>The policy types this source knows, with a line about each, for <c>evalcore list</c>.</summary>
    IReadOnlyDictionary<string, string> Types { get; }

    /// <summary>Whether this source makes policies of a type for an environment.</summary>
    bool Knows(string type, EnvConfig env);

    /// <summary>
    /// The fields of a policy type's configuration, in snake case: what <c>--policy.&lt;field&gt;</c> may override.
    /// </summary>
    IReadOnlyCollection<string> Fields(string type);

    /// <summary>Makes a policy; <see cref="PolicyOptions.Type"/> is set.</summary>
    /// <param name="options">Which one, and how.</param>
    /// <param name="env">The environment it will play in.</param>
    /// <param name="warn">Takes one line for each thing the user should know.</param>
    /// <exception cref="EvalCoreException">The checkpoint is damaged or does not fit the environment.</exception>
    IPolicy Make(PolicyOptions options, EnvConfig env, Action<string> warn);
}
