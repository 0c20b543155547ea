namespace Benchmarks.MetaWorld.Tasks;

/// <summary>A scripted expert: from what is seen to what is wanted.</summary>
internal delegate Move ExpertRule(in Seen seen);
