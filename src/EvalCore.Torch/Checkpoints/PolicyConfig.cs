namespace EvalCore.Torch.Checkpoints;

/// <summary>
/// The fields of <c>config.json</c> that all policies have: LeRobot v0.6.1's <c>PreTrainedConfig</c>. Property names are
/// LeRobot's in Pascal case; a field the file lacks has LeRobot's default.
/// </summary>
internal abstract class PolicyConfig
{
    public string Type { get; set; } = "";

    public int NObsSteps { get; set; } = 1;

    /// <summary>In the file's order, which is the order of cameras everywhere.</summary>
    public OrderedDictionary<string, PolicyFeature> InputFeatures { get; set; } = [];

    public OrderedDictionary<string, PolicyFeature> OutputFeatures { get; set; } = [];

    public string? Device { get; set; }

    public bool UseAmp { get; set; }

    public bool UsePeft { get; set; }

    public bool PushToHub { get; set; } = true;

    public string? RepoId { get; set; }

    public bool? Private { get; set; }

    public string[]? Tags { get; set; }

    public string? License { get; set; }

    public string? PretrainedPath { get; set; }

    public string? PretrainedRevision { get; set; }

    public abstract Dictionary<string, string> NormalizationMapping { get; set; }

    /// <summary>The entry of type STATE that is named <c>observation.state</c>, or null.</summary>
    public PolicyFeature? RobotState =>
        InputFeatures.TryGetValue(ObservationNames.State, out var feature) && feature.Type == FeatureType.STATE ? feature : null;

    /// <summary>The first entry of type ENV: its name, or null.</summary>
    public string? EnvState => InputFeatures.FirstOrDefault(input => input.Value.Type == FeatureType.ENV).Key;

    /// <summary>The names of the pictures, in order.</summary>
    public IReadOnlyList<string> Images =>
        [.. InputFeatures.Where(input => input.Value.Type == FeatureType.VISUAL).Select(input => input.Key)];

    /// <summary>Numbers per action.</summary>
    public int ActionDim { get; set; }

    /// <summary>The inputs the network reads.</summary>
    public virtual IReadOnlyList<string> Inputs =>
    [
        .. RobotState is null ? (string[])[] : [ObservationNames.State],
        .. EnvState is null ? (string[])[] : [EnvState],
        .. Images,
    ];

    /// <summary>Checks what LeRobot's <c>__post_init__</c> and <c>validate_features</c> check.</summary>
    /// <returns>What is wrong: the field and what it must be; null when all is well.</returns>
    public abstract string? Validate();
}
