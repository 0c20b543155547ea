using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;
using EvalCore.Torch.Checkpoints;
using EvalCore.Torch.Policies.Pi0;

namespace EvalCore.Torch.Policies.Pi0Fast;

/// <summary>LeRobot v0.6.1's <c>PI0FastConfig</c>: fields and defaults.</summary>
internal sealed class Pi0FastConfig : PaliGemmaConfig
{
    /// <inheritdoc/>
    [JsonIgnore]
    public override string Type => "pi0_fast";

    /// <inheritdoc/>
    public override int TokenizerMaxLength { get; set; } = 200;

    [TrainingOnly]
    public int MaxActionTokens { get; set; } = 256;

    /// <summary>The tokenizer whose tokens the language model generates.</summary>
    public string TextTokenizerName { get; set; } = "google/paligemma-3b-pt-224";

    /// <summary>The tokenizer of actions.</summary>
    public string ActionTokenizerName { get; set; } = "lerobot/fast-action-tokenizer";

    /// <summary>0: the most probable token; above: a token is drawn, of probabilities that are the more equal the higher it is.</summary>
    [Range(0, double.MaxValue)]
    [Description("0: the most probable token is taken; above 0: tokens are drawn at random")]
    public double Temperature { get; set; }

    /// <summary>How many tokens are generated at most.</summary>
    [Range(1, 10_000)]
    [Description("how many tokens of an action chunk are generated at most")]
    public int MaxDecodingSteps { get; set; } = 256;

    /// <summary>How many of the text tokenizer's last tokens stand for no action.</summary>
    [Range(0, int.MaxValue)]
    public int FastSkipTokens { get; set; } = 128;

    /// <summary>Whether generated tokens must begin with <c>Action:</c>.</summary>
    [Description("whether generated tokens that do not begin with 'Action:' are an error")]
    public bool ValidateActionTokenPrefix { get; set; } = true;

    /// <summary>Keys and values of earlier tokens are always kept: the tokens are the same without.</summary>
    public bool UseKvCache { get; set; } = true;

    /// <inheritdoc/>
    public override Dictionary<string, string> NormalizationMapping { get; set; } = new()
    {
        ["VISUAL"] = "IDENTITY",
        ["STATE"] = "MEAN_STD",
        ["ACTION"] = "MEAN_STD",
    };

    /// <inheritdoc/>
    public override PolicyNetwork NewNetwork(StateDict state, IReadOnlyList<(int Height, int Width)> images)
    {
        state.Rename(name => name.StartsWith("model.", StringComparison.Ordinal) ? name : $"model.{name}");
        return new Pi0FastNetwork(this, state, new ActionTokens(this));
    }
}
