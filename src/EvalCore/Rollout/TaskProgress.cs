namespace EvalCore.Rollout;

/// <summary>The progress of one task.</summary>
/// <param name="Group">Its group.</param>
/// <param name="Id">Its number in the group.</param>
/// <param name="Name">Its name.</param>
/// <param name="Finished">Finished episodes.</param>
/// <param name="Successes">Successful ones among them.</param>
/// <param name="Total">Episodes to play.</param>
public sealed record TaskProgress(string Group, int Id, string Name, int Finished, int Successes, int Total)
{
    /// <summary>The success rate so far in percent, or null before the first episode is finished.</summary>
    public double? PcSuccess => Finished == 0 ? null : 100.0 * Successes / Finished;
}
