using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;
using EvalCore.Torch.Checkpoints;
using EvalCore.Torch.Layers;

namespace EvalCore.Torch.Policies.Act;

/// <summary>LeRobot v0.6.1's <c>ACTConfig</c>: fields and defaults.</summary>
internal sealed class ActConfig : LeRobotConfig
{
    /// <inheritdoc/>
    [JsonIgnore]
    public override string Type => "act";

    /// <summary>How many actions the network predicts.</summary>
    [Range(1, int.MaxValue)]
    public int ChunkSize { get; set; } = 100;

    /// <summary>How many of them are played before the network runs again.</summary>
    [Range(1, int.MaxValue)]
    [Description("how many actions of a chunk are played before the network runs again")]
    public int NActionSteps { get; set; } = 100;

    [TrainingOnly]
    public override Dictionary<string, string> NormalizationMapping { get; set; } = new()
    {
        ["VISUAL"] = "MEAN_STD",
        ["STATE"] = "MEAN_STD",
        ["ACTION"] = "MEAN_STD",
    };

    public string VisionBackbone { get; set; } = "resnet18";

    /// <summary>The initial weights of training; evaluation loads all weights from the checkpoint.</summary>
    [TrainingOnly]
    public string? PretrainedBackboneWeights { get; set; } = "ResNet18_Weights.IMAGENET1K_V1";

    [WholeNumber]
    public bool ReplaceFinalStrideWithDilation { get; set; }

    public bool PreNorm { get; set; }

    [Range(1, int.MaxValue)]
    public int DimModel { get; set; } = 512;

    [Range(1, int.MaxValue)]
    public int NHeads { get; set; } = 8;

    [Range(1, int.MaxValue)]
    public int DimFeedforward { get; set; } = 3200;

    /// <summary><c>relu</c>, <c>gelu</c> (exact) or <c>glu</c>.</summary>
    [AllowedValues("relu", "gelu", "glu")]
    public string FeedforwardActivation { get; set; } = "relu";

    [Range(0, int.MaxValue)]
    public int NEncoderLayers { get; set; } = 4;

    [Range(0, int.MaxValue)]
    public int NDecoderLayers { get; set; } = 1;

    [TrainingOnly]
    public bool UseVae { get; set; } = true;

    [Range(0, int.MaxValue)]
    public int LatentDim { get; set; } = 32;

    [Range(0, int.MaxValue)]
    [TrainingOnly]
    public int NVaeEncoderLayers { get; set; } = 4;

    /// <summary>The decay of temporal ensembling's weights, or null for action chunks.</summary>
    [Description("temporal ensembling: the decay of the weights of earlier chunks; needs n_action_steps=1; null: none")]
    public double? TemporalEnsembleCoeff { get; set; }

    [Range(0.0, 1.0)]
    [TrainingOnly]
    public double Dropout { get; set; } = 0.1;

    [TrainingOnly]
    public double KlWeight { get; set; } = 10.0;

    [TrainingOnly]
    public double OptimizerLr { get; set; } = 1e-5;

    [TrainingOnly]
    public double OptimizerWeightDecay { get; set; } = 1e-4;

    [TrainingOnly]
    public double OptimizerLrBackbone { get; set; } = 1e-5;

    /// <inheritdoc/>
    public override PolicyNetwork NewNetwork(StateDict state, IReadOnlyList<(int Height, int Width)> images) => new ActNetwork(this, state, images);

    /// <inheritdoc/>
    protected override void CheckFields()
    {
        if (NObsSteps != 1)
            throw Invalid($"n_obs_steps is {NObsSteps}, but ACT reads one observation: it must be 1", "n_obs_steps");
        if (NActionSteps > ChunkSize)
            throw Invalid($"n_action_steps is {NActionSteps}; it must be from 1 to chunk_size, {ChunkSize}", "n_action_steps", "chunk_size");
        if (TemporalEnsembleCoeff is not null && NActionSteps != 1)
            throw Invalid($"n_action_steps is {NActionSteps}, but with temporal_ensemble_coeff it must be 1", "n_action_steps", "temporal_ensemble_coeff");
        if (DimModel % NHeads != 0)
            throw Invalid($"dim_model is {DimModel}; it must be a multiple of n_heads, {NHeads}", "dim_model", "n_heads");
        if (DimModel % 4 != 0 && Images.Count > 0)
            throw Invalid($"dim_model is {DimModel}; with images it must be a multiple of 4", "dim_model");
        if (Images.Count == 0 && EnvState is null)
            throw Invalid("input_features has neither an image nor an environment state", "input_features");
        if (Images.Count > 0 && ResNet.Validate(VisionBackbone, ReplaceFinalStrideWithDilation) is { } problem)
            throw Invalid(problem, "vision_backbone", "replace_final_stride_with_dilation");
    }
}
