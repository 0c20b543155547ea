namespace Benchmarks.Libero.Bddl;

/// <summary>The predicates that LIBERO's tasks use, and how many arguments each has.</summary>
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
    };
}
