namespace Benchmarks.Libero.Bddl;

/// <summary>A named place on a fixture, an object or the workspace.</summary>
/// <param name="Target">The instance that the place belongs to, or the workspace.</param>
/// <param name="Name">Its name there.</param>
/// <param name="Range">The rectangle of positions; null when the file gives none.</param>
/// <param name="Yaw">The rotations about z, radians: from, to.</param>
internal sealed record BddlRegion(string Target, string Name, BddlRectangle? Range, (double From, double To) Yaw)
{
    /// <summary>The name that predicates use.</summary>
    public string Key => $"{Target}_{Name}";

    /// <summary>Where its name stands in the file. Not part of equality.</summary>
    public BddlPosition Position { get; init; }
}
