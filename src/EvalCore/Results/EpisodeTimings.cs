namespace EvalCore.Results;

/// <summary>Where an episode's time went, in seconds of wall clock on the thread that played it.</summary>
/// <param name="PhysicsS">Resetting and stepping the simulator.</param>
/// <param name="RenderingS">Observing: rendering pictures and reading vectors.</param>
/// <param name="InferenceS">The policy: preparing observations, the network, taking actions.</param>
/// <param name="WaitingS">Waiting for a batched forward pass, or for videos that take much memory until they are drawn.</param>
/// <param name="HarnessS">The rest: this program's own share.</param>
public sealed record EpisodeTimings(
    double PhysicsS, double RenderingS, double InferenceS, double WaitingS, double HarnessS)
{
    /// <summary>All of it.</summary>
    public double TotalS() => PhysicsS + RenderingS + InferenceS + WaitingS + HarnessS;
}
