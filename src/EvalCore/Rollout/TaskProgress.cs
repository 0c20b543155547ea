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
    /// <summary>The finished episodes that could not be played: they count neither as failures nor as successes.</summary>
    public int Errors { get; init; }

    /// <summary>The success rate so far in percent, or null before the first episode that counts is finished.</summary>
    public double? PcSuccess => Finished == Errors ? null : 100.0 * Successes / (Finished - Errors);
}
