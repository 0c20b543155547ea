using System.Collections.Immutable;
using System.ComponentModel.DataAnnotations;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using EvalCore.Options;
using EvalCore.Policies;
using EvalCore.Torch.Policies;
using EvalCore.Torch.Processors;

namespace EvalCore.Torch.Checkpoints;

/// <summary>
/// The fields of <c>config.json</c> that all policies have: LeRobot v0.6.1's <c>PreTrainedConfig</c>. Property names are
/// LeRobot's in Pascal case; a field that the file lacks has LeRobot's default. A family of policies derives a class with
/// its own fields. Fields that decide something in an evaluation have a description, which makes them part of the help.
/// </summary>
internal abstract class LeRobotConfig : PolicyConfig
{
    /// <summary>The fields that the file has but that only flags decide.</summary>
    private static readonly ImmutableArray<string> OfFlagsAlone = ["type", "device", "use_amp"];

    [Range(1, int.MaxValue)]
    public int NObsSteps { get; set; } = 1;

    /// <summary>In the file's order, which is the order of cameras everywhere.</summary>
    public OrderedDictionary<string, PolicyFeature> InputFeatures { get; set; } = [];

    public OrderedDictionary<string, PolicyFeature> OutputFeatures { get; set; } = [];

    public bool UsePeft { get; set; }

    public bool PushToHub { get; set; } = true;

    public string? RepoId { get; set; }

    public bool? Private { get; set; }

    public string[]? Tags { get; set; }

    public string? License { get; set; }

    public string? PretrainedPath { get; set; }

    public string? PretrainedRevision { get; set; }

    public abstract Dictionary<string, string> NormalizationMapping { get; set; }

    /// <summary>Keys of the file that no field has.</summary>
    [JsonIgnore]
    public IReadOnlyList<string> UnknownFields { get; private set; } = [];

    /// <summary>The processor steps that pipelines may have.</summary>
    [JsonIgnore]
    public ProcessorStepRegistry ProcessorSteps { get; set; } = new();

    /// <summary>The checkpoint's files.</summary>
    /// <exception cref="EvalCoreException">No path is given.</exception>
    public CheckpointFolder Folder => new(Path ?? throw new EvalCoreException(
        $"--policy.path is missing: the folder of a LeRobot checkpoint of type {Type}"));

    /// <summary>The entry of type STATE that is named <c>observation.state</c>, or null.</summary>
    public PolicyFeature? RobotState =>
        InputFeatures.TryGetValue(FeatureNames.State, out var feature) && feature.Type == FeatureType.STATE ? feature : null;

    /// <summary>The first entry of type ENV: its name, or null.</summary>
    public string? EnvState => InputFeatures.FirstOrDefault(input => input.Value.Type == FeatureType.ENV).Key;

    /// <summary>The names of the images, in order.</summary>
    public IReadOnlyList<string> Images =>
        [.. InputFeatures.Where(input => input.Value.Type == FeatureType.VISUAL).Select(input => input.Key)];

    /// <summary>The action dimension.</summary>
    public int ActionDim => OutputFeatures[FeatureNames.Action].Shape[0];

    /// <summary>The inputs that the network reads.</summary>
    public virtual IReadOnlyList<string> Inputs =>
    [
        .. RobotState is null ? (string[])[] : [FeatureNames.State],
        .. EnvState is null ? (string[])[] : [EnvState],
        .. Images,
    ];

    /// <summary>Gives the fields the values that <c>config.json</c> states.</summary>
    /// <param name="values">The file's content.</param>
    /// <exception cref="EvalCoreException">A field has a value that it cannot have.</exception>
    public void Bind(JsonObject values)
    {
        foreach (string name in OfFlagsAlone)
            values.Remove(name);
        UnknownFields = OptionProperty.Bind(this, Folder.Config, values);
    }

    /// <inheritdoc/>
    public sealed override void Validate()
    {
        _ = Folder;
        base.Validate();
        if (UsePeft)
            throw Invalid("use_peft is true; merge the adapter into the model and save it again", "use_peft");
        if (!OutputFeatures.TryGetValue(FeatureNames.Action, out var action) || action.Shape is not [> 0])
            throw Invalid("output_features has no 'action' with one dimension", "output_features");
        CheckFields();
    }

    /// <inheritdoc/>
    public sealed override IPolicy Make(PolicyContext context) => LeRobotPolicy.Load(this, context);

    /// <summary>Builds the network.</summary>
    /// <param name="state">Its parameters; belong to the network from here on.</param>
    /// <param name="images">Height and width of each image, in the order of <see cref="Images"/>.</param>
    public abstract PolicyNetwork NewNetwork(StateDict state, IReadOnlyList<(int Height, int Width)> images);

    /// <summary>
    /// The fields of the policy itself that flags have given a value, with that value as JSON: what makes it another policy
    /// than the file describes.
    /// </summary>
    public IEnumerable<KeyValuePair<string, string>> Overrides()
    {
        var ofEveryPolicy = OptionProperty.Of(typeof(PolicyConfig)).Select(property => property.Name);
        var own = Given.Except(ofEveryPolicy).ToHashSet();
        return own.Count == 0 ? [] : OptionProperty.Of(GetType()).Where(property => own.Contains(property.Name))
            .OrderBy(property => property.Name, StringComparer.Ordinal)
            .Select(property => KeyValuePair.Create(property.Name, property.JsonOf(this)?.ToJsonString() ?? "null"));
    }

    /// <summary>Checks what LeRobot's <c>__post_init__</c> and <c>validate_features</c> check.</summary>
    /// <exception cref="EvalCoreException">Fields do not go together.</exception>
    protected abstract void CheckFields();

    /// <summary>The exception for a field; it names the flag that gave the value, or else the file.</summary>
    /// <param name="problem">The field, its value and what it must be: <c>horizon is 7; it must be even</c>.</param>
    /// <param name="fields">The fields that the problem is about.</param>
    protected EvalCoreException Invalid(string problem, params ReadOnlySpan<string> fields)
    {
        foreach (string field in fields)
        {
            if (Given.Contains(field))
                return new EvalCoreException(problem.StartsWith($"{field} ", StringComparison.Ordinal) ? $"--policy.{problem}" : $"--policy.{field}: {problem}");
        }

        return new EvalCoreException($"{Folder.Config}: {problem}");
    }
}
