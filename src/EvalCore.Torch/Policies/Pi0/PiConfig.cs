using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using EvalCore.Torch.Checkpoints;

namespace EvalCore.Torch.Policies.Pi0;

/// <summary>The fields that LeRobot v0.6.1's <c>PI0Config</c> and <c>PI05Config</c> share.</summary>
internal abstract class PiConfig : PaliGemmaConfig
{
    /// <summary>Euler steps from noise to actions.</summary>
    [Range(1, 10_000)]
    [Description("how many denoising steps an inference has")]
    public int NumInferenceSteps { get; set; } = 10;

    [TrainingOnly]
    public double TimeSamplingBetaAlpha { get; set; } = 1.5;

    [TrainingOnly]
    public double TimeSamplingBetaBeta { get; set; } = 1.0;

    [TrainingOnly]
    public double TimeSamplingScale { get; set; } = 0.999;

    [TrainingOnly]
    public double TimeSamplingOffset { get; set; } = 0.001;

    /// <summary>The shortest period of the time embedding.</summary>
    public double MinPeriod { get; set; } = 0.004;

    /// <summary>The longest period of the time embedding.</summary>
    public double MaxPeriod { get; set; } = 4.0;

    [TrainingOnly]
    public bool FreezeVisionEncoder { get; set; }

    [TrainingOnly]
    public bool TrainExpertOnly { get; set; }
}
