using EvalCore.Diagnostics;
using EvalCore.Environments;

namespace EvalCore.Policies;

/// <summary>A source of policies: LeRobot checkpoints, built-in policies of a suite, policy servers.</summary>
public interface IPolicySource
{
    /// <summary>The policy types that it makes, each with a one-line description, for <c>evalcore list</c>.</summary>
    IReadOnlyDictionary<string, string> Types { get; }

    /// <summary>The prerequisites that <c>evalcore doctor</c> checks.</summary>
    IReadOnlyList<Check> Checks => [];

    /// <summary>Whether a policy of one of its types can play a suite.</summary>
    bool Plays(string type, EnvConfig env) => true;

    /// <summary>The flags of a type with their defaults: for <c>--policy.type</c>, and for the help.</summary>
    PolicyConfig NewConfig(string type);

    /// <summary>
    /// The flags of the policy at <c>--policy.path</c>, with the values from its own files. Null when this source does
    /// not recognize the path; the next source is then tried.
    /// </summary>
    /// <param name="path">A folder, a file, an address, a name.</param>
    /// <exception cref="EvalCoreException">
    /// The source recognizes the path, but the policy is damaged or incomplete.
    /// </exception>
    PolicyConfig? Recognize(string path) => null;

    /// <summary>
    /// Why a path that no source recognizes is none of this source's, and what to do, in one line; null where the source has
    /// nothing to say about it.
    /// </summary>
    string? Explain(string path) => null;

    /// <summary>
    /// The path of the policy in a folder that a training run writes at one step, for example
    /// <c>checkpoints/005000/pretrained_model</c> in <c>checkpoints/005000</c>; the folder itself where it is a policy's. Null where
    /// it has none of this source's. The policy may be half-written.
    /// </summary>
    /// <param name="folder">The folder.</param>
    string? PolicyIn(string folder) => null;

    /// <summary>
    /// What is missing of a policy that another program is still writing, in one line; null where nothing is, and for a path that
    /// is none of this source's.
    /// </summary>
    /// <param name="path">The policy's path, as <see cref="PolicyIn"/> gives it.</param>
    string? Unfinished(string path) => null;
}
