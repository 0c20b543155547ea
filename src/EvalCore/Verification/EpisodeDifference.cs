using System.Globalization;

namespace EvalCore.Verification;

/// <summary>The first value of an episode that differs from the run's.</summary>
/// <param name="Step">The step, from 1; 0 for the state after the reset; null for a value of the whole episode.</param>
/// <param name="Value">The value's name: <c>sum_reward</c>, <c>action[1]</c>, <c>qpos[7]</c>.</param>
/// <param name="Recorded">What the run recorded, with all digits.</param>
/// <param name="Played">What was played again.</param>
public sealed record EpisodeDifference(int? Step, string Value, string Recorded, string Played)
{
    /// <summary>The difference in words.</summary>
    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{(Step is { } step ? $"from step {step}: " : "")}{Value} was {Recorded} and is {Played}");
}
