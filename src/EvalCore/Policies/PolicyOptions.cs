using System.ComponentModel;
using System.Text.Json.Serialization;
using EvalCore.Options;

namespace EvalCore.Policies;

/// <summary>Which policy is evaluated: the flags <c>--policy.*</c>.</summary>
public sealed class PolicyOptions
{
    /// <summary>The checkpoint's folder, as LeRobot writes it; null for a built-in policy.</summary>
    [Placeholder("DIR")]
    [Description("the checkpoint's folder, as LeRobot writes it (pretrained_model/)")]
    public string? Path { get; set; }

    /// <summary>The policy's type: read from the checkpoint, or the name of a built-in policy.</summary>
    [Placeholder("NAME")]
    [Description("a built-in policy instead of a checkpoint; see evalcore list")]
    public string? Type { get; set; }

    /// <summary><c>cuda</c> or <c>cpu</c>. Where there is no GPU the run warns once and takes the CPU.</summary>
    [Placeholder("cuda|cpu")]
    [Description("cuda, cuda:N or cpu; without a GPU the CPU is taken")]
    public string Device { get; set; } = "cuda";

    /// <summary>Automatic mixed precision. Accepted, but TorchSharp 0.107 has none: float32 is computed, and a note says so.</summary>
    [Description("accepted; not available yet, a note says so")]
    public bool UseAmp { get; set; }

    /// <summary><c>exact</c> (results do not depend on the batch size), <c>dynamic</c> (fastest), or null: exact.</summary>
    [Placeholder("exact|dynamic")]
    [Description("no result depends on the batch size (default), or fastest")]
    public string? Batching { get; set; }

    /// <summary>The run's seed: the base of the per-episode generators of policies that draw noise.</summary>
    [JsonIgnore]
    public long Seed { get; set; } = 1000;

    /// <summary>New names for the environment's observation keys: from old to new.</summary>
    [JsonIgnore]
    public IReadOnlyDictionary<string, string> RenameMap { get; set; } = new Dictionary<string, string>();

    /// <summary>
    /// Fields of the policy's configuration to replace, for example <c>n_action_steps</c> to <c>4</c>, as given to
    /// <c>--policy.&lt;field&gt;</c>.
    /// </summary>
    [JsonIgnore]
    public IReadOnlyDictionary<string, string> Overrides { get; set; } = new Dictionary<string, string>();
}
