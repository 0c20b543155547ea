using EvalCore;

namespace Benchmarks.Libero.Bddl;

/// <summary>A word or a list of a BDDL file.</summary>
/// <param name="Position">Where it begins.</param>
internal abstract record BddlNode(BddlPosition Position)
{
    /// <summary>What a message calls it.</summary>
    public abstract string Shown { get; }

    /// <summary>The exception for something wrong in a file: one line.</summary>
    public static EvalCoreException Error(string file, BddlPosition position, string problem) =>
        new($"{file}: {position}: {problem}");
}
