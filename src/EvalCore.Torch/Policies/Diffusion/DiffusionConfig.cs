using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Text.Json.Serialization;
using EvalCore.Torch.Checkpoints;
using EvalCore.Torch.Layers;

namespace EvalCore.Torch.Policies.Diffusion;

/// <summary>LeRobot v0.6.1's <c>DiffusionConfig</c>: fields and defaults.</summary>
internal sealed class DiffusionConfig : LeRobotConfig
{
    public DiffusionConfig() => NObsSteps = 2;

    /// <inheritdoc/>
    [JsonIgnore]
    public override string Type => "diffusion";

    /// <summary>How many actions the network predicts.</summary>
    [Range(1, 10_000)]
    [Description("how many actions the network predicts")]
    public int Horizon { get; set; } = 64;

    /// <summary>
    /// How many of them, from the present step on, are played before the network runs again; where a chunk has fewer, all of
    /// these: <see cref="PlayedSteps"/>.
    /// </summary>
    [Range(1, int.MaxValue)]
    [Description("how many actions of a chunk are played before the network runs again")]
    public int NActionSteps { get; set; } = 32;

    [TrainingOnly]
    public override Dictionary<string, string> NormalizationMapping { get; set; } = new()
    {
        ["VISUAL"] = "MEAN_STD",
        ["STATE"] = "MIN_MAX",
        ["ACTION"] = "MIN_MAX",
    };

    [TrainingOnly]
    public int DropNLastFrames { get; set; } = 7;

    public string VisionBackbone { get; set; } = "resnet18";

    /// <summary>Height and width images are resized to, or null.</summary>
    public int[]? ResizeShape { get; set; }

    /// <summary>The part of the resized image that is cropped.</summary>
    public double CropRatio { get; set; } = 1.0;

    /// <summary>Height and width images are cropped to, or null. With <see cref="ResizeShape"/>, <see cref="CropRatio"/> decides.</summary>
    public int[]? CropShape { get; set; }

    /// <summary>In training; evaluation crops the centre.</summary>
    [TrainingOnly]
    public bool CropIsRandom { get; set; } = true;

    [TrainingOnly]
    public string? PretrainedBackboneWeights { get; set; }

    public bool UseGroupNorm { get; set; }

    [Range(1, int.MaxValue)]
    public int SpatialSoftmaxNumKeypoints { get; set; } = 32;

    public bool UseSeparateRgbEncoderPerCamera { get; set; } = true;

    public int[] DownDims { get; set; } = [512, 1024, 2048];

    [Range(1, int.MaxValue)]
    public int KernelSize { get; set; } = 5;

    [Range(1, int.MaxValue)]
    public int NGroups { get; set; } = 8;

    [Range(4, int.MaxValue)]
    public int DiffusionStepEmbedDim { get; set; } = 128;

    public bool UseFilmScaleModulation { get; set; } = true;

    [TrainingOnly]
    public bool GradientCheckpointing { get; set; }

    /// <summary><c>DDPM</c> or <c>DDIM</c>.</summary>
    [AllowedValues("DDPM", "DDIM")]
    [Description("the method of denoising")]
    public string NoiseSchedulerType { get; set; } = "DDPM";

    [Range(1, 100_000)]
    public int NumTrainTimesteps { get; set; } = 100;

    /// <summary><c>squaredcos_cap_v2</c>, <c>linear</c>, <c>scaled_linear</c>, and with DDPM <c>laplace</c> or <c>sigmoid</c>.</summary>
    [AllowedValues("squaredcos_cap_v2", "linear", "scaled_linear", "laplace", "sigmoid")]
    public string BetaSchedule { get; set; } = "squaredcos_cap_v2";

    public double BetaStart { get; set; } = 0.0001;

    public double BetaEnd { get; set; } = 0.02;

    /// <summary>What the network predicts: <c>epsilon</c>, the noise, or <c>sample</c>.</summary>
    [AllowedValues("epsilon", "sample")]
    public string PredictionType { get; set; } = "epsilon";

    public bool ClipSample { get; set; } = true;

    public double ClipSampleRange { get; set; } = 1.0;

    /// <summary>Denoising steps; null for <see cref="NumTrainTimesteps"/>.</summary>
    [Range(1, 100_000)]
    [Description("how many denoising steps an inference has; null: as many as in training")]
    public int? NumInferenceSteps { get; set; }

    [TrainingOnly]
    public bool CompileModel { get; set; }

    [TrainingOnly]
    public string CompileMode { get; set; } = "reduce-overhead";

    [TrainingOnly]
    public bool DoMaskLossForPadding { get; set; }

    [TrainingOnly]
    public double OptimizerLr { get; set; } = 1e-4;

