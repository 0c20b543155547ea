using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using EvalCore.Environments;
using EvalCore.Options;

namespace EvalCore.Verification;

/// <summary>Which episodes of a run are played again: the flags of <c>evalcore verify</c>.</summary>
public sealed class VerificationOptions
{
    /// <summary>The share of the run's episodes in the sample, from 0 to 1; at least one episode is played.</summary>
    [Placeholder("SHARE")]
    [Description("the share of the episodes that is played again, spread evenly over the tasks; at least one episode")]
    [Range(0.0, 1.0)]
    public double Fraction { get; set; } = 0.01;

    /// <summary>The episodes to play in place of a sample, each as <c>TASK:K</c>, or <c>K</c> for that episode of every task.</summary>
    [Placeholder("TASK:K")]
    [Description("play this episode in place of the default, a sample: number K of a task, or K alone for every task; may be repeated")]
    public IReadOnlyList<string> Episode { get; set; } = [];

    /// <summary>Draws the sample.</summary>
    [Description("draws the sample: the same number draws the same episodes, and a larger fraction contains a smaller one")]
    public long Seed { get; set; }

    /// <summary>The seed of episode 0 in a result of lerobot-eval, which does not record it.</summary>
    [Description("the seed of episode 0 in a result of lerobot-eval, which does not record it: its --seed")]
    [Range(0L, uint.MaxValue)]
    public long StartSeed { get; set; } = EpisodeSpec.DefaultSeed;
}
