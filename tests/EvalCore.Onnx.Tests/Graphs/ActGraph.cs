using System.Text.Json.Nodes;
using Safetensors;

namespace EvalCore.Onnx.Tests.Graphs;

/// <summary>ACT (post-norm, ReLU) as nodes: normalised observations to a chunk of normalised actions.</summary>
internal sealed class ActGraph(OnnxGraph graph, SafetensorsFile weights, JsonNode config) : Network(graph, weights)
{
    private readonly long _width = config["dim_model"]!.GetValue<long>();
    private readonly long _heads = config["n_heads"]!.GetValue<long>();
    private readonly long _chunk = config["chunk_size"]!.GetValue<long>();

    /// <summary>Adds the network.</summary>
    /// <param name="state">[1, n].</param>
    /// <param name="environmentState">[1, n], or null.</param>
    /// <param name="image">[1, 3, size, size], or null.</param>
    /// <param name="size">The size of the image.</param>
    /// <returns>[1, chunk, action].</returns>
    public string Add(string state, string? environmentState, string? image, long size)
    {
        var tokens = new List<string>
        {
            G.Weight("latent token", W.Span<float>("model.encoder_latent_input_proj.bias"), 1, 1, _width),
            G.Reshape(Linear("model.encoder_robot_state_input_proj", state), 1, 1, _width),
        };
        if (environmentState is not null)
            tokens.Add(G.Reshape(Linear("model.encoder_env_state_input_proj", environmentState), 1, 1, _width));
        float[] positions = W.Read<float>("model.encoder_1d_feature_pos_embed.weight");
        if (image is not null)
        {
            string[] names = ["conv1", "bn1", "layer1", "layer2", "layer3", "layer4"];
            string map = ResNet(image, [.. names.Select(name => $"model.backbone.{name}")], ref size, (name, x, _) => BatchNorm(name, x));
            map = Conv("model.encoder_img_feat_input_proj", map);
            tokens.Add(G.Transpose(G.Reshape(map, 1, _width, size * size), 0, 2, 1));
            positions = [.. positions, .. Sinusoids(size)];
        }

        string pos = G.Weight("positions", positions, 1, positions.Length / _width, _width);
        string x = G.Concat(1, [.. tokens]);
        for (int i = 0; i < config["n_encoder_layers"]!.GetValue<int>(); i++)
        {
            string layer = $"model.encoder.layers.{i}";
            string placed = G.Add(x, pos);
            x = LayerNorm($"{layer}.norm1", G.Add(x, Attention($"{layer}.self_attn", placed, placed, x)));
            x = LayerNorm($"{layer}.norm2", G.Add(x, FeedForward(layer, x)));
        }

        string decoderPos = G.Weight("decoder positions", W.Span<float>("model.decoder_pos_embed.weight"), 1, _chunk, _width);
        string d = G.Weight("decoder input", new float[_chunk * _width], 1, _chunk, _width);
        for (int i = 0; i < config["n_decoder_layers"]!.GetValue<int>(); i++)
        {
            string layer = $"model.decoder.layers.{i}";
            string placed = G.Add(d, decoderPos);
            d = LayerNorm($"{layer}.norm1", G.Add(d, Attention($"{layer}.self_attn", placed, placed, d)));
            d = LayerNorm($"{layer}.norm2", G.Add(d, Attention($"{layer}.multihead_attn", G.Add(d, decoderPos), G.Add(x, pos), x)));
            d = LayerNorm($"{layer}.norm3", G.Add(d, FeedForward(layer, d)));
        }

        return Linear("model.action_head", LayerNorm("model.decoder.norm", d));
    }

    private string FeedForward(string layer, string x) => Linear($"{layer}.linear2", G.Node("Relu", [Linear($"{layer}.linear1", x)]));

    private string Attention(string name, string query, string key, string value)
    {
        float[] weight = W.Read<float>($"{name}.in_proj_weight"), bias = W.Read<float>($"{name}.in_proj_bias");
        int rows = (int)_width;
        string[] parts = [.. ((string[])[query, key, value]).Select((x, i) => G.Transpose(
            G.Reshape(Linear($"{name} {i}", x, weight[(i * rows * rows)..((i + 1) * rows * rows)], bias[(i * rows)..((i + 1) * rows)]), 1, -1, _heads, _width / _heads), 0, 2, 1, 3))];
        string scores = G.Mul(G.Node("MatMul", [parts[0], G.Transpose(parts[1], 0, 1, 3, 2)]), G.Scalar(1 / MathF.Sqrt(_width / _heads)));
        string attended = G.Node("MatMul", [G.Node("Softmax", [scores], ("axis", -1L)), parts[2]]);
        return Linear($"{name}.out_proj", G.Reshape(G.Transpose(attended, 0, 2, 1, 3), 1, -1, _width));
    }

    /// <summary>Torchvision's frozen batch norm, as LeRobot has it: a product and a sum.</summary>
    private string BatchNorm(string name, string x)
    {
        float[] weight = W.Read<float>($"{name}.weight"), bias = W.Read<float>($"{name}.bias");
        float[] mean = W.Read<float>($"{name}.running_mean"), variance = W.Read<float>($"{name}.running_var");
        float[] scale = [.. weight.Select((value, i) => value / MathF.Sqrt(variance[i] + 1e-5f))];
        float[] shift = [.. bias.Select((value, i) => value - mean[i] * scale[i])];
        return G.Add(G.Mul(x, G.Weight($"{name} scale", scale, scale.Length, 1, 1)), G.Weight($"{name} shift", shift, shift.Length, 1, 1));
    }

    private IEnumerable<float> Sinusoids(long size)
    {
        long half = _width / 2;
        for (long y = 1; y <= size; y++)
        {
            for (long x = 1; x <= size; x++)
            {
                foreach (long place in (long[])[y, x])
                {
                    for (long i = 0; i < half; i++)
                    {
                        double phase = place / (size + 1e-6) * 2 * Math.PI / Math.Pow(10000, 2 * (i / 2) / (double)half);
                        yield return (float)(i % 2 == 0 ? Math.Sin(phase) : Math.Cos(phase));
                    }
                }
            }
        }
    }
}
