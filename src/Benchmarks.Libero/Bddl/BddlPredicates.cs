namespace Benchmarks.Libero.Bddl;

/// <summary>The predicates that LIBERO has, and how many arguments each has. The published tasks use the first six.</summary>
internal static class BddlPredicates
{
    /// <summary>The number of arguments by name. The first argument of those with two is an instance.</summary>
    public static IReadOnlyDictionary<string, int> Arguments { get; } = new Dictionary<string, int>
    {
        ["on"] = 2,
        ["in"] = 2,
        ["open"] = 1,
        ["close"] = 1,
        ["turnon"] = 1,
        ["turnoff"] = 1,
        ["up"] = 1,
        ["true"] = 1,
        ["false"] = 1,
    };
}
