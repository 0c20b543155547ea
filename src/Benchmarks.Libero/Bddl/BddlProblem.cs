using EvalCore;

namespace Benchmarks.Libero.Bddl;

/// <summary>A task as its BDDL file describes it. All names are in lower case; the order is the file's.</summary>
/// <param name="Domain">The problem's name, which selects the workspace, for example <c>libero_tabletop_manipulation</c>.</param>
/// <param name="Regions">Rectangles and other named places.</param>
/// <param name="Fixtures">What stands still, the workspace itself included.</param>
/// <param name="Objects">What can be moved.</param>
/// <param name="Init">What holds at the start.</param>
/// <param name="Goal">The conditions that hold at the end, all of them; at least one.</param>
internal sealed record BddlProblem(
    string Domain,
    IReadOnlyList<BddlRegion> Regions,
    IReadOnlyList<BddlInstance> Fixtures,
    IReadOnlyList<BddlInstance> Objects,
    IReadOnlyList<BddlPredicate> Init,
    IReadOnlyList<BddlPredicate> Goal)
{
    /// <summary>The file, for messages.</summary>
    public string File { get; init; } = "";

    /// <summary>The words of <c>:language</c>, separated by blanks; empty when the file has none. LeRobot does not use them.</summary>
    public string Language { get; init; } = "";

    /// <summary>Where the problem's name stands in the file.</summary>
    public BddlPosition Position { get; init; }

    /// <summary>The exception for something wrong in the file.</summary>
    /// <param name="position">Where it is.</param>
    /// <param name="problem">What is wrong.</param>
    public EvalCoreException Error(BddlPosition position, string problem) => BddlNode.Error(File, position, problem);
}
