using EvalCore.Results;

namespace EvalCore.Comparisons;

/// <summary>The same episode, played in two runs.</summary>
/// <param name="A">The episode of the first run.</param>
/// <param name="B">The episode of the second run.</param>
public sealed record EpisodePair(EpisodeRecord A, EpisodeRecord B);
