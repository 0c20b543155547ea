namespace EvalCore.Results;

/// <summary>How an episode's time was spent, in seconds of wall clock on the thread that played it.</summary>
/// <param name="PhysicsS">Resetting and stepping the simulator.</param>
/// <param name="RenderingS">Observing: rendering images and reading vectors.</param>
/// <param name="InferenceS">The policy: preparing observations, the network, taking actions.</param>
/// <param name="WaitingS">
/// Waiting for a batched forward pass, or for the memory of recordings that are not rendered yet.
/// </param>
/// <param name="HarnessS">The rest: the overhead of this program.</param>
public sealed record EpisodeTimings(
    double PhysicsS, double RenderingS, double InferenceS, double WaitingS, double HarnessS)
{
    /// <summary>The sum of all parts.</summary>
    public double TotalS() => PhysicsS + RenderingS + InferenceS + WaitingS + HarnessS;
}
