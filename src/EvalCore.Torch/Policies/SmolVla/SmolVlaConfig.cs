using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using EvalCore.Torch.Checkpoints;
using EvalCore.Torch.Processors;

namespace EvalCore.Torch.Policies.SmolVla;

/// <summary>LeRobot v0.6.1's <c>SmolVLAConfig</c>: fields and defaults.</summary>
internal sealed class SmolVlaConfig : LanguageConfig
{
    /// <inheritdoc/>
    [JsonIgnore]
    public override string Type => "smolvla";

    /// <summary>How many actions the network predicts.</summary>
    [Range(1, 10_000)]
    public int ChunkSize { get; set; } = 50;

    /// <summary>How many of them are played before the network runs again.</summary>
    [Range(1, int.MaxValue)]
    [Description("how many actions of a chunk are played before the network runs again")]
    public int NActionSteps { get; set; } = 50;

    [TrainingOnly]
    public override Dictionary<string, string> NormalizationMapping { get; set; } = new()
    {
        ["VISUAL"] = "IDENTITY",
        ["STATE"] = "MEAN_STD",
        ["ACTION"] = "MEAN_STD",
    };

    /// <summary>The state is filled with zeros to this many numbers.</summary>
    [Range(1, int.MaxValue)]
    public int MaxStateDim { get; set; } = 32;

    /// <summary>The network's actions have this many numbers; the first ones are played.</summary>
    [Range(1, int.MaxValue)]
    public int MaxActionDim { get; set; } = 32;

    /// <summary>Width and height images are resized to, in this order, or null.</summary>
    public int[]? ResizeImgsWithPadding { get; set; } = [512, 512];

    /// <summary>
    /// Cameras that the policy declares and no environment has. The network sees nothing of them but, with
    /// <see cref="AddImageSpecialTokens"/>, the tokens around them.
    /// </summary>
    [Range(0, int.MaxValue)]
    public int EmptyCameras { get; set; }

    public bool AdaptToPiAloha { get; set; }

    public bool UseDeltaJointActionsAloha { get; set; }

    /// <summary>A checkpoint's pipelines state what is done.</summary>
    [TrainingOnly]
    public int TokenizerMaxLength { get; set; } = 48;

    /// <summary>Euler steps from noise to actions.</summary>
    [Range(1, 10_000)]
    [Description("how many denoising steps an inference has")]
    public int NumSteps { get; set; } = 10;

    public bool UseCache { get; set; } = true;

    [TrainingOnly]
    public bool FreezeVisionEncoder { get; set; } = true;

    [TrainingOnly]
    public bool TrainExpertOnly { get; set; } = true;

    [TrainingOnly]
    public bool TrainStateProj { get; set; } = true;

    [TrainingOnly]
    public double OptimizerLr { get; set; } = 1e-4;

    [TrainingOnly]
    public double[] OptimizerBetas { get; set; } = [0.9, 0.95];

    [TrainingOnly]
    public double OptimizerEps { get; set; } = 1e-8;

    [TrainingOnly]
    public double OptimizerWeightDecay { get; set; } = 1e-10;

    [TrainingOnly]
    public double OptimizerGradClipNorm { get; set; } = 10;

    [TrainingOnly]
    public int SchedulerWarmupSteps { get; set; } = 1000;

    [TrainingOnly]
    public int SchedulerDecaySteps { get; set; } = 30000;

    [TrainingOnly]
    public double SchedulerDecayLr { get; set; } = 2.5e-6;

    /// <summary>The vision-language model: the tensors tell its sizes; the tokens around images are those of its tokenizer.</summary>
    public string VlmModelName { get; set; } = "HuggingFaceTB/SmolVLM2-500M-Video-Instruct";

    [TrainingOnly]
    public bool LoadVlmWeights { get; set; }

    /// <summary>Whether tokens stand before and after those of each image.</summary>
    public bool AddImageSpecialTokens { get; set; }

    /// <summary>Where it has <c>cross</c> in it, layers of the action expert attend to the VLM's keys and values alone, except each <see cref="SelfAttnEveryNLayers"/>th.</summary>
    public string AttentionMode { get; set; } = "cross_attn";

    /// <summary>The number of tokens the prefix is padded to; it changes no result.</summary>
    public int PrefixLength { get; set; } = -1;

    /// <summary>A checkpoint's pipelines state what is done.</summary>
    [TrainingOnly]
    public string PadLanguageTo { get; set; } = "longest";

    /// <summary>How many layers the action expert has; 0 or less: as many as the VLM.</summary>
    public int NumExpertLayers { get; set; } = -1;

