using Safetensors;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace EvalCore.Torch.Tests.Plain;

/// <summary>Random parameters by name, made when first asked for; and the layers of a plain network that ask for them.</summary>
internal sealed class Weights(ulong seed) : IDisposable
{
    private readonly Generator _generator = new(seed, CPU);
    private readonly Dictionary<string, Tensor> _all = [];

    /// <summary>What a norm's weights are about: 0 for norms that store them less one.</summary>
    public double NormMean { get; init; } = 1;

    /// <summary>Truth values that the file has as well.</summary>
    public Dictionary<string, bool> Flags { get; } = [];

    /// <summary>
    /// Gives what products read in lower precision, as mixed precision has it; their results become float32. Null: they compute in float32.
    /// </summary>
    public Func<Tensor, Tensor>? Lower { get; init; }

    /// <summary>A parameter. Scaled so that activations neither vanish nor explode.</summary>
    public Tensor this[string name, params long[] shape]
    {
        get
        {
            if (_all.TryGetValue(name, out var known))
                return known;
            var values = randn(shape, generator: _generator);
            long fan = shape.Skip(1).Aggregate(1L, (product, n) => product * n);
            bool norm = shape.Length == 1 && name.EndsWith("weight", StringComparison.Ordinal);
            values = name.EndsWith("running_var", StringComparison.Ordinal) ? values.abs() + 0.5
                : norm ? NormMean + 0.2 * values
                : shape.Length == 1 ? 0.2 * values
                : values / Math.Sqrt(fan);
            return _all[name] = values.DetachFromDisposeScope();
        }
    }

    public Tensor Linear(string name, Tensor x, long outputs) =>
        Product([x, this[$"{name}.weight", outputs, x.shape[^1]], this[$"{name}.bias", outputs]], p => F.linear(p[0], p[1], p[2]));

    /// <summary>A product of tensors.</summary>
    public Tensor Product(Tensor[] read, Func<Tensor[], Tensor> product) =>
        Lower is null ? product(read) : Lower(product([.. read.Select(Lower)])).to(ScalarType.Float32);

    /// <summary>Rows of a table, for ids of any shape.</summary>
    public Tensor Embedding(string name, Tensor ids, long rows, long width) =>
        this[$"{name}.weight", rows, width].index_select(0, ids.flatten()).reshape([.. ids.shape, width]);

    public Tensor LayerNorm(string name, Tensor x) =>
        F.layer_norm(x, [x.shape[^1]], this[$"{name}.weight", x.shape[^1]], this[$"{name}.bias", x.shape[^1]], 1e-5);

    public Tensor GroupNorm(string name, Tensor x, long groups) =>
        F.group_norm(x, groups, this[$"{name}.weight", x.shape[1]], this[$"{name}.bias", x.shape[1]], 1e-5);

    public Tensor BatchNorm(string name, Tensor x)
    {
        long channels = x.shape[1];
        var scale = this[$"{name}.weight", channels] * (this[$"{name}.running_var", channels] + 1e-5).rsqrt();
        var shift = this[$"{name}.bias", channels] - this[$"{name}.running_mean", channels] * scale;
        return x * scale.reshape(1, -1, 1, 1) + shift.reshape(1, -1, 1, 1);
    }

    /// <summary><c>torch.nn.BatchNorm2d</c> in evaluation mode.</summary>
    public Tensor BatchNorm2d(string name, Tensor x)
    {
        long channels = x.shape[1];
        return F.batch_norm(
            x, this[$"{name}.running_mean", channels], this[$"{name}.running_var", channels], this[$"{name}.weight", channels], this[$"{name}.bias", channels]);
    }

    public Tensor Conv2d(string name, Tensor x, long outputs, long kernel, long stride = 1, long padding = 0, long dilation = 1) =>
        Product([x, this[$"{name}.weight", outputs, x.shape[1], kernel, kernel]], p => F.conv2d(p[0], p[1], null, [stride, stride], [padding, padding], [dilation, dilation]));

    public Tensor Conv1d(string name, Tensor x, long outputs, long kernel, long stride = 1, long padding = 0) =>
        F.conv1d(x, this[$"{name}.weight", outputs, x.shape[1], kernel], this[$"{name}.bias", outputs], stride, padding);

    /// <summary>torchvision's ResNet, four stages of the given blocks and widths.</summary>
    public Tensor ResNet(
        Tensor x, string[] names, int[] blocks, bool bottleneck, long[] widths, Func<string, Tensor, Tensor> norm, bool dilateLast = false)
    {
        x = norm(names[1], Conv2d(names[0], x, widths[0], 7, 2, 3)).relu();
        x = F.max_pool2d(x, 3, 2, 1);
        for (int layer = 0; layer < 4; layer++)
        {
            for (int i = 0; i < blocks[layer]; i++)
            {
                string block = $"{names[2 + layer]}.{i}";
                bool dilate = dilateLast && layer == 3;
                long stride = i == 0 && layer > 0 && !dilate ? 2 : 1;
                long dilation = dilate && i > 0 ? 2 : 1;
                long width = widths[layer];
                long outputs = bottleneck ? 4 * width : width;
                Tensor y;
                if (bottleneck)
                {
                    y = norm($"{block}.bn1", Conv2d($"{block}.conv1", x, width, 1)).relu();
                    y = norm($"{block}.bn2", Conv2d($"{block}.conv2", y, width, 3, stride, dilation, dilation)).relu();
                    y = norm($"{block}.bn3", Conv2d($"{block}.conv3", y, outputs, 1));
                }
                else
                {
                    y = norm($"{block}.bn1", Conv2d($"{block}.conv1", x, width, 3, stride, 1)).relu();
                    y = norm($"{block}.bn2", Conv2d($"{block}.conv2", y, width, 3, 1, 1));
                }

                var shortcut = stride != 1 || x.shape[1] != outputs
                    ? norm($"{block}.downsample.1", Conv2d($"{block}.downsample.0", x, outputs, 1, stride))
                    : x;
                x = (y + shortcut).relu();
            }
        }

        return x;
    }

    /// <summary>Writes all parameters that were asked for.</summary>
    public void Save(string path)
    {
        var writer = new SafetensorsWriter();
        foreach (var (name, value) in _all)
            writer.Add<float>(name, value.contiguous().data<float>().ToArray(), value.shape);
        foreach (var (name, value) in Flags)
            writer.Add<bool>(name, [value]);
        writer.Save(path);
    }

    public void Dispose()
    {
        _generator.Dispose();
        foreach (var tensor in _all.Values)
            tensor.Dispose();
    }
}
