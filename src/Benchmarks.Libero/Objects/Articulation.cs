namespace Benchmarks.Libero.Objects;

/// <summary>
/// What opened, closed, turned on and turned off mean for a category with joints: the ranges that a reset draws from, and
/// the bounds of the goal's predicates, which are ends of the same ranges. A category lacks the ranges of what it cannot do.
/// Source: LIBERO, <c>envs/objects/articulated_objects.py</c>.
/// </summary>
internal sealed record Articulation
{
    private static readonly Articulation Cabinet = new() { Open = new(-0.16, -0.14), Close = new(0.0, 0.005) };

    private static readonly Dictionary<string, Articulation> ByCategory = new()
    {
        ["microwave"] = new() { Open = new(-2.094, -1.3), Close = new(-0.005, 0.0) },
        ["wooden_cabinet"] = Cabinet,
        ["white_cabinet"] = Cabinet,
        ["flat_stove"] = new() { TurnOn = new(0.5, 2.1), TurnOff = new(-0.005, 0.0) },
    };

    /// <summary>Where a reset puts the joints of what starts open.</summary>
    public JointRange? Open { get; init; }

    /// <summary>Where a reset puts the joints of what starts closed.</summary>
    public JointRange? Close { get; init; }

    /// <summary>Where a reset puts the knob of what starts turned on.</summary>
    public JointRange? TurnOn { get; init; }

    /// <summary>Where a reset puts the knob of what starts turned off.</summary>
    public JointRange? TurnOff { get; init; }

    /// <summary>The articulation of a category; null when it has none.</summary>
    public static Articulation? Find(string category) => ByCategory.GetValueOrDefault(category);

    /// <summary>The range that belongs to <c>open</c>, <c>close</c>, <c>turnon</c> or <c>turnoff</c>; null when the category lacks it.</summary>
    public JointRange? Range(string predicate) => predicate switch
    {
        "open" => Open,
        "close" => Close,
        "turnon" => TurnOn,
        "turnoff" => TurnOff,
        _ => null,
    };

    /// <summary>
    /// The test of one joint's position that belongs to a predicate, for a category that has its range. The joints open
    /// towards negative positions. <c>close</c> is strict: a cabinet's drawer must be pushed beyond 0.
    /// </summary>
    public Func<double, bool> Test(string predicate)
    {
        var range = Range(predicate) ?? throw new ArgumentException($"the category has no range for '{predicate}'", nameof(predicate));
        return predicate switch
        {
            "open" => q => q < range.To,
            "close" => q => q > range.From,
            "turnon" => q => q >= range.From,
            _ => q => q < range.To,
        };
    }
}
