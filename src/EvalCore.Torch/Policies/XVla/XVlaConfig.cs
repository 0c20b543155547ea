using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using EvalCore.Environments;
using EvalCore.Torch.Checkpoints;
using EvalCore.Torch.Processors;

namespace EvalCore.Torch.Policies.XVla;

/// <summary>LeRobot v0.6.1's <c>XVLAConfig</c>: fields and defaults.</summary>
internal sealed class XVlaConfig : LanguageConfig
{
    /// <inheritdoc/>
    [JsonIgnore]
    public override string Type => "xvla";

    /// <summary>How many actions the network predicts.</summary>
    [Range(1, 10_000)]
    public int ChunkSize { get; set; } = 32;

    /// <summary>How many of them are played before the network runs again.</summary>
    [Range(1, int.MaxValue)]
    [Description("how many actions of a chunk are played before the network runs again")]
    public int NActionSteps { get; set; } = 32;

    /// <summary>The type that the network computes in.</summary>
    [AllowedValues("float32", "bfloat16")]
    [Description("the type that the network computes in")]
    public string Dtype { get; set; } = "float32";

    [TrainingOnly]
    public override Dictionary<string, string> NormalizationMapping { get; set; } = new()
    {
        ["VISUAL"] = "IDENTITY",
        ["STATE"] = "IDENTITY",
        ["ACTION"] = "IDENTITY",
    };

    /// <summary>What the tensors do not say about Florence-2: <c>florence_config</c> of the file.</summary>
    [JsonIgnore]
    public FlorenceConfig Florence { get; private set; } = new();

    public string TokenizerName { get; set; } = "facebook/bart-large";

    [Range(1, int.MaxValue)]
    public int TokenizerMaxLength { get; set; } = 64;

    public string TokenizerPaddingSide { get; set; } = "right";

    public string PadLanguageTo { get; set; } = "max_length";

    [Range(1, int.MaxValue)]
    public int HiddenSize { get; set; } = 1024;

    [Range(0, int.MaxValue)]
    public int Depth { get; set; } = 24;

    [Range(1, int.MaxValue)]
    public int NumHeads { get; set; } = 16;

    public double MlpRatio { get; set; } = 4.0;

    /// <summary>For how many robots and data sets there are soft prompts and projections.</summary>
    [Range(1, int.MaxValue)]
    public int NumDomains { get; set; } = 30;

    [Range(0, int.MaxValue)]
    public int LenSoftPrompts { get; set; } = 32;

    [Range(1, int.MaxValue)]
    public int DimTime { get; set; } = 32;

    /// <summary>For how many tokens, without the soft prompts, there are positions.</summary>
    [Range(1, int.MaxValue)]
    public int MaxLenSeq { get; set; } = 512;

    public bool UseHeteroProj { get; set; }

    /// <summary>What an action's numbers are: see <see cref="XVla.ActionMode"/>.</summary>
    public string ActionMode { get; set; } = "ee6d";

    [Range(1, 10_000)]
    [Description("how many denoising steps an inference has")]
    public int NumDenoisingSteps { get; set; } = 10;

    public bool UseProprio { get; set; } = true;

    [Range(1, int.MaxValue)]
    public int MaxStateDim { get; set; } = 32;

    [Range(1, int.MaxValue)]
    public int MaxActionDim { get; set; } = 20;

    /// <summary>The entry of the network's input that has the domain; null: <c>domain_id</c>.</summary>
    public string? DomainFeatureKey { get; set; }

    /// <summary>Height and width images are resized to, or null.</summary>
    public int[]? ResizeImgsWithPadding { get; set; }

    [Range(1, int.MaxValue)]
    public int? NumImageViews { get; set; }

    [Range(0, int.MaxValue)]
    public int EmptyCameras { get; set; }

    [TrainingOnly]
    public bool FreezeVisionEncoder { get; set; }

    [TrainingOnly]
    public bool FreezeLanguageEncoder { get; set; }

    [TrainingOnly]
    public bool TrainPolicyTransformer { get; set; } = true;

    [TrainingOnly]
    public bool TrainSoftPrompts { get; set; } = true;

    [TrainingOnly]
    public double OptimizerLr { get; set; } = 1e-4;

    [TrainingOnly]
    public double[] OptimizerBetas { get; set; } = [0.9, 0.99];

    [TrainingOnly]
    public double OptimizerEps { get; set; } = 1e-8;

    [TrainingOnly]
    public double OptimizerWeightDecay { get; set; }

    [TrainingOnly]
    public double OptimizerGradClipNorm { get; set; } = 10.0;

    [TrainingOnly]
    public double OptimizerSoftPromptLrScale { get; set; } = 1.0;

    [TrainingOnly]
    public double? OptimizerSoftPromptWarmupLrScale { get; set; }

    [TrainingOnly]
    public int SchedulerWarmupSteps { get; set; } = 1_000;

