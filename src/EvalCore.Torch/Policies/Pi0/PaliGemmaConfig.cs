using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using EvalCore.Torch.Checkpoints;
using static TorchSharp.torch;

namespace EvalCore.Torch.Policies.Pi0;

/// <summary>The fields that LeRobot v0.6.1's <c>PI0Config</c>, <c>PI05Config</c> and <c>PI0FastConfig</c> share.</summary>
internal abstract class PaliGemmaConfig : LanguageConfig
{
    /// <summary>The size of PaliGemma's language model; the tensors tell it.</summary>
    [AllowedValues("gemma_300m", "gemma_2b")]
    [TrainingOnly]
    public string PaligemmaVariant { get; set; } = "gemma_2b";

    /// <summary>The size of the action expert; the tensors tell it.</summary>
    [AllowedValues("gemma_300m", "gemma_2b")]
    [TrainingOnly]
    public string ActionExpertVariant { get; set; } = "gemma_300m";

    /// <summary>The type of the language model's and the action expert's weights, <c>float32</c> or <c>bfloat16</c>; norms and images are float32.</summary>
    [AllowedValues("bfloat16", "float32")]
    [Description("the type that the language model and the action expert compute in: bfloat16 needs half the memory")]
    public string Dtype { get; set; } = "float32";

    /// <summary>How many actions the network predicts.</summary>
    [Range(1, 10_000)]
    public int ChunkSize { get; set; } = 50;

    /// <summary>How many of them are played before the network runs again.</summary>
    [Range(1, int.MaxValue)]
    [Description("how many actions of a chunk are played before the network runs again")]
    public int NActionSteps { get; set; } = 50;

    /// <summary>The state is filled with zeros to this many numbers.</summary>
    [Range(1, int.MaxValue)]
    public int MaxStateDim { get; set; } = 32;

    /// <summary>The network's actions have this many numbers; the first ones are played.</summary>
    [Range(1, int.MaxValue)]
    public int MaxActionDim { get; set; } = 32;

    /// <summary>A checkpoint's pipelines state what is done.</summary>
    [TrainingOnly]
    public bool UseRelativeActions { get; set; }

    [TrainingOnly]
    public string[] RelativeExcludeJoints { get; set; } = ["gripper"];

    [TrainingOnly]
    public string[]? ActionFeatureNames { get; set; }

    /// <summary>Real-time chunking, which an evaluation has not.</summary>
    [TrainingOnly]
    public JsonObject? RtcConfig { get; set; }

    /// <summary>Height and width images are resized to.</summary>
    public int[] ImageResolution { get; set; } = [224, 224];

    /// <summary>Cameras that the policy declares and no environment has; the network sees nothing of them.</summary>
    [Range(0, int.MaxValue)]
    [TrainingOnly]
    public int EmptyCameras { get; set; }

    [TrainingOnly]
    public bool GradientCheckpointing { get; set; }

    [TrainingOnly]
    public bool CompileModel { get; set; }

    [TrainingOnly]
    public string CompileMode { get; set; } = "max-autotune";

    [TrainingOnly]
    public double OptimizerLr { get; set; } = 2.5e-5;

    [TrainingOnly]
    public double[] OptimizerBetas { get; set; } = [0.9, 0.95];

    [TrainingOnly]
    public double OptimizerEps { get; set; } = 1e-8;

    [TrainingOnly]
    public double OptimizerWeightDecay { get; set; } = 0.01;

    [TrainingOnly]
    public double OptimizerGradClipNorm { get; set; } = 1.0;

    [TrainingOnly]
    public int SchedulerWarmupSteps { get; set; } = 1000;

    [TrainingOnly]
    public int SchedulerDecaySteps { get; set; } = 30000;

    [TrainingOnly]
    public double SchedulerDecayLr { get; set; } = 2.5e-6;

    /// <summary>A checkpoint's pipelines state what is done.</summary>
    [TrainingOnly]
    public abstract int TokenizerMaxLength { get; set; }

    /// <inheritdoc/>
    [JsonIgnore]
    public override bool CamerasMayBeMissing => true;

    /// <inheritdoc/>
    public override IReadOnlyList<string> Inputs => [FeatureNames.State, .. Images];

    /// <summary>The type that the language model computes in.</summary>
    [JsonIgnore]
    public ScalarType ComputeType => Dtype == "bfloat16" ? ScalarType.BFloat16 : ScalarType.Float32;

    /// <summary>Checks that images are resized to what the vision tower reads.</summary>
    /// <param name="size">Height and width of an image that it reads.</param>
    /// <param name="state">Where it comes from.</param>
    /// <exception cref="EvalCoreException">They are not.</exception>
    public void CheckImageSize(long size, StateDict state)
    {
        if (size != ImageResolution[0])
        {
            throw new EvalCoreException(
                $"{Folder.Config}: image_resolution is {ImageResolution[0]}, but the vision tower of {System.IO.Path.GetFileName(state.Paths[0])} reads images of {size}");
        }
    }

    /// <inheritdoc/>
    protected override void CheckFields()
    {
        if (NObsSteps != 1)
            throw Invalid($"n_obs_steps is {NObsSteps}, but {Type} reads one observation: it must be 1", "n_obs_steps");
        if (NActionSteps > ChunkSize)
            throw Invalid($"n_action_steps is {NActionSteps}; it must be from 1 to chunk_size, {ChunkSize}", "n_action_steps", "chunk_size");
        if (ImageResolution is not [> 0, > 0] || ImageResolution[0] != ImageResolution[1])
            throw Invalid($"image_resolution is [{string.Join(", ", ImageResolution)}]; it must be two equal positive numbers", "image_resolution");
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
