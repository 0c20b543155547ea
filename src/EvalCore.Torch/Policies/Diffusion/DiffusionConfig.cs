using EvalCore.Torch.Checkpoints;
using EvalCore.Torch.Layers;

namespace EvalCore.Torch.Policies.Diffusion;

/// <summary>LeRobot v0.6.1's <c>DiffusionConfig</c>: fields and defaults.</summary>
internal sealed class DiffusionConfig : PolicyConfig
{
    public DiffusionConfig() => NObsSteps = 2;

    public int Horizon { get; set; } = 64;

    public int NActionSteps { get; set; } = 32;

    public override Dictionary<string, string> NormalizationMapping { get; set; } = new()
    {
        ["VISUAL"] = "MEAN_STD",
        ["STATE"] = "MIN_MAX",
        ["ACTION"] = "MIN_MAX",
    };

    public int DropNLastFrames { get; set; } = 7;

    public string VisionBackbone { get; set; } = "resnet18";

    /// <summary>Height and width pictures are resized to, or null.</summary>
    public int[]? ResizeShape { get; set; }

    /// <summary>The part of the resized picture that is cropped.</summary>
    public double CropRatio { get; set; } = 1.0;

    /// <summary>Height and width pictures are cropped to, or null. With <see cref="ResizeShape"/>, <see cref="CropRatio"/> decides.</summary>
    public int[]? CropShape { get; set; }

    /// <summary>In training; evaluation crops the centre.</summary>
    public bool CropIsRandom { get; set; } = true;

    public string? PretrainedBackboneWeights { get; set; }

    public bool UseGroupNorm { get; set; }

    public int SpatialSoftmaxNumKeypoints { get; set; } = 32;

    public bool UseSeparateRgbEncoderPerCamera { get; set; } = true;

    public int[] DownDims { get; set; } = [512, 1024, 2048];

    public int KernelSize { get; set; } = 5;

    public int NGroups { get; set; } = 8;

    public int DiffusionStepEmbedDim { get; set; } = 128;

    public bool UseFilmScaleModulation { get; set; } = true;

    public bool GradientCheckpointing { get; set; }

    /// <summary><c>DDPM</c> or <c>DDIM</c>.</summary>
    public string NoiseSchedulerType { get; set; } = "DDPM";

    public int NumTrainTimesteps { get; set; } = 100;

    /// <summary><c>squaredcos_cap_v2</c>, <c>linear</c> or <c>scaled_linear</c>.</summary>
    public string BetaSchedule { get; set; } = "squaredcos_cap_v2";

    public double BetaStart { get; set; } = 0.0001;

    public double BetaEnd { get; set; } = 0.02;

    /// <summary>What the network predicts: <c>epsilon</c>, the noise, or <c>sample</c>.</summary>
    public string PredictionType { get; set; } = "epsilon";

    public bool ClipSample { get; set; } = true;

    public double ClipSampleRange { get; set; } = 1.0;

    /// <summary>Denoising steps; null for <see cref="NumTrainTimesteps"/>.</summary>
    public int? NumInferenceSteps { get; set; }

    public bool CompileModel { get; set; }

    public string CompileMode { get; set; } = "reduce-overhead";

    public bool DoMaskLossForPadding { get; set; }

    public double OptimizerLr { get; set; } = 1e-4;

    public double[] OptimizerBetas { get; set; } = [0.95, 0.999];

    public double OptimizerEps { get; set; } = 1e-8;

    public double OptimizerWeightDecay { get; set; } = 1e-6;

    public string SchedulerName { get; set; } = "cosine";

    public int SchedulerWarmupSteps { get; set; } = 500;

    /// <summary>Height and width pictures are cropped to after resizing, or null.</summary>
    public int[]? Crop => ResizeShape is null
        ? CropShape
        : CropRatio < 1 ? [(int)(ResizeShape[0] * CropRatio), (int)(ResizeShape[1] * CropRatio)] : null;

    public override string? Validate()
    {
        if (NObsSteps < 1)
            return $"n_obs_steps is {NObsSteps}; it must be positive";
        if (DownDims.Length == 0 || DownDims.Any(dim => dim < 1))
            return "down_dims must be a list of positive numbers";
        if (Horizon < 1 || Horizon % (1 << DownDims.Length) != 0)
            return $"horizon is {Horizon}; it must be a multiple of {1 << DownDims.Length}, two to the number of down_dims";
        if (NActionSteps < 1 || NActionSteps > Horizon - NObsSteps + 1)
            return $"n_action_steps is {NActionSteps}; it must be from 1 to horizon - n_obs_steps + 1, {Horizon - NObsSteps + 1}";
        if (DiffusionStepEmbedDim < 4 || DiffusionStepEmbedDim % 2 != 0)
            return $"diffusion_step_embed_dim is {DiffusionStepEmbedDim}; it must be even and at least 4";
        if (NGroups < 1 || DownDims.Any(dim => dim % NGroups != 0))
            return $"n_groups is {NGroups}; it must divide every one of down_dims";
        if (DownDims[0] % ConditionalUnet1d.FinalGroups != 0)
            return $"down_dims begins with {DownDims[0]}; it must be a multiple of {ConditionalUnet1d.FinalGroups}";
        if (KernelSize < 1 || KernelSize % 2 == 0)
            return $"kernel_size is {KernelSize}; it must be odd";
        if (NoiseSchedulerType is not ("DDPM" or "DDIM"))
            return $"noise_scheduler_type is '{NoiseSchedulerType}'; it must be DDPM or DDIM";
        if (BetaSchedule is not ("squaredcos_cap_v2" or "linear" or "scaled_linear"))
            return $"beta_schedule is '{BetaSchedule}'; it must be squaredcos_cap_v2, linear or scaled_linear";
        if (PredictionType is not ("epsilon" or "sample"))
            return $"prediction_type is '{PredictionType}'; it must be epsilon or sample";
        if (NumTrainTimesteps < 1)
            return $"num_train_timesteps is {NumTrainTimesteps}; it must be positive";
        if (NumInferenceSteps is { } steps && (steps < 1 || steps > NumTrainTimesteps))
            return $"num_inference_steps is {steps}; it must be from 1 to num_train_timesteps, {NumTrainTimesteps}";
        if (RobotState is null)
            return "input_features has no 'observation.state' of type STATE";
        if (Images.Count == 0 && EnvState is null)
            return "input_features has neither a picture nor an environment state";
        if (ResizeShape is not (null or [> 0, > 0]) || CropShape is not (null or [> 0, > 0]))
            return "resize_shape and crop_shape must be [height, width]";
        return Images.Count == 0 ? null : ResNet.Validate(VisionBackbone);
    }
}
