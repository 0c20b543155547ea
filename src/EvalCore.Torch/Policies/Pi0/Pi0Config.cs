using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using EvalCore.Torch.Checkpoints;
using EvalCore.Torch.Processors;

namespace EvalCore.Torch.Policies.Pi0;

/// <summary>LeRobot v0.6.1's <c>PI0Config</c>: fields and defaults.</summary>
internal sealed class Pi0Config : PiConfig
{
    /// <inheritdoc/>
    [JsonIgnore]
    public override string Type => "pi0";

    /// <inheritdoc/>
    public override int TokenizerMaxLength { get; set; } = 48;

    /// <inheritdoc/>
    public override Dictionary<string, string> NormalizationMapping { get; set; } = new()
    {
        ["VISUAL"] = "IDENTITY",
        ["STATE"] = "MEAN_STD",
        ["ACTION"] = "MEAN_STD",
    };

    /// <inheritdoc/>
    [JsonIgnore]
    public override IReadOnlyList<(string Name, JsonObject Fields)> InstructionSteps =>
    [
        ("pi0_new_line_processor", []),
        (TokenizerProcessor.Name, new JsonObject { ["tokenizer_name"] = "google/paligemma-3b-pt-224", ["max_length"] = TokenizerMaxLength }),
    ];

    /// <inheritdoc/>
    public override PolicyNetwork NewNetwork(StateDict state, IReadOnlyList<(int Height, int Width)> images)
    {
        // A file from openpi has no prefix, and may name the time's MLP as pi0.5 does.
        state.Rename(name => name.StartsWith("model.", StringComparison.Ordinal) ? name
            : $"model.{(name.StartsWith("time_mlp_", StringComparison.Ordinal) ? $"action_{name}" : name)}");
        return new PiNetwork(this, state, new Pi0Suffix(this, state["model"]));
    }
}
