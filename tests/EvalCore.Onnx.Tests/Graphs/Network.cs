using Safetensors;

namespace EvalCore.Onnx.Tests.Graphs;

/// <summary>The layers of a checkpoint's network as nodes of a graph, made as torch's exporter makes them. The batch is one.</summary>
internal abstract class Network(OnnxGraph graph, SafetensorsFile weights)
{
    protected OnnxGraph G { get; } = graph;

    protected SafetensorsFile W { get; } = weights;

    protected string Parameter(string name) => G.Weight(name, W.Span<float>(name), [.. W[name].Shape]);

    /// <summary><c>torch.nn.Linear</c>.</summary>
    protected string Linear(string name, string x) => Linear(name, x, W.Read<float>($"{name}.weight"), W.Read<float>($"{name}.bias"));

    /// <summary>A linear layer with some of a checkpoint's rows.</summary>
    protected string Linear(string name, string x, float[] weight, float[] bias)
    {
        int outputs = bias.Length, inputs = weight.Length / bias.Length;
        float[] transposed = new float[weight.Length];
        for (int i = 0; i < outputs; i++)
        {
            for (int k = 0; k < inputs; k++)
                transposed[k * outputs + i] = weight[i * inputs + k];
        }

        return G.Add(G.Node("MatMul", [x, G.Weight($"{name} transposed", transposed, inputs, outputs)]), G.Weight($"{name} bias", bias, outputs));
    }

    protected string LayerNorm(string name, string x) =>
        G.Node("LayerNormalization", [x, Parameter($"{name}.weight"), Parameter($"{name}.bias")], ("axis", -1L), ("epsilon", 1e-5f));

    protected string Mish(string x) => G.Mul(x, G.Node("Tanh", [G.Node("Softplus", [x])]));

    /// <summary>Group norm as instance norm over the groups.</summary>
    /// <param name="name">The layer.</param>
    /// <param name="x">[1, channels, ...].</param>
    /// <param name="groups">How many.</param>
    /// <param name="shape">The shape of x.</param>
    protected string GroupNorm(string name, string x, int groups, params long[] shape)
    {
        float[] ones = new float[groups];
        Array.Fill(ones, 1);
        string normed = G.Node(
            "InstanceNormalization",
            [G.Reshape(x, 1, groups, -1), G.Weight($"ones {groups}", ones, groups), G.Weight($"zeros {groups}", new float[groups], groups)],
            ("epsilon", 1e-5f));
        long[] each = [shape[1], .. Enumerable.Repeat(1L, shape.Length - 2)];
        return G.Add(
            G.Mul(G.Reshape(normed, shape), G.Weight($"{name} scale", W.Span<float>($"{name}.weight"), each)),
            G.Weight($"{name} shift", W.Span<float>($"{name}.bias"), each));
    }

    /// <summary><c>torch.nn.Conv1d</c> or <c>Conv2d</c>, by the weight's shape.</summary>
    protected string Conv(string name, string x, long stride = 1, long padding = 0, bool bias = true)
    {
        int dims = W[$"{name}.weight"].Shape.Count - 2;
        return G.Node(
            "Conv", bias ? [x, Parameter($"{name}.weight"), Parameter($"{name}.bias")] : [x, Parameter($"{name}.weight")],
            ("kernel_shape", W[$"{name}.weight"].Shape.Skip(2).ToArray()), ("strides", Repeat(stride, dims)), ("pads", Repeat(padding, 2 * dims)));
    }

    /// <summary>torchvision's ResNet-18 up to layer4.</summary>
    /// <param name="x">[1, 3, height, width].</param>
    /// <param name="names">What the checkpoint calls conv1, bn1, layer1 ... layer4.</param>
    /// <param name="size">Height and width, which are equal; receives those of the map.</param>
    /// <param name="norm">The norm of a layer: its name, its input and its input's shape.</param>
    protected string ResNet(string x, string[] names, ref long size, Func<string, string, long[], string> norm)
    {
        size = (size + 1) / 2;
        x = G.Node("Relu", [norm(names[1], Conv(names[0], x, 2, 3, bias: false), [1, Channels(names[0]), size, size])]);
        x = G.Node("MaxPool", [x], ("kernel_shape", new long[] { 3, 3 }), ("strides", new long[] { 2, 2 }), ("pads", new long[] { 1, 1, 1, 1 }));
        size = (size + 1) / 2;
        for (int layer = 0; layer < 4; layer++)
        {
            for (int i = 0; i < 2; i++)
            {
                string block = $"{names[2 + layer]}.{i}";
                long stride = i == 0 && layer > 0 ? 2 : 1;
                size = (size + stride - 1) / stride;
                long[] shape = [1, Channels($"{block}.conv1"), size, size];
                string y = G.Node("Relu", [norm($"{block}.bn1", Conv($"{block}.conv1", x, stride, 1, bias: false), shape)]);
                y = norm($"{block}.bn2", Conv($"{block}.conv2", y, 1, 1, bias: false), shape);
                if (stride != 1)
                    x = norm($"{block}.downsample.1", Conv($"{block}.downsample.0", x, stride, bias: false), shape);
                x = G.Node("Relu", [G.Add(y, x)]);
            }
        }

        return x;
    }

    protected long Channels(string conv) => W[$"{conv}.weight"].Shape[0];

    protected static long[] Repeat(long value, int count) => [.. Enumerable.Repeat(value, count)];
}
