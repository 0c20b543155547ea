using static TorchSharp.torch;

namespace EvalCore.Torch.Layers;

/// <summary>
/// The keys and values of the tokens that a decoder has seen, with room for more: for each layer two tensors
/// [B, key-value heads, capacity, head dimension].
/// </summary>
internal sealed class KeyValueCache
{
    private readonly Tensor[] _keys;
    private readonly Tensor[] _values;

    /// <summary>Makes an empty cache; the dispose scope of the caller frees it.</summary>
    public KeyValueCache(int layers, long[] shape, ScalarType type, Device device)
    {
        _keys = [.. Enumerable.Range(0, layers).Select(_ => empty(shape, dtype: type, device: device))];
        _values = [.. Enumerable.Range(0, layers).Select(_ => empty(shape, dtype: type, device: device))];
    }

    /// <summary>Stores the keys and values of some tokens, in place of what was there.</summary>
    /// <param name="layer">The layer.</param>
    /// <param name="at">The place of the first token.</param>
    /// <param name="keys">[B, key-value heads, S, head dimension].</param>
    /// <param name="values">The same shape.</param>
    public void Write(int layer, long at, Tensor keys, Tensor values)
    {
        _keys[layer].narrow(2, at, keys.shape[2]).copy_(keys);
        _values[layer].narrow(2, at, values.shape[2]).copy_(values);
    }

    /// <summary>The keys and values of a layer's first tokens.</summary>
    public (Tensor Keys, Tensor Values) Read(int layer, long length) => (_keys[layer].narrow(2, 0, length), _values[layer].narrow(2, 0, length));
}
