using System.ComponentModel.DataAnnotations;
using System.Text.Json.Nodes;
using EvalCore.Options;

namespace EvalCore.Torch.Policies.XVla;

/// <summary>
/// What the tensors of Florence-2 (Xiao et al., 2024) do not say. Defaults are those of transformers 5.5.4; older files have
/// some fields under other names, which are not needed: the sizes are read from the tensors.
/// </summary>
internal sealed class FlorenceConfig
{
    /// <summary>The vision tower's fields.</summary>
    public VisionFields Vision { get; } = new();

    /// <summary>The language model's fields.</summary>
    public TextFields Text { get; } = new();

    /// <summary>Reads the field.</summary>
    /// <param name="file">The file, for messages.</param>
    /// <param name="value">The field's value.</param>
    /// <exception cref="EvalCoreException">A field has a value that it cannot have, or describes another network.</exception>
    public static FlorenceConfig Read(string file, JsonNode? value)
    {
        var config = new FlorenceConfig();
        if (value is not JsonObject fields)
            throw new EvalCoreException($"{file}: florence_config must be an object with vision_config and text_config");
        var vision = Part(fields, "vision_config");
        var text = Part(fields, "text_config");
        OptionProperty.Bind(config.Vision, $"{file}: florence_config.vision_config", vision);
        OptionProperty.Bind(config.Text, $"{file}: florence_config.text_config", text);
        Only(vision["model_type"], "vision_config.model_type", "davit", "florence_vision");
        Only(Type("image_pos_embed"), "vision_config.image_pos_embed.type", "learned_abs_2d");
        Only(Type("visual_temporal_embedding"), "vision_config.visual_temporal_embedding.type", "COSINE");
        Only(vision["activation_function"], "vision_config.activation_function", "gelu");
        Only(text["activation_function"], "text_config.activation_function", "gelu");
        if (vision["image_feature_source"] is { } source && source.ToJsonString() != """["spatial_avg_pool","temporal_avg_pool"]""")
            throw new EvalCoreException($"{file}: florence_config.vision_config.image_feature_source is {source.ToJsonString()}; only [\"spatial_avg_pool\",\"temporal_avg_pool\"] is known");
        return config;

        JsonObject Part(JsonObject fields, string name) =>
            fields[name] as JsonObject ?? throw new EvalCoreException($"{file}: florence_config has no {name}");

        JsonNode? Type(string name) => vision[name] switch
        {
            null => null,
            JsonObject embedding => embedding["type"],
            var other => throw new EvalCoreException($"{file}: florence_config.vision_config.{name} is {other.ToJsonString()}; it must be an object with a type"),
        };

        void Only(JsonNode? given, string name, params string[] known)
        {
            string? text = given is JsonValue value ? value.ToString() : given?.ToJsonString();
            if (text is not null && !known.Contains(text))
                throw new EvalCoreException($"{file}: florence_config.{name} is '{text}'; known is {string.Join(" and ", known)}");
        }
    }

    /// <summary>Fields of <c>vision_config</c>, a value for each stage.</summary>
    internal sealed class VisionFields
    {
        public int[] NumHeads { get; set; } = [8, 16, 32, 64];

        public int[] NumGroups { get; set; } = [8, 16, 32, 64];

        public int[] PatchStride { get; set; } = [4, 2, 2, 2];

        public int[] PatchPadding { get; set; } = [3, 1, 1, 1];

        /// <summary>Whether a stage's norm is before its convolution.</summary>
        public bool[] PatchPrenorm { get; set; } = [false, true, true, true];

        /// <summary>Rows and columns of the windows of spatial attention.</summary>
        [Range(1, 1024)]
        public int WindowSize { get; set; } = 12;
    }

    /// <summary>Fields of <c>text_config</c>.</summary>
    internal sealed class TextFields
    {
        [Range(1, int.MaxValue)]
        public int EncoderAttentionHeads { get; set; } = 16;

        /// <summary>Whether embeddings are multiplied by the root of their width.</summary>
        public bool ScaleEmbedding { get; set; }
    }
}
