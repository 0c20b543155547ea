using System.Collections.Concurrent;
using TorchSharp;
using static TorchSharp.torch;

namespace EvalCore.Torch.Layers;

/// <summary>
/// Automatic mixed precision: <c>torch.autocast</c>, which TorchSharp does not have. Linear layers, convolutions, matrix
/// products and attention, which are the operations of autocast's list that networks here use, compute with numbers of lower
/// precision: bfloat16 on a CPU, float16 on a GPU. All others compute in float32.
/// </summary>
/// <remarks>
/// <para>The result of such an operation has the lower precision and becomes float32 at once. Under torch's autocast it stays as
/// it is until an operation needs float32. A result is the same where one operation, an activation for example, stands before
/// the next product, which rounds to the lower precision anyway; sums of several results are more precise here.</para>
/// <para>A layer calls the functions of this class in any case. Without <see cref="Enter"/> they are torch's own.</para>
/// </remarks>
internal sealed class Autocast : IDisposable
{
    [ThreadStatic]
    private static Autocast? s_current;

    private readonly ConcurrentDictionary<Tensor, Tensor> _weights = new(ReferenceEqualityComparer.Instance);
    private readonly Lock _adding = new();

    /// <summary>Makes the mixed precision of a network.</summary>
    /// <param name="device">Where it computes.</param>
    public Autocast(Device device) => Type = TypeOn(device);

    /// <summary>The type of lower precision.</summary>
    public ScalarType Type { get; }

    /// <summary>The type of lower precision on a device.</summary>
    public static ScalarType TypeOn(Device device) => device.type == DeviceType.CUDA ? ScalarType.Float16 : ScalarType.BFloat16;

    /// <summary>Whether this thread is in a region of mixed precision.</summary>
    public static bool IsActive => s_current is not null;

    /// <summary><c>torch.nn.functional.linear</c>.</summary>
    /// <param name="x">The input.</param>
    /// <param name="weight">A parameter of the network: its copy of lower precision is kept.</param>
    /// <param name="bias">Added to the product, or null.</param>
    public static Tensor Linear(Tensor x, Tensor weight, Tensor? bias = null) =>
        s_current is { } autocast ? autocast.LinearOf(x, weight, bias) : nn.functional.linear(x, weight, bias);

    /// <summary><c>torch.nn.functional.conv2d</c>; the weight as in <see cref="Linear"/>.</summary>
    public static Tensor Conv2d(
        Tensor x, Tensor weight, Tensor? bias, long[]? strides = null, long[]? padding = null, long[]? dilation = null, long groups = 1) =>
        s_current is { } autocast
            ? autocast.Conv2dOf(x, weight, bias, strides, padding, dilation, groups)
            : nn.functional.conv2d(x, weight, bias, strides, padding, dilation, groups);

    /// <summary><c>torch.addmm</c>; the second matrix is a weight as in <see cref="Linear"/>.</summary>
    public static Tensor Addmm(Tensor bias, Tensor x, Tensor weight) =>
        s_current is { } autocast ? autocast.AddmmOf(bias, x, weight) : addmm(bias, x, weight, 1, 1);

    /// <summary><c>torch.matmul</c>, also of batches.</summary>
    public static Tensor Matmul(Tensor x, Tensor y) => s_current is { } autocast ? autocast.MatmulOf(x, y) : x.matmul(y);

    /// <summary><c>torch.nn.functional.scaled_dot_product_attention</c>.</summary>
    public static Tensor Attention(Tensor queries, Tensor keys, Tensor values, Tensor? mask = null, bool causal = false) =>
        s_current is { } autocast
            ? autocast.AttentionOf(queries, keys, values, mask, causal)
            : nn.functional.scaled_dot_product_attention(queries, keys, values, mask, is_casual: causal);

    /// <summary>Begins a part of this thread's work, until the result is disposed of.</summary>
    /// <param name="autocast">Its mixed precision; null: none.</param>
    public static Region Enter(Autocast? autocast) => new(autocast);

    /// <summary>Frees the weights' copies.</summary>
    public void Dispose()
    {
        foreach (var copy in _weights.Values)
            copy.Dispose();
        _weights.Clear();
    }

    private Tensor LinearOf(Tensor x, Tensor weight, Tensor? bias)
    {
        using var scope = NewDisposeScope();
        return Widen(nn.functional.linear(Lower(x), Weight(weight), bias is null ? null : Lower(bias)), x);
    }

    private Tensor Conv2dOf(Tensor x, Tensor weight, Tensor? bias, long[]? strides, long[]? padding, long[]? dilation, long groups)
    {
        using var scope = NewDisposeScope();
        return Widen(nn.functional.conv2d(Lower(x), Weight(weight), bias is null ? null : Lower(bias), strides, padding, dilation, groups), x);
    }

    private Tensor AddmmOf(Tensor bias, Tensor x, Tensor weight)
    {
        using var scope = NewDisposeScope();
        return Widen(addmm(Lower(bias), Lower(x), Weight(weight), 1, 1), x);
    }

    private Tensor MatmulOf(Tensor x, Tensor y)
    {
        using var scope = NewDisposeScope();
        return Widen(Lower(x).matmul(Lower(y)), x);
    }

    private Tensor AttentionOf(Tensor queries, Tensor keys, Tensor values, Tensor? mask, bool causal)
    {
        using var scope = NewDisposeScope();
        return Widen(
            nn.functional.scaled_dot_product_attention(Lower(queries), Lower(keys), Lower(values), mask is null ? null : Lower(mask), is_casual: causal), queries);
    }

    /// <summary>A tensor in lower precision; as float32, where the processor does not multiply bfloat16.</summary>
    private Tensor Lower(Tensor x)
    {
        x = x.to(Type);
        return Bfloat16.IsWidened(x) ? x.to(ScalarType.Float32) : x;
    }

    /// <summary>A result, rounded to lower precision, in the type of the input.</summary>
    private Tensor Widen(Tensor result, Tensor input) => result.to(Type).to(input.dtype).MoveToOuterDisposeScope();

    /// <summary>A weight in lower precision: made when it is first needed, as torch's autocast does.</summary>
    private Tensor Weight(Tensor weight)
    {
        if (_weights.TryGetValue(weight, out var known))
            return known;
        if (weight.dtype == Type && !Bfloat16.IsWidened(weight))
            return weight;
        lock (_adding)
        {
            return _weights.GetOrAdd(weight, added =>
            {
                using var scope = NewDisposeScope();
                return Lower(added).DetachFromDisposeScope();
            });
        }
    }

    /// <summary>A part of a thread's work.</summary>
    internal readonly ref struct Region
    {
        private readonly Autocast? _outer;

        public Region(Autocast? autocast)
        {
            _outer = s_current;
            s_current = autocast;
        }

        public void Dispose() => s_current = _outer;
    }
}
