using System.ComponentModel;
using System.Text.Json.Serialization;
using EvalCore.Options;

namespace EvalCore.Torch.Checkpoints;

/// <summary>The fields of a policy that reads an instruction: with the flag that says where its tokenizer is.</summary>
internal abstract class LanguageConfig : LeRobotConfig
{
    /// <summary>The name of the flag.</summary>
    public const string TokenizerFlag = "tokenizer_path";

    /// <summary>
    /// The folder with the files of the policy's tokenizers, or with a folder of each, named by the last part of the
    /// tokenizer's name; null: they are in the checkpoint's folder, in Hugging Face's cache, or on the Hugging Face Hub.
    /// </summary>
    [Placeholder("DIR")]
    [Description("the folder of the policy's tokenizer, where it is to be neither the checkpoint's nor that of the Hugging Face Hub")]
    public string? TokenizerPath { get; set; }

    /// <inheritdoc/>
    [JsonIgnore]
    protected override string? TokenizersGiven => TokenizerPath;
}