    /// <summary>How many layers of the VLM are used; 0 or less: all.</summary>
    public int NumVlmLayers { get; set; } = 16;

    public int SelfAttnEveryNLayers { get; set; } = 2;

    /// <summary>The action expert's width by that of the VLM; the tensors tell it.</summary>
    [TrainingOnly]
    public double ExpertWidthMultiplier { get; set; } = 0.75;

    /// <summary>The shortest period of the time embedding.</summary>
    public double MinPeriod { get; set; } = 0.004;

    /// <summary>The longest period of the time embedding.</summary>
    public double MaxPeriod { get; set; } = 4.0;

    /// <summary>Real-time chunking, which an evaluation has not.</summary>
    [TrainingOnly]
    public JsonObject? RtcConfig { get; set; }

    [TrainingOnly]
    public bool CompileModel { get; set; }

    [TrainingOnly]
    public string CompileMode { get; set; } = "max-autotune";

    /// <inheritdoc/>
    [JsonIgnore]
    public override bool CamerasMayBeMissing => true;

    /// <inheritdoc/>
    public override IReadOnlyList<string> Inputs => [FeatureNames.State, .. Images];

    /// <inheritdoc/>
    [JsonIgnore]
    public override IReadOnlyList<(string Name, JsonObject Fields)> InstructionSteps =>
    [
        ("smolvla_new_line_processor", []),
        (TokenizerProcessor.Name, new JsonObject { ["tokenizer_name"] = VlmModelName, ["max_length"] = TokenizerMaxLength, ["padding"] = PadLanguageTo }),
    ];

    /// <inheritdoc/>
    public override PolicyNetwork NewNetwork(StateDict state, IReadOnlyList<(int Height, int Width)> images) => new SmolVlaNetwork(this, state, images);

    /// <summary>Whether the action expert's layer beside a layer of the VLM attends to suffix and prefix, and not to the prefix alone.</summary>
    public bool AttendsToItself(int vlmLayer) => !AttentionMode.Contains("cross", StringComparison.Ordinal)
        || (SelfAttnEveryNLayers > 0 && vlmLayer % SelfAttnEveryNLayers == 0);

    /// <inheritdoc/>
    protected override void CheckFields()
    {
        if (NObsSteps != 1)
            throw Invalid($"n_obs_steps is {NObsSteps}, but SmolVLA reads one observation: it must be 1", "n_obs_steps");
        if (NActionSteps > ChunkSize)
            throw Invalid($"n_action_steps is {NActionSteps}; it must be from 1 to chunk_size, {ChunkSize}", "n_action_steps", "chunk_size");
        if (ResizeImgsWithPadding is not (null or [> 0, > 0]))
            throw Invalid("resize_imgs_with_padding must be [width, height] or null", "resize_imgs_with_padding");
        if (UseDeltaJointActionsAloha)
            throw Invalid("use_delta_joint_actions_aloha is true, which LeRobot does not run either", "use_delta_joint_actions_aloha");
        if (AdaptToPiAloha)
            throw Invalid("adapt_to_pi_aloha is true: it converts the joints of an ALOHA robot, which no suite here has; make it false if the policy was trained without", "adapt_to_pi_aloha");
        if (!UseCache)
            throw Invalid("use_cache is false; without the cache the action expert does not see the observation: make it true", "use_cache");
        if (NumExpertLayers > 0 && NumVlmLayers > 0 && NumVlmLayers % NumExpertLayers != 0)
            throw Invalid($"num_expert_layers is {NumExpertLayers}; it must divide num_vlm_layers, {NumVlmLayers}", "num_expert_layers", "num_vlm_layers");
        if (RtcConfig?["enabled"] is JsonValue enabled && enabled.ToString() == "true")
            throw Invalid("rtc_config.enabled is true, but an evaluation has no real-time chunking, with lerobot-eval neither; make rtc_config null", "rtc_config");
        if (RobotState is not { Shape: [var state] })
            throw Invalid("input_features has no 'observation.state' of type STATE with one dimension", "input_features");
        if (state > MaxStateDim)
            throw Invalid($"max_state_dim is {MaxStateDim}, but 'observation.state' has {state} numbers", "max_state_dim", "input_features");
        if (ActionDim > MaxActionDim)
            throw Invalid($"max_action_dim is {MaxActionDim}, but an action has {ActionDim} numbers", "max_action_dim", "output_features");
        if (Images.Count == 0)
            throw Invalid("input_features has no image", "input_features");
    }
}
