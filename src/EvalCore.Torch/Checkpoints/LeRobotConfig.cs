using System.Collections.Immutable;
using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using EvalCore.Environments;
using EvalCore.Hub;
using EvalCore.Options;
using EvalCore.Policies;
using EvalCore.Torch.Policies;
using EvalCore.Torch.Processors;
using EvalCore.Torch.Tokenizers;

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

    [TrainingOnly]
    public bool PushToHub { get; set; } = true;

    [TrainingOnly]
    public string? RepoId { get; set; }

    [TrainingOnly]
    public bool? Private { get; set; }

    [TrainingOnly]
    public string[]? Tags { get; set; }

    [TrainingOnly]
    public string? License { get; set; }

    [TrainingOnly]
    public string? PretrainedPath { get; set; }

    [TrainingOnly]
    public string? PretrainedRevision { get; set; }

    /// <summary>From a feature's type to how it is normalised. A checkpoint's pipelines state what is done.</summary>
    [TrainingOnly]
    public abstract Dictionary<string, string> NormalizationMapping { get; set; }

    /// <summary>Whether the file has automatic mixed precision, which only the flag decides here.</summary>
    [JsonIgnore]
    public bool AmpInFile { get; private set; }

    /// <summary>Keys of the file that no field has.</summary>
    [JsonIgnore]
    public IReadOnlyList<string> UnknownFields { get; private set; } = [];

    /// <summary>The processor steps that pipelines may have.</summary>
    [JsonIgnore]
    public ProcessorStepRegistry ProcessorSteps { get; set; } = new();

    /// <summary>The checkpoint's tokenizers.</summary>
    [JsonIgnore]
    public TokenizerFolders Tokenizers => field ??= new TokenizerFolders(Folder.Root, TokenizersGiven, Hub);

    /// <summary>Where the tokenizers are downloaded from that are not on this machine.</summary>
    [JsonIgnore]
    public HubClient Hub { get; set; } = HubClient.Default;

    /// <summary>The checkpoint on the Hugging Face Hub; null for a folder.</summary>
    [JsonIgnore]
    public HubCheckpoint? Repository { get; set; }

    /// <summary>The checkpoint's files.</summary>
    /// <exception cref="EvalCoreException">No path is given.</exception>
    public CheckpointFolder Folder => new(Repository?.Folder ?? Path ?? throw new EvalCoreException(
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

    /// <summary>
    /// The steps of a pre-processor that make tokens of the instruction, for a checkpoint from before LeRobot had pipelines.
    /// </summary>
    [JsonIgnore]
    public virtual IReadOnlyList<(string Name, JsonObject Fields)> InstructionSteps => [];

    /// <summary>The folder of tokenizers that a flag gives; null without it.</summary>
    protected virtual string? TokenizersGiven => null;

    /// <summary>The inputs that the network reads.</summary>
    public virtual IReadOnlyList<string> Inputs =>
    [
        .. RobotState is null ? (string[])[] : [FeatureNames.State],
        .. EnvState is null ? (string[])[] : [EnvState],
        .. Images,
    ];

    /// <summary>Whether the network does without some of the <see cref="Images"/>, as long as one is there.</summary>
    [JsonIgnore]
    public virtual bool CamerasMayBeMissing => false;

    /// <summary>Gives the fields the values that <c>config.json</c> states.</summary>
    /// <param name="values">The file's content.</param>
    /// <exception cref="EvalCoreException">A field has a value that it cannot have.</exception>
    public void Bind(JsonObject values)
    {
        AmpInFile = values["use_amp"] is JsonValue amp && amp.ToString() == "true";
        var decoded = new JsonObject();
        var fields = Fields();
        foreach (var (name, value) in values)
        {
            if (OfFlagsAlone.Contains(name) || BindNested(name, value))
                continue;
            var field = fields.GetValueOrDefault(name);
            var node = field is null ? value?.DeepClone() : FieldDecoder.Decode(value?.DeepClone(), field);
            if (node is null && name is "input_features" or "output_features")
                continue;
            if (field?.PropertyType == typeof(OrderedDictionary<string, PolicyFeature>))
                PolicyFeature.Check($"{Folder.Config}: {name}", node);
            if (!(field is not null && IsTrainingOnly(field) && field.PropertyType == typeof(double) && node?.GetValueKind() == JsonValueKind.String && IsNonFinite(node)))
                decoded.Add(name, node?.Parent is null ? node : node.DeepClone());
        }

        UnknownFields = OptionProperty.Bind(this, Folder.Config, decoded);
    }

    /// <summary>The flags that were given and decide nothing in an evaluation.</summary>
    public IEnumerable<string> WithoutEffect()
    {
        var fields = Fields();
        return Given.Where(name => fields.TryGetValue(name, out var field) && IsTrainingOnly(field));
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
    public sealed override async Task<PolicyDownload?> FindMissing(Func<PolicyContext> context, CancellationToken cancellation)
    {
        try
        {
            if (Repository is not null)
            {
                // What does not fit is said before gigabytes are downloaded.
                if (Repository.Missing.Count > 0 && context() is var fitting)
                {
                    LeRobotPolicy.CheckFit(this, fitting);
                    _ = InputFields.Find(this, fitting with { Warn = _ => { } });
                }

                await Repository.FetchPipelines(cancellation).ConfigureAwait(false);
            }

            // Tokenizers come first: one that needs a token is small, and is reported before the weights are here.
            var tokenizers = await Tokenizers.FindMissing(TextTokenizers(), cancellation).ConfigureAwait(false);
            var weights = Repository?.Missing ?? [];
            string[] titles = [.. tokenizers.Select(tokenizer => tokenizer.Name), .. weights.Count > 0 ? (string[])[Repository!.Repository.Id] : []];
            if (titles.Length == 0)
                return null;
            return new PolicyDownload(
                string.Join(" and ", titles), tokenizers.Sum(tokenizer => tokenizer.Files.Sum(file => file.Bytes)) + weights.Sum(file => file.Bytes), Run);

            async Task Run(IProgress<long>? progress, CancellationToken stop)
            {
                long before = 0;
                foreach (var tokenizer in tokenizers)
                {
                    await tokenizer.Fetch(Behind(before), stop).ConfigureAwait(false);
                    before += tokenizer.Files.Sum(file => file.Bytes);
                }

                try
                {
                    if (weights.Count > 0)
                        await Repository!.Fetch(Behind(before), stop).ConfigureAwait(false);
                }
                catch (HubException e)
                {
                    throw Failed(e);
                }

                IProgress<long>? Behind(long bytes) => progress is null ? null : new Offset(progress, bytes);
            }
        }
        catch (HubException e)
        {
            throw Failed(e);
        }

        static EvalCoreException Failed(HubException e) => new($"--policy.path: {e.Message}", e);
    }

    /// <inheritdoc/>
    public sealed override IPolicy Make(PolicyContext context)
    {
        if (FindMissing(() => context, CancellationToken.None).GetAwaiter().GetResult() is { } missing)
        {
            context.Warn(string.Create(CultureInfo.InvariantCulture, $"fetching {missing.Title}, {missing.Bytes / 1e6:0.0} MB"));
            missing.Run(null, CancellationToken.None).GetAwaiter().GetResult();
        }

        return LeRobotPolicy.Load(this, context);
    }

    /// <summary>The tokenizers of instructions that the pre-processor names. What cannot be read is reported when it is made.</summary>
    private List<string> TextTokenizers()
    {
        try
        {
            var steps = Folder.HasPipelines
                ? (JsonFile.Read(Folder.Preprocessor, "a processor pipeline")["steps"] as JsonArray ?? []).Select(step => (step as JsonObject)?["config"] as JsonObject)
                : InstructionSteps.Select(step => (JsonObject?)step.Fields);
            return [.. steps.Select(fields => fields?["tokenizer_name"] is JsonValue value && value.TryGetValue(out string? name) ? name : null).OfType<string>().Distinct()];
        }
        catch (Exception e) when (e is EvalCoreException or InvalidOperationException or ArgumentException)
        {
            return [];
        }
    }

    /// <summary>What a user should know of values that go together but may not do what they say, one line each.</summary>
    public virtual IEnumerable<string> Notes => [];

    /// <summary>The steps that the policy has for an environment; null where its pipelines take and give what the environment does.</summary>
    /// <param name="space">What the environment observes.</param>
    public virtual EnvironmentProcessors? ProcessorsFor(ObservationSpace space) => null;

    /// <summary>Builds the network.</summary>
    /// <param name="state">Its parameters; belong to the network from here on.</param>
    /// <param name="images">Height and width of each image, in the order of <see cref="Images"/>.</param>
    public abstract PolicyNetwork NewNetwork(StateDict state, IReadOnlyList<(int Height, int Width)> images);

    /// <summary>
    /// The fields of the policy itself that flags have given a value, with that value as JSON: what makes it another policy
    /// than the file describes. Where the tokenizers are does not: the hashes of their files tell which they are.
    /// </summary>
    public IEnumerable<KeyValuePair<string, string>> Overrides()
    {
        var ofEveryPolicy = OptionProperty.Of(typeof(PolicyConfig)).Select(property => property.Name);
        var own = Given.Except(ofEveryPolicy).Where(name => name != LanguageConfig.TokenizerFlag).ToHashSet();
        return own.Count == 0 ? [] : OptionProperty.Of(GetType()).Where(property => own.Contains(property.Name))
            .OrderBy(property => property.Name, StringComparer.Ordinal)
            .Select(property => KeyValuePair.Create(property.Name, property.JsonOf(this)?.ToJsonString() ?? "null"));
    }

    private static bool IsTrainingOnly(PropertyInfo field) => field.GetCustomAttribute<TrainingOnlyAttribute>(inherit: true) is not null;

    private static bool IsNonFinite(JsonNode value) =>
        value.GetValue<string>().Trim().TrimStart('+', '-').ToLowerInvariant() is "nan" or "inf" or "infinity";

    private Dictionary<string, PropertyInfo> Fields() => GetType().GetProperties()
        .Where(property => property.SetMethod is { IsPublic: true } && property.GetCustomAttribute<JsonIgnoreAttribute>(inherit: true) is null)
        .ToDictionary(property => JsonNamingPolicy.SnakeCaseLower.ConvertName(property.Name));

    /// <summary>Reads a field of the file that has fields of its own and is no flag.</summary>
    /// <param name="name">The field's name in the file.</param>
    /// <param name="value">Its value there.</param>
    /// <returns>Whether there is such a field.</returns>
    /// <exception cref="EvalCoreException">It has a value that it cannot have.</exception>
    protected virtual bool BindNested(string name, JsonNode? value) => false;

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

    /// <summary>The progress of one of several downloads.</summary>
    private sealed class Offset(IProgress<long> all, long before) : IProgress<long>
    {
        public void Report(long value) => all.Report(before + value);
    }
}
