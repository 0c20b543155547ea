using System.Text.Json.Serialization;
using EvalCore.Torch.Checkpoints;
using EvalCore.Torch.Policies.Pi0;

namespace EvalCore.Torch.Policies.Pi05;

/// <summary>LeRobot v0.6.1's <c>PI05Config</c>: fields and defaults.</summary>
internal sealed class Pi05Config : PiConfig
{
    /// <inheritdoc/>
    [JsonIgnore]
    public override string Type => "pi05";

    /// <inheritdoc/>
    public override int TokenizerMaxLength { get; set; } = 200;

    /// <inheritdoc/>
    public override Dictionary<string, string> NormalizationMapping { get; set; } = new()
    {
        ["VISUAL"] = "IDENTITY",
        ["STATE"] = "QUANTILES",
        ["ACTION"] = "QUANTILES",
    };

    /// <inheritdoc/>
    public override PolicyNetwork NewNetwork(StateDict state, IReadOnlyList<(int Height, int Width)> images)
    {
        // A file from openpi has no prefix, may name the time's MLP as pi0 does, and may have pi0's projection of the state.
        state.Rename(name => name.StartsWith("model.", StringComparison.Ordinal) ? name
            : name.StartsWith("state_proj.", StringComparison.Ordinal) ? null
            : $"model.{(name.StartsWith("action_time_mlp_", StringComparison.Ordinal) ? name["action_".Length..] : name)}");
        return new PiNetwork(this, state, new Pi05Suffix(this, state["model"]));
    }
}
