using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Text.Json.Serialization;
using EvalCore.Torch.Checkpoints;
using EvalCore.Torch.Layers;

namespace EvalCore.Torch.Policies.VqBet;

/// <summary>LeRobot v0.6.1's <c>VQBeTConfig</c>: fields and defaults.</summary>
internal sealed class VqBetConfig : LeRobotConfig
{
    public VqBetConfig() => NObsSteps = 5;

    /// <inheritdoc/>
    [JsonIgnore]
    public override string Type => "vqbet";

    /// <summary>For how many steps, the present one and later, the network predicts a chunk. The present one's is played.</summary>
    [Range(1, int.MaxValue)]
    public int NActionPredToken { get; set; } = 3;

    /// <summary>How many actions a chunk has. All are played before the network runs again.</summary>
    [Range(1, int.MaxValue)]
    public int ActionChunkSize { get; set; } = 5;

    [TrainingOnly]
    public override Dictionary<string, string> NormalizationMapping { get; set; } = new()
    {
        ["VISUAL"] = "IDENTITY",
        ["STATE"] = "MIN_MAX",
        ["ACTION"] = "MIN_MAX",
    };

    public string VisionBackbone { get; set; } = "resnet18";

    /// <summary>Height and width images are cropped to, or null.</summary>
    public int[]? CropShape { get; set; } = [84, 84];

    /// <summary>In training; evaluation crops the centre.</summary>
    [TrainingOnly]
    public bool CropIsRandom { get; set; } = true;

    /// <summary>The initial weights of training; evaluation loads all weights from the checkpoint.</summary>
    [TrainingOnly]
    public string? PretrainedBackboneWeights { get; set; } = "ResNet18_Weights.IMAGENET1K_V1";

    public bool UseGroupNorm { get; set; }

    [Range(1, int.MaxValue)]
    public int SpatialSoftmaxNumKeypoints { get; set; } = 32;

    [TrainingOnly]
    public int NVqvaeTrainingSteps { get; set; } = 20000;

    /// <summary>How many codes each of the two codebooks has.</summary>
    [Range(1, int.MaxValue)]
    public int VqvaeNEmbed { get; set; } = 16;

    [Range(1, int.MaxValue)]
    public int VqvaeEmbeddingDim { get; set; } = 256;

    [Range(1, int.MaxValue)]
    public int VqvaeEncHiddenDim { get; set; } = 128;

    /// <summary>For how many tokens the transformer has positions.</summary>
    [Range(1, int.MaxValue)]
    public int GptBlockSize { get; set; } = 500;

    [Range(1, int.MaxValue)]
    public int GptInputDim { get; set; } = 512;

    [Range(1, int.MaxValue)]
    public int GptOutputDim { get; set; } = 512;

    [Range(0, int.MaxValue)]
    public int GptNLayer { get; set; } = 8;

    [Range(1, int.MaxValue)]
    public int GptNHead { get; set; } = 8;

    [Range(1, int.MaxValue)]
    public int GptHiddenDim { get; set; } = 512;

    [TrainingOnly]
    public double Dropout { get; set; } = 0.1;

    [TrainingOnly]
    public double OffsetLossWeight { get; set; } = 10000.0;

    [TrainingOnly]
    public double PrimaryCodeLossWeight { get; set; } = 5.0;

    [TrainingOnly]
    public double SecondaryCodeLossWeight { get; set; } = 0.5;

    /// <summary>The logits of the codes are divided by it; a small one draws the most probable codes.</summary>
    [Description("the temperature of the probabilities from which codes are drawn")]
    public double BetSoftmaxTemperature { get; set; } = 0.1;

    /// <summary>Whether the second codebook's code is drawn given the first one's.</summary>
    public bool SequentiallySelect { get; set; }

    [TrainingOnly]
    public double OptimizerLr { get; set; } = 1e-4;

    [TrainingOnly]
    public double[] OptimizerBetas { get; set; } = [0.95, 0.999];

    [TrainingOnly]
    public double OptimizerEps { get; set; } = 1e-8;

    [TrainingOnly]
    public double OptimizerWeightDecay { get; set; } = 1e-6;

    [TrainingOnly]
    public double OptimizerVqvaeLr { get; set; } = 1e-3;

    [TrainingOnly]
    public double OptimizerVqvaeWeightDecay { get; set; } = 1e-4;

    [TrainingOnly]
    public int SchedulerWarmupSteps { get; set; } = 500;

    /// <summary>The robot's state and the image; another feature of the file is not read.</summary>
    public override IReadOnlyList<string> Inputs => [FeatureNames.State, .. Images];

    /// <summary>Tokens of a sequence: image, state and action of each observation, and the action tokens of later steps.</summary>
    public long Tokens => 3L * NObsSteps + NActionPredToken - 1;

    /// <summary>
    /// The places of the action tokens. LeRobot counts the tokens of an observation by the entries of <c>input_features</c>,
    /// also where the policy reads two of them only.
    /// </summary>
    public IReadOnlyList<long> ActionTokens =>
    [
        .. Enumerable.Range(0, NObsSteps).Select(step => (long)step * (InputFeatures.Count + 1) + InputFeatures.Count),
        .. Enumerable.Range(1, NActionPredToken - 1).Select(step => Tokens - NActionPredToken + step),
    ];

    /// <inheritdoc/>
    public override PolicyNetwork NewNetwork(StateDict state, IReadOnlyList<(int Height, int Width)> images) => new VqBetNetwork(this, state, images[0]);

    /// <inheritdoc/>
    protected override void CheckFields()
    {
        if (Images.Count != 1)
            throw Invalid($"input_features has {Images.Count} images, but VQ-BeT reads exactly one", "input_features");
        if (RobotState is null)
            throw Invalid("input_features has no 'observation.state' of type STATE", "input_features");
        if (CropShape is not (null or [> 0, > 0]))
            throw Invalid("crop_shape must be [height, width]", "crop_shape");
        if (CropShape is [var height, var width] && InputFeatures[Images[0]].Shape is [_, var imageHeight, var imageWidth]
            && (height > imageHeight || width > imageWidth))
            throw Invalid($"crop_shape is [{height}, {width}]; it must fit into '{Images[0]}', {imageHeight}x{imageWidth}", "crop_shape");
        if (GptHiddenDim % GptNHead != 0)
            throw Invalid($"gpt_hidden_dim is {GptHiddenDim}; it must be a multiple of gpt_n_head, {GptNHead}", "gpt_hidden_dim", "gpt_n_head");
        if (Tokens > GptBlockSize)
            throw Invalid($"gpt_block_size is {GptBlockSize}; n_obs_steps and n_action_pred_token ask for {Tokens} tokens", "gpt_block_size", "n_obs_steps", "n_action_pred_token");
        if (ActionTokens.Any(place => place >= Tokens))
            throw Invalid($"input_features has {InputFeatures.Count} entries; VQ-BeT reads 2, and its action tokens are counted by the entries: more do not fit into {Tokens} tokens", "input_features", "n_obs_steps");
        if (!(BetSoftmaxTemperature > 0))
            throw Invalid($"bet_softmax_temperature is {BetSoftmaxTemperature.ToString(CultureInfo.InvariantCulture)}; it must be above 0", "bet_softmax_temperature");
        if (ResNet.Validate(VisionBackbone) is { } problem)
            throw Invalid(problem, "vision_backbone");
    }
}
