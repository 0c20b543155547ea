using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Text.Json.Serialization;
using EvalCore.Torch.Checkpoints;

namespace EvalCore.Torch.Policies.TdMpc;

/// <summary>LeRobot v0.6.1's <c>TDMPCConfig</c>: fields and defaults.</summary>
internal sealed class TdMpcConfig : LeRobotConfig
{
    /// <summary>The name that LeRobot's network has for the image.</summary>
    public const string Image = "observation.image";

    /// <summary>The name that LeRobot's network has for the environment's state.</summary>
    public const string EnvironmentState = "observation.environment_state";

    /// <inheritdoc/>
    [JsonIgnore]
    public override string Type => "tdmpc";

    /// <summary>How often the first action of a plan is played before the next plan.</summary>
    [Range(1, 10_000)]
    [Description("how often the first action of a plan is played before the next plan")]
    public int NActionRepeats { get; set; } = 2;

    /// <summary>How many steps a plan has.</summary>
    [Range(1, 10_000)]
    [Description("how many steps a plan has")]
    public int Horizon { get; set; } = 5;

    /// <summary>Without repetition, how many actions of a plan are played before the next plan.</summary>
    [Range(1, int.MaxValue)]
    [Description("how many actions of a plan are played before the next plan; more than 1 needs n_action_repeats=1")]
    public int NActionSteps { get; set; } = 1;

    [TrainingOnly]
    public override Dictionary<string, string> NormalizationMapping { get; set; } = new()
    {
        ["VISUAL"] = "IDENTITY",
        ["STATE"] = "IDENTITY",
        ["ENV"] = "IDENTITY",
        ["ACTION"] = "MIN_MAX",
    };

    [Range(1, int.MaxValue)]
    public int ImageEncoderHiddenDim { get; set; } = 32;

    [Range(1, int.MaxValue)]
    public int StateEncoderHiddenDim { get; set; } = 256;

    [Range(1, int.MaxValue)]
    public int LatentDim { get; set; } = 50;

    [Range(1, int.MaxValue)]
    public int QEnsembleSize { get; set; } = 5;

    [Range(1, int.MaxValue)]
    public int MlpDim { get; set; } = 512;

    /// <summary>The weight of a step's reward relative to that of the step before.</summary>
    [Description("the weight of a step's reward relative to the step before")]
    public double Discount { get; set; } = 0.9;

    /// <summary>Whether actions are planned; else the learned policy's own action is played.</summary>
    [Description("whether actions are planned; false: the learned policy's own action is played")]
    public bool UseMpc { get; set; } = true;

    [Range(1, 10_000)]
    [Description("how many iterations the cross-entropy method of a plan has")]
    public int CemIterations { get; set; } = 6;

    [Description("the largest standard deviation of the plans that are drawn")]
    public double MaxStd { get; set; } = 2.0;

    [Description("the smallest standard deviation of the plans that are drawn")]
    public double MinStd { get; set; } = 0.05;

    [Range(1, 1_000_000)]
    [Description("how many plans an iteration draws from a normal distribution")]
    public int NGaussianSamples { get; set; } = 512;

    [Range(0, 1_000_000)]
    [Description("how many plans are made with the learned policy")]
    public int NPiSamples { get; set; } = 51;

    [Description("the weight of the disagreement of the value functions, which counts against a plan")]
    public double UncertaintyRegularizerCoeff { get; set; } = 1.0;

    [Range(1, int.MaxValue)]
    [Description("how many of the best plans the next iteration is made from")]
    public int NElites { get; set; } = 50;

    [Description("how much more the better of the best plans count")]
    public double EliteWeightingTemperature { get; set; } = 0.5;

    [Description("the weight of an iteration's mean in the next one's")]
    public double GaussianMeanMomentum { get; set; } = 0.1;

    [TrainingOnly]
    public double MaxRandomShiftRatio { get; set; } = 0.0476;

    [TrainingOnly]
    public double RewardCoeff { get; set; } = 0.5;

    [TrainingOnly]
    public double ExpectileWeight { get; set; } = 0.9;

    [TrainingOnly]
    public double ValueCoeff { get; set; } = 0.1;

    [TrainingOnly]
    public double ConsistencyCoeff { get; set; } = 20.0;

    [TrainingOnly]
    public double AdvantageScaling { get; set; } = 3.0;

    [TrainingOnly]
    public double PiCoeff { get; set; } = 0.5;

    [TrainingOnly]
    public double TemporalDecayCoeff { get; set; } = 0.5;

    [TrainingOnly]
    public double TargetModelMomentum { get; set; } = 0.995;

    [TrainingOnly]
    public double OptimizerLr { get; set; } = 3e-4;

    /// <inheritdoc/>
    public override PolicyNetwork NewNetwork(StateDict state, IReadOnlyList<(int Height, int Width)> images) => new TdMpcNetwork(this, state, images);

    /// <inheritdoc/>
    protected override void CheckFields()
    {
        if (NObsSteps != 1)
            throw Invalid($"n_obs_steps is {NObsSteps}, but TD-MPC reads one observation: it must be 1", "n_obs_steps");
        if (NormalizationMapping.GetValueOrDefault(nameof(FeatureType.ACTION)) != "MIN_MAX")
            throw Invalid("normalization_mapping of ACTION must be MIN_MAX: TD-MPC plans actions from -1 to 1", "normalization_mapping");
        if (NActionSteps > 1 && NActionRepeats > 1)
            throw Invalid($"n_action_steps is {NActionSteps}; with more than 1, n_action_repeats must be 1, but is {NActionRepeats}", "n_action_steps", "n_action_repeats");
        if (NActionSteps > 1 && !UseMpc)
            throw Invalid($"n_action_steps is {NActionSteps}; without use_mpc it must be 1", "n_action_steps", "use_mpc");
        if (NActionSteps > Horizon)
            throw Invalid($"n_action_steps is {NActionSteps}; it must be from 1 to horizon, {Horizon}", "n_action_steps", "horizon");
        if (Images.Count > 1)
            throw Invalid($"input_features has {Images.Count} images, but TD-MPC reads at most one", "input_features");
        if (Images is [var name] && name != Image)
            throw Invalid($"input_features has an image '{name}', but TD-MPC reads '{Image}'", "input_features");
        if (Images.Count > 0 && InputFeatures[Image].Shape is [_, var height, var width] && height != width)
            throw Invalid($"'{Image}' is {height}x{width}, but TD-MPC reads square images", "input_features");
        if (EnvState is { } env && env != EnvironmentState)
            throw Invalid($"input_features has an environment state '{env}', but TD-MPC reads '{EnvironmentState}'", "input_features");
        if (RobotState is null)
            throw Invalid("input_features has no 'observation.state' of type STATE", "input_features");
        if (NElites > NGaussianSamples + NPiSamples)
            throw Invalid($"n_elites is {NElites}; it must be from 1 to n_gaussian_samples + n_pi_samples, {NGaussianSamples + NPiSamples}", "n_elites", "n_gaussian_samples", "n_pi_samples");
        if (!(MinStd >= 0 && MinStd <= MaxStd))
            throw Invalid($"min_std is {MinStd.ToString(CultureInfo.InvariantCulture)}; it must be from 0 to max_std, {MaxStd.ToString(CultureInfo.InvariantCulture)}", "min_std", "max_std");
    }
}
