using System.Text.Json;
using Safetensors;

namespace MetaWorld.Benchmarks;

/// <summary>
/// Writes an ACT checkpoint for Meta-World with all of LeRobot's defaults: chunks of 100 actions, ResNet-18 on an image
/// of 480 x 480, width 512; 34 million parameters that no training has seen. It costs what a trained one costs.
/// </summary>
internal sealed class UntrainedAct
{
    private const int Chunk = 100, Width = 512, FeedForward = 3200, Latent = 32, State = 4, Action = 4;

    private readonly SafetensorsWriter _weights = new();
    private readonly Random _random = new(0);

    private UntrainedAct()
    {
        Backbone();
        Weight("model.encoder_img_feat_input_proj", Width, 512, 1, 1);
        Weight("model.encoder_latent_input_proj", Width, Latent);
        Weight("model.encoder_robot_state_input_proj", Width, State);
        Random("model.encoder_1d_feature_pos_embed.weight", 1, 2, Width);
        Random("model.decoder_pos_embed.weight", 1, Chunk, Width);
        for (int i = 0; i < 4; i++)
            Layer($"model.encoder.layers.{i}", "self_attn");
        Layer("model.decoder.layers.0", "self_attn", "multihead_attn");
        Norm("model.decoder.norm", Width);
        Weight("model.action_head", Action, Width);
    }

    /// <summary>Writes the checkpoint into an empty folder.</summary>
    public static void Save(string folder)
    {
        new UntrainedAct()._weights.Save(Path.Combine(folder, "model.safetensors"));
        var inputs = new Dictionary<string, object>
        {
            ["observation.image"] = new { type = "VISUAL", shape = new[] { 3, 480, 480 } },
            ["observation.state"] = new { type = "STATE", shape = new[] { State } },
        };
        var outputs = new Dictionary<string, object> { ["action"] = new { type = "ACTION", shape = new[] { Action } } };
        Write("config.json", new { type = "act", input_features = inputs, output_features = outputs });
        Write("policy_preprocessor.json", new
        {
            name = "policy_preprocessor",
            steps = new object[]
            {
                new { registry_name = "rename_observations_processor", config = new { rename_map = new { } } },
                new { registry_name = "to_batch_processor", config = new { } },
                new { registry_name = "device_processor", config = new { device = "cpu" } },
            },
        });
        Write("policy_postprocessor.json", new
        {
            name = "policy_postprocessor",
            steps = new object[] { new { registry_name = "device_processor", config = new { device = "cpu" } } },
        });

        void Write(string file, object content) =>
            File.WriteAllText(Path.Combine(folder, file), JsonSerializer.Serialize(content));
    }

    private void Backbone()
    {
        ConvNorm("model.backbone.conv1", "model.backbone.bn1", 64, 3, 7);
        int before = 64;
        for (int layer = 0; layer < 4; layer++)
        {
            int channels = 64 << layer;
            for (int block = 0; block < 2; block++, before = channels)
            {
                string name = $"model.backbone.layer{layer + 1}.{block}";
                ConvNorm($"{name}.conv1", $"{name}.bn1", channels, before, 3);
                ConvNorm($"{name}.conv2", $"{name}.bn2", channels, channels, 3);
                if (before != channels)
                    ConvNorm($"{name}.downsample.0", $"{name}.downsample.1", channels, before, 1);
            }
        }
    }

    private void ConvNorm(string conv, string norm, int channels, int before, int kernel)
    {
        Random($"{conv}.weight", before * kernel * kernel, channels, before, kernel, kernel);
        Norm(norm, channels);
        Constant($"{norm}.running_mean", 0, channels);
        Constant($"{norm}.running_var", 1, channels);
    }

    private void Layer(string name, params ReadOnlySpan<string> attentions)
    {
        foreach (string attention in attentions)
        {
            Random($"{name}.{attention}.in_proj_weight", Width, 3 * Width, Width);
            Constant($"{name}.{attention}.in_proj_bias", 0, 3 * Width);
            Weight($"{name}.{attention}.out_proj", Width, Width);
        }

        Weight($"{name}.linear1", FeedForward, Width);
        Weight($"{name}.linear2", Width, FeedForward);
        for (int i = 0; i <= attentions.Length; i++)
            Norm($"{name}.norm{i + 1}", Width);
    }

    private void Weight(string name, params ReadOnlySpan<long> shape)
    {
        Random($"{name}.weight", shape[1], shape);
        Constant($"{name}.bias", 0, shape[0]);
    }

    private void Norm(string name, long width)
    {
        Constant($"{name}.weight", 1, width);
        Constant($"{name}.bias", 0, width);
    }

    /// <summary>Uniform, of a size that keeps what goes through the network near 1.</summary>
    private void Random(string name, double inputs, params ReadOnlySpan<long> shape)
    {
        long count = 1;
        foreach (long n in shape)
            count *= n;
        float[] numbers = new float[count];
        double bound = Math.Sqrt(3 / inputs);
        foreach (ref float number in numbers.AsSpan())
            number = (float)(bound * (2 * _random.NextDouble() - 1));
        _weights.Add<float>(name, numbers, shape);
    }

    private void Constant(string name, float value, long length)
    {
        float[] numbers = new float[length];
        numbers.AsSpan().Fill(value);
        _weights.Add<float>(name, numbers, length);
    }
}
