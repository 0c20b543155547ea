namespace Benchmarks.Libero.Bddl;

/// <summary>An object or a fixture: <c>plate_1 - plate</c>.</summary>
/// <param name="Name">Its name in the task.</param>
/// <param name="Category">What it is one of.</param>
internal sealed record BddlInstance(string Name, string Category)
{
    /// <summary>Where its category stands in the file. Not part of equality.</summary>
    public BddlPosition Position { get; init; }
}
