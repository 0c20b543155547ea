using System.Text.Json.Nodes;
using EvalCore.Options;
using EvalCore.Torch.Policies.Act;
using EvalCore.Torch.Policies.Diffusion;

namespace EvalCore.Torch.Tests.Checkpoints;

/// <summary>The values of config.json's fields that LeRobot's parser reads (draccus 0.11.6), and those that it refuses.</summary>
public sealed class FieldDecoderTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("evalcore-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    // Whole numbers: int(x), but no floats.
    [InlineData("n_heads", "4", "4")]
    [InlineData("n_heads", "true", "1")]
    [InlineData("n_heads", "\"4\"", "4")]
    [InlineData("n_heads", "\" 1_6 \"", "16")]
    [InlineData("n_heads", "4.0", null)]
    [InlineData("n_heads", "4e0", null)]
    [InlineData("n_heads", "\"4.0\"", null)]
    [InlineData("n_heads", "\"_4\"", null)]
    [InlineData("n_heads", "null", null)]
    [InlineData("n_heads", "[4]", null)]
    // Numbers: float(x).
    [InlineData("dropout", "0", "0")]
    [InlineData("dropout", "true", "1")]
    [InlineData("dropout", "\"1e-1\"", "0.1")]
    [InlineData("dropout", "\"lots\"", null)]
    [InlineData("dropout", "null", null)]
    [InlineData("kl_weight", "Infinity", "10")] // not used, so not kept
    [InlineData("kl_weight", "\"nan\"", "10")]
    [InlineData("temporal_ensemble_coeff", "null", "null")]
    [InlineData("temporal_ensemble_coeff", "\"0.01\"", "0.01")]
    // Booleans: true, false and these as strings.
    [InlineData("pre_norm", "true", "true")]
    [InlineData("pre_norm", "\"true\"", "true")]
    [InlineData("pre_norm", "1", null)]
    [InlineData("pre_norm", "0", null)]
    [InlineData("pre_norm", "\"True\"", null)]
    [InlineData("pre_norm", "null", null)]
    [InlineData("private", "null", "null")]
    [InlineData("private", "\"false\"", "false")]
    // Declared a whole number, with the value of a boolean.
    [InlineData("replace_final_stride_with_dilation", "0", "false")]
    [InlineData("replace_final_stride_with_dilation", "1", "true")]
    [InlineData("replace_final_stride_with_dilation", "2", "true")]
    [InlineData("replace_final_stride_with_dilation", "false", "false")]
    [InlineData("replace_final_stride_with_dilation", "true", "true")]
    [InlineData("replace_final_stride_with_dilation", "\"1\"", "true")]
    [InlineData("replace_final_stride_with_dilation", "1.0", null)]
    [InlineData("replace_final_stride_with_dilation", "\"true\"", null)]
    // Strings: str(x).
    [InlineData("license", "5", "\"5\"")]
    [InlineData("license", "true", "\"True\"")]
    [InlineData("license", "null", "null")]
    [InlineData("vision_backbone", "null", "\"None\"")]
    [InlineData("feedforward_activation", "null", null)]
    // Lists, maps, features.
    [InlineData("tags", "[\"a\", 1]", "[\"a\",\"1\"]")]
    [InlineData("tags", "\"a\"", null)]
    [InlineData("normalization_mapping", "{\"STATE\": \"MIN_MAX\"}", "{\"STATE\":\"MIN_MAX\"}")]
    [InlineData("normalization_mapping", "[[\"STATE\", \"MIN_MAX\"]]", "{\"STATE\":\"MIN_MAX\"}")]
    [InlineData("normalization_mapping", "null", null)]
    [InlineData("input_features", "null", "{}")]
    [InlineData("input_features", "{\"observation.state\": {\"type\": \"STATE\", \"shape\": [\"3\"]}}", "{\"observation.state\":{\"type\":\"STATE\",\"shape\":[3]}}")]
    [InlineData("input_features", "{\"observation.state\": {\"type\": \"STATE\", \"shape\": [3.0]}}", null)]
    [InlineData("input_features", "{\"observation.state\": {\"type\": \"FEELING\", \"shape\": [3]}}", null)]
    public void A_field_is_read_as_LeRobot_reads_it(string field, string json, string? expected)
    {
        var config = new ActConfig { Path = _folder };
        var values = JsonFile.Parse(System.Text.Encoding.UTF8.GetBytes($"{{\"{field}\": {json}}}"), "config.json", "a configuration");
        if (expected is null)
        {
            var e = Assert.Throws<EvalCoreException>(() => config.Bind(values));
            Assert.StartsWith($"{Path.Combine(_folder, "config.json")}: {field}: ", e.Message, StringComparison.Ordinal);
            Assert.DoesNotContain('\n', e.Message);
            return;
        }

        config.Bind(values);
        Assert.Empty(config.UnknownFields);
        var property = OptionProperty.Of(typeof(ActConfig)).Single(property => property.Name == field);
        Assert.Equal(expected, property.JsonOf(config)?.ToJsonString() ?? "null");
    }

    [Theory]
    [InlineData("resize_shape", "[96, \"84\"]", "[96,84]")]
    [InlineData("resize_shape", "null", "null")]
    [InlineData("down_dims", "[16, 32]", "[16,32]")]
    [InlineData("down_dims", "[16, 32.0]", null)]
    [InlineData("num_inference_steps", "null", "null")]
    [InlineData("num_inference_steps", "\"10\"", "10")]
    [InlineData("optimizer_betas", "[0.95, 1]", "[0.95,1]")]
    [InlineData("crop_is_random", "\"false\"", "false")]
    public void A_diffusion_field_is_read_as_LeRobot_reads_it(string field, string json, string? expected)
    {
        var config = new DiffusionConfig { Path = _folder };
        var values = (JsonObject)JsonNode.Parse($"{{\"{field}\": {json}}}")!;
        if (expected is null)
        {
            Assert.Contains($"config.json: {field}: ", Assert.Throws<EvalCoreException>(() => config.Bind(values)).Message, StringComparison.Ordinal);
            return;
        }

        config.Bind(values);
        Assert.Equal(expected, OptionProperty.Of(typeof(DiffusionConfig)).Single(property => property.Name == field).JsonOf(config)?.ToJsonString() ?? "null");
    }
}
