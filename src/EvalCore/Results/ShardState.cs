namespace EvalCore.Results;

/// <summary>What is there of a shard.</summary>
public enum ShardState
{
    /// <summary>Nothing, or a run that was killed before it began.</summary>
    Missing,

    /// <summary>Some of its episodes: it plays, or was interrupted and can be resumed.</summary>
    Partial,

    /// <summary>All of its episodes, of which some may be errors, and its result.</summary>
    Whole,

    /// <summary>Files that cannot be read: its folder has to be deleted before the shard is submitted again.</summary>
    Damaged,
}
