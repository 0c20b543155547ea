namespace Benchmarks.Libero.Bddl;

/// <summary>A statement about instances and regions: <c>(on plate_1 main_table_stove_front_region)</c>.</summary>
/// <param name="Name">The predicate, for example <c>on</c>.</param>
/// <param name="Arguments">Instances and regions.</param>
internal sealed record BddlPredicate(string Name, IReadOnlyList<string> Arguments)
{
    /// <summary>Where it stands in the file: line and column, from 1. Not part of equality.</summary>
    public BddlPosition Position { get; init; }
}
