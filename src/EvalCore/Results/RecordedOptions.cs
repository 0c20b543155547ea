namespace EvalCore.Results;

/// <summary>The flags of a run as its journal and its provenance have them, <c>options</c>: what the names mean to their readers.</summary>
internal static class RecordedOptions
{
    /// <summary>The key of the flags of <c>evalcore gate</c>, which <c>evalcore eval</c> does not have.</summary>
    public const string Gate = "gate";

    /// <summary>The key of what identifies the deal of the shards, which is no flag; absent where they are dealt in turn.</summary>
    public const string ShardDeal = "shard_deal";

    /// <summary>Flags that do not change what is evaluated: where the result is written, what it is called, and who receives it.</summary>
    public static IReadOnlyList<string> OfOutput { get; } = ["output_dir", "job_name", "history", "report"];
}