    [TrainingOnly]
    public double[] OptimizerBetas { get; set; } = [0.95, 0.999];

    [TrainingOnly]
    public double OptimizerEps { get; set; } = 1e-8;

    [TrainingOnly]
    public double OptimizerWeightDecay { get; set; } = 1e-6;

    [TrainingOnly]
    public string SchedulerName { get; set; } = "cosine";

    [TrainingOnly]
    public int SchedulerWarmupSteps { get; set; } = 500;

    /// <summary>How many actions of a chunk are played before the network runs again.</summary>
    public int PlayedSteps => Math.Min(NActionSteps, Horizon - NObsSteps + 1);

    /// <summary>Height and width images are cropped to after resizing, or null.</summary>
    public int[]? Crop => ResizeShape is null
        ? CropShape
        : CropRatio < 1 ? [(int)(ResizeShape[0] * CropRatio), (int)(ResizeShape[1] * CropRatio)] : null;

    /// <inheritdoc/>
    public override IEnumerable<string> Notes => PlayedSteps == NActionSteps ? [] :
    [
        Invalid($"n_action_steps is {NActionSteps}, but a chunk has {PlayedSteps} actions from the present step on: {PlayedSteps} are played before the network runs again", "n_action_steps").Message,
    ];

    /// <inheritdoc/>
    public override PolicyNetwork NewNetwork(StateDict state, IReadOnlyList<(int Height, int Width)> images) =>
        new DiffusionNetwork(this, state, images);

    /// <inheritdoc/>
    protected override void CheckFields()
    {
        if (DownDims.Length == 0 || DownDims.Any(dim => dim < 1))
            throw Invalid("down_dims must be a list of positive numbers", "down_dims");
        if (Horizon % (1 << DownDims.Length) != 0)
            throw Invalid($"horizon is {Horizon}; it must be a multiple of {1 << DownDims.Length}, two to the number of down_dims", "horizon", "down_dims");
        if (NObsSteps > Horizon)
            throw Invalid($"n_obs_steps is {NObsSteps}; it must be from 1 to horizon, {Horizon}", "n_obs_steps", "horizon");
        if (DiffusionStepEmbedDim % 2 != 0)
            throw Invalid($"diffusion_step_embed_dim is {DiffusionStepEmbedDim}; it must be even", "diffusion_step_embed_dim");
        if (DownDims.Any(dim => dim % NGroups != 0))
            throw Invalid($"n_groups is {NGroups}; it must divide every one of down_dims", "n_groups", "down_dims");
        if (DownDims[0] % ConditionalUnet1d.FinalGroups != 0)
            throw Invalid($"down_dims begins with {DownDims[0]}; it must be a multiple of {ConditionalUnet1d.FinalGroups}", "down_dims");
        if (KernelSize % 2 == 0)
            throw Invalid($"kernel_size is {KernelSize}; it must be odd", "kernel_size");
        if (NumInferenceSteps > NumTrainTimesteps)
        {
            throw Invalid(
                $"num_inference_steps is {NumInferenceSteps}; it must be from 1 to num_train_timesteps, {NumTrainTimesteps}",
                "num_inference_steps", "num_train_timesteps");
        }

        if (RobotState is null)
            throw Invalid("input_features has no 'observation.state' of type STATE", "input_features");
        if (Images.Count == 0 && EnvState is null)
            throw Invalid("input_features has neither an image nor an environment state", "input_features");
        if (ResizeShape is not (null or [> 0, > 0]) || CropShape is not (null or [> 0, > 0]))
            throw Invalid("resize_shape and crop_shape must be [height, width]", "resize_shape", "crop_shape");
        if (!(CropRatio > 0 && CropRatio <= 1))
            throw Invalid($"crop_ratio is {CropRatio.ToString(CultureInfo.InvariantCulture)}; it must be above 0 and at most 1", "crop_ratio");
        if (ResizeShape is null && CropShape is [var height, var width])
        {
            foreach (string name in Images)
            {
                if (InputFeatures[name].Shape is [_, var imageHeight, var imageWidth] && (height > imageHeight || width > imageWidth))
                    throw Invalid($"crop_shape is [{height}, {width}]; it must fit into '{name}', {imageHeight}x{imageWidth}", "crop_shape");
            }
        }

        if (NoiseSchedulerType == "DDIM" && BetaSchedule is "laplace" or "sigmoid")
            throw Invalid($"beta_schedule is {BetaSchedule}; with noise_scheduler_type DDIM it must be squaredcos_cap_v2, linear or scaled_linear", "beta_schedule", "noise_scheduler_type");
        if (Images.Count > 0 && ResNet.Validate(VisionBackbone) is { } problem)
            throw Invalid(problem, "vision_backbone");
    }
}
