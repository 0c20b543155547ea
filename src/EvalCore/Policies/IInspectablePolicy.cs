using EvalCore.Environments;

namespace EvalCore.Policies;

/// <summary>
/// A policy whose forward pass can be compared with another implementation's: its random numbers can be injected, and
/// its chunks and its actions before post-processing can be read. Used by <c>evalcore infer</c>.
/// </summary>
public interface IInspectablePolicy : IPolicy
{
    /// <summary>The action dimension.</summary>
    int ActionDimension { get; }

    /// <summary>Whether the policy reads the instruction of a task.</summary>
    bool ReadsInstruction => false;

    /// <summary>Starts an episode.</summary>
    /// <param name="episode">The episode.</param>
    /// <param name="draws">The random numbers to inject; null to draw them as in an evaluation.</param>
    IInspectableSession NewSession(EpisodeSpec episode, IRandomDraws? draws);
}
