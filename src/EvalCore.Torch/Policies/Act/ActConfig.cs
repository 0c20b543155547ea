using EvalCore.Torch.Checkpoints;
using EvalCore.Torch.Layers;

namespace EvalCore.Torch.Policies.Act;

/// <summary>LeRobot v0.6.1's <c>ACTConfig</c>: fields and defaults.</summary>
internal sealed class ActConfig : PolicyConfig
{
    public int ChunkSize { get; set; } = 100;

    public int NActionSteps { get; set; } = 100;

    public override Dictionary<string, string> NormalizationMapping { get; set; } = new()
    {
        ["VISUAL"] = "MEAN_STD",
        ["STATE"] = "MEAN_STD",
        ["ACTION"] = "MEAN_STD",
    };

    public string VisionBackbone { get; set; } = "resnet18";

    /// <summary>Where training began; evaluation takes all weights from the checkpoint.</summary>
    public string? PretrainedBackboneWeights { get; set; } = "ResNet18_Weights.IMAGENET1K_V1";

    public bool ReplaceFinalStrideWithDilation { get; set; }

    public bool PreNorm { get; set; }

    public int DimModel { get; set; } = 512;

    public int NHeads { get; set; } = 8;

    public int DimFeedforward { get; set; } = 3200;

    /// <summary><c>relu</c>, <c>gelu</c> (exact) or <c>glu</c>.</summary>
    public string FeedforwardActivation { get; set; } = "relu";

    public int NEncoderLayers { get; set; } = 4;

    public int NDecoderLayers { get; set; } = 1;

    public bool UseVae { get; set; } = true;

    public int LatentDim { get; set; } = 32;

    public int NVaeEncoderLayers { get; set; } = 4;

    /// <summary>The decay of temporal ensembling's weights, or null for action chunks.</summary>
    public double? TemporalEnsembleCoeff { get; set; }

    public double Dropout { get; set; } = 0.1;

    public double KlWeight { get; set; } = 10.0;

    public double OptimizerLr { get; set; } = 1e-5;

    public double OptimizerWeightDecay { get; set; } = 1e-4;

    public double OptimizerLrBackbone { get; set; } = 1e-5;

    public override string? Validate()
    {
        if (NObsSteps != 1)
            return $"n_obs_steps is {NObsSteps}, but ACT takes one observation: it must be 1";
        if (ChunkSize < 1)
            return $"chunk_size is {ChunkSize}; it must be positive";
        if (NActionSteps < 1 || NActionSteps > ChunkSize)
            return $"n_action_steps is {NActionSteps}; it must be from 1 to chunk_size, {ChunkSize}";
        if (TemporalEnsembleCoeff is not null && NActionSteps != 1)
            return $"n_action_steps is {NActionSteps}, but with temporal_ensemble_coeff it must be 1";
        if (DimModel < 1 || NHeads < 1 || DimModel % NHeads != 0)
            return $"dim_model is {DimModel}; it must be a multiple of n_heads, {NHeads}";
        if (NDecoderLayers < 1 || NEncoderLayers < 0)
            return $"n_encoder_layers is {NEncoderLayers} and n_decoder_layers {NDecoderLayers}; a decoder needs at least one layer";
        if (DimModel % 4 != 0 && Images.Count > 0)
            return $"dim_model is {DimModel}; with pictures it must be a multiple of 4";
        if (FeedforwardActivation is not ("relu" or "gelu" or "glu"))
            return $"feedforward_activation is '{FeedforwardActivation}'; it must be relu, gelu or glu";
        if (Images.Count == 0 && EnvState is null)
            return "input_features has neither a picture nor an environment state";
        return Images.Count == 0 ? null : ResNet.Validate(VisionBackbone, ReplaceFinalStrideWithDilation);
    }
}
