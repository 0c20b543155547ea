namespace EvalCore.Results;

/// <summary>A shard of a run in a folder of shards.</summary>
/// <param name="Index">The number of the shard, from 0.</param>
/// <param name="State">What is there of it.</param>
/// <param name="Folder">Its output folder; null where it is missing.</param>
/// <param name="Episodes">How many of its episodes were played to their end.</param>
/// <param name="Errors">How many of its episodes could not be played.</param>
/// <param name="Problem">What cannot be read of it and what to do, in one line; null where all can.</param>
public sealed record ShardFolder(int Index, ShardState State, string? Folder = null, long Episodes = 0, long Errors = 0, string? Problem = null);