    [TrainingOnly]
    public int SchedulerDecaySteps { get; set; } = 30_000;

    [TrainingOnly]
    public double SchedulerDecayLr { get; set; } = 2.5e-6;

    /// <summary>Without an image of its own, a camera has the features zero.</summary>
    [JsonIgnore]
    public override bool CamerasMayBeMissing => true;

    /// <summary>The robot's state, where the network reads it, and the images.</summary>
    public override IReadOnlyList<string> Inputs => [.. UseProprio ? (string[])[FeatureNames.State] : [], .. Images];

    /// <summary>For how many images there are tokens, with those that are missing.</summary>
    public int Views => Math.Max(NumImageViews ?? 0, Images.Count + EmptyCameras);

    /// <summary>Numbers of the state in the network.</summary>
    public int ProprioDim => UseProprio ? MaxStateDim : 0;

    /// <summary>
    /// LeRobot's <c>make_xvla_libero_pre_post_processors</c>, for an environment that observes the hand's rotation matrix. The
    /// domain that its steps give never reaches the network.
    /// </summary>
    public override EnvironmentProcessors? ProcessorsFor(ObservationSpace space)
    {
        if (space.FirstOrDefault(field => field.Key == XVlaLiberoProcessor.EefMatrix) is not { } matrix
            || space.FirstOrDefault(field => field.Key == FeatureNames.State) is not { } state)
            return null;
        return new EnvironmentProcessors
        {
            ObservationSpace = new ObservationSpace(space.Where(field => field != matrix).Select(field =>
                field == state ? ObservationField.Vector(state.Key, XVlaLiberoProcessor.StateLength) : field)),
            Sources = new Dictionary<string, IReadOnlyList<ObservationField>> { [state.Key] = [state, matrix] },
            ActionDimension = XVlaRotationProcessor.Outputs,
            Note = actions => actions.Components.Take(3).Any(component => component.IsRelative)
                ? "X-VLA's actions are positions and orientations, but the environment's are relative to the hand; give --env.control_mode=absolute"
                : null,
            NewPreprocessor = device =>
            [
                (XVlaLiberoProcessor.Name, new XVlaLiberoProcessor()),
                (XVlaImageNetNormalizeProcessor.Name, new XVlaImageNetNormalizeProcessor(
                    new ProcessorStepContext(Folder.Config, XVlaImageNetNormalizeProcessor.Name, [], null, device, Tokenizers))),
            ],
            NewPostprocessor = () => [(XVlaRotationProcessor.Name, new XVlaRotationProcessor())],
        };
    }

    /// <inheritdoc/>
    public override PolicyNetwork NewNetwork(StateDict state, IReadOnlyList<(int Height, int Width)> images) => new XVlaNetwork(this, state, images);

    /// <inheritdoc/>
    protected override bool BindNested(string name, JsonNode? value)
    {
        if (name != "florence_config")
            return false;
        Florence = FlorenceConfig.Read(Folder.Config, value);
        return true;
    }

    /// <inheritdoc/>
    protected override void CheckFields()
    {
        if (NObsSteps != 1)
            throw Invalid($"n_obs_steps is {NObsSteps}, but X-VLA reads one observation: it must be 1", "n_obs_steps");
        if (NActionSteps > ChunkSize)
            throw Invalid($"n_action_steps is {NActionSteps}; it must be from 1 to chunk_size, {ChunkSize}", "n_action_steps", "chunk_size");
        if (Images.Count == 0)
            throw Invalid("input_features has no image", "input_features");
        if (UseProprio && RobotState is null)
            throw Invalid("input_features has no 'observation.state' of type STATE, which use_proprio reads", "input_features", "use_proprio");
        if (HiddenSize % NumHeads != 0)
            throw Invalid($"hidden_size is {HiddenSize}; it must be a multiple of num_heads, {NumHeads}", "hidden_size", "num_heads");
        if (ResizeImgsWithPadding is not (null or [> 0, > 0]))
            throw Invalid("resize_imgs_with_padding must be [height, width]", "resize_imgs_with_padding");
        var mode = XVla.ActionMode.Find(this) ?? throw Invalid($"action_mode is '{ActionMode}'; known are {string.Join(", ", XVla.ActionMode.Names)}", "action_mode");
        if (ActionDim != mode.ActionDim)
            throw Invalid($"output_features has an 'action' of {ActionDim} numbers, but action_mode {ActionMode} gives {mode.ActionDim}", "output_features", "action_mode");
        if (mode.ActionDim > mode.Width)
            throw Invalid($"max_action_dim is {MaxActionDim}; the actions have {ActionDim} numbers", "max_action_dim");
        if (UseProprio && mode.Grippers.Any(gripper => gripper >= MaxStateDim))
            throw Invalid($"max_state_dim is {MaxStateDim}; action_mode {ActionMode} needs {mode.Grippers.Max() + 1} or more", "max_state_dim", "action_mode");
    }
}
