using System.ComponentModel;
using System.Text.Json.Serialization;
using EvalCore.Options;

namespace EvalCore.Policies;

/// <summary>
/// The flags of a policy: LeRobot's <c>PreTrainedConfig</c>. Each public settable property is a flag
/// <c>--policy.&lt;name&gt;</c>, in snake case. A family of policies derives a class with its own flags;
/// <see cref="Make"/> makes the policy that they describe.
/// </summary>
public abstract class PolicyConfig
{
    /// <summary>The type of the policy, for example <c>act</c>: the value of <c>--policy.type</c> for built-in policies.</summary>
    [JsonIgnore]
    public abstract string Type { get; }

    /// <summary>The value of <c>--policy.path</c>; null for a built-in policy.</summary>
    [JsonIgnore]
    public string? Path { get; set; }

    /// <summary>
    /// <c>cuda</c>, <c>cuda:N</c> or <c>cpu</c>. Without a GPU the CPU is used, and a note is printed.
    /// </summary>
    [Placeholder("cuda|cuda:N|cpu")]
    [Description("the device that runs the policy; without a GPU the CPU is used")]
    public DeviceName Device { get; set; } = DeviceName.Cuda;

    /// <summary>
    /// Automatic mixed precision: products compute in bfloat16 on a CPU and in float16 on a GPU, as with torch's autocast. A policy
    /// without it computes as it does otherwise.
    /// </summary>
    [Description("mixed precision: float16 on a GPU, bfloat16 on a CPU")]
    public bool UseAmp { get; set; }

    /// <summary>How forward passes may be batched; null means <see cref="Policies.Batching.Exact"/>.</summary>
    [Description("exact, the default: no result depends on the batch size; dynamic: fastest")]
    public Batching? Batching { get; set; }

    /// <summary>
    /// The names of the properties that flags have set, overriding the policy's own file; for <c>provenance</c>, and to
    /// resume a run.
    /// </summary>
    [JsonIgnore]
    public IReadOnlyList<string> Given { get; set; } = [];

    /// <summary>Gives a flag a value, as <c>--policy.FIELD=VALUE</c> does.</summary>
    /// <param name="field">The flag's name in snake case, for example <c>n_action_steps</c>.</param>
    /// <param name="value">The value as text.</param>
    /// <exception cref="EvalCoreException">The policy has no such flag, or the flag cannot have this value.</exception>
    public void Set(string field, string value)
    {
        var set = new OptionSet([$"--policy.{field}={value}"]);
        Given = [.. Given.Union(set.Bind(this, "policy."))];
        set.Finish("eval");
    }

    /// <summary>Checks the flags before the policy is made.</summary>
    /// <exception cref="EvalCoreException">The value of a flag is invalid; the message names the flag.</exception>
    public virtual void Validate() => OptionProperty.Check(this, "policy.");

    /// <summary>
    /// What must be downloaded before the policy can be made, once its flags and its own files have been checked as far as they
    /// are on this machine; null for nothing. <see cref="Make"/> downloads it where it was not done before.
    /// </summary>
    /// <param name="context">Makes what the policy will observe and act on; called where something must be downloaded.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <exception cref="EvalCoreException">The policy does not fit the environment, or its source cannot be asked.</exception>
    public virtual Task<PolicyDownload?> FindMissing(Func<PolicyContext> context, CancellationToken cancellation) => Task.FromResult<PolicyDownload?>(null);

    /// <summary>Makes the policy.</summary>
    /// <param name="context">The observation and action spaces, and the receiver of notes.</param>
    /// <exception cref="EvalCoreException">The policy is damaged or missing, or it does not fit the environment.</exception>
    public abstract IPolicy Make(PolicyContext context);
}
