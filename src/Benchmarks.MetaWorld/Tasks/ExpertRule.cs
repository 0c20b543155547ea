namespace Benchmarks.MetaWorld.Tasks;

/// <summary>A scripted expert: from an observation to a command.</summary>
internal delegate ExpertCommand ExpertRule(in TaskObservation obs);
