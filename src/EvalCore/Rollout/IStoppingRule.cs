using System.Text.Json.Nodes;
using EvalCore.Results;

namespace EvalCore.Rollout;

/// <summary>
/// Says when a run has played enough. A run gives it finished episodes strictly in the order of <see cref="EpisodePlan.ByIndex"/>,
/// whatever the order in which they finish, so its answer depends neither on the batch size nor on the threads. A rule is of one run.
/// </summary>
public interface IStoppingRule
{
    /// <summary>Reads the next episode. Calls do not overlap.</summary>
    /// <returns>Whether the run stops: episodes in flight are cancelled, and no further one is read or counted.</returns>
    bool Add(EpisodeRecord episode);

    /// <summary>What the rule demands and what it has decided, for <c>provenance.gate</c>.</summary>
    JsonObject ToJson();
}
