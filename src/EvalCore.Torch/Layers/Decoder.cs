using EvalCore.Torch.Checkpoints;
using static TorchSharp.torch;

namespace EvalCore.Torch.Layers;

/// <summary>A transformer decoder of Llama's and Gemma's kind, from embedded tokens on.</summary>
internal sealed class Decoder
{
    private readonly DecoderKind _kind;
    private readonly DecoderLayer[] _layers;
    private readonly INorm _norm;
    private readonly Device _device;

    /// <summary>Loads the tensors; all sizes are read from them.</summary>
    /// <param name="state">The decoder's part; its type is the type that the decoder computes in.</param>
    /// <param name="kind">What the tensors do not tell.</param>
    /// <param name="type">The type that the decoder computes in.</param>
    /// <param name="norm">Makes a norm from its part and width; null: the kind's own.</param>
    /// <param name="layers">How many layers are used; null: all that the file has.</param>
    /// <param name="fillsOnly">Whether <see cref="Fill"/> alone is called: what the last layer has after its keys and values is not read.</param>
    public Decoder(
        StateDict state, DecoderKind kind, ScalarType type, Func<StateDict, long, INorm>? norm = null, int? layers = null, bool fillsOnly = false)
    {
        _kind = kind;
        _device = state.Device;
        Type = type;
        norm ??= kind.NewNorm;
        state = state.As(type);
        var first = state["layers"][0]["self_attn"];
        Width = first["q_proj"].Shape("weight")[1];
        HeadDim = first["k_proj"].Shape("weight")[0] / kind.KeyValueHeads;
        int count = 0;
        while (count != layers && state["layers"][count]["self_attn"]["q_proj"].Has("weight"))
            count++;
        int last = (layers ?? count) - 1;
        _layers = [.. Enumerable.Range(0, last + 1).Select(i => new DecoderLayer(state["layers"][i], kind, HeadDim, norm, keysValuesOnly: fillsOnly && i == last))];
        _norm = norm(fillsOnly ? state["norm"].Unread() : state["norm"], Width);
    }

    /// <summary>The type that it computes in.</summary>
    public ScalarType Type { get; }

    /// <summary>How many numbers a token has.</summary>
    public long Width { get; }

    /// <summary>How many numbers a head has.</summary>
    public long HeadDim { get; }

    /// <summary>How many layers it has.</summary>
    public int Layers => _layers.Length;

    /// <summary>An empty cache for some rows.</summary>
    public KeyValueCache NewCache(long batch, long capacity) =>
        new(_layers.Length, [batch, _kind.KeyValueHeads, capacity, HeadDim], Type, _device);

    /// <summary>The rotary embedding of positions, [B or 1, S].</summary>
    public RotaryEmbedding Rotary(Tensor positions) => new(positions, HeadDim, Type);

    /// <summary>Runs the tokens that follow those in a cache, and adds their keys and values to it.</summary>
    /// <param name="x">The tokens, [B, S, width].</param>
    /// <param name="rotary">Their positions.</param>
    /// <param name="mask">Added to the scores, [B or 1, 1, S or 1, at + S]; null: every token sees all in the cache and all new ones.</param>
    /// <param name="cache">The keys and values of this decoder, or of one whose heads have the same shape.</param>
    /// <param name="at">How many tokens of the cache come before.</param>
    /// <param name="step">The denoising step, for adaptive norms.</param>
    /// <param name="hook">Is given the modules' outputs.</param>
    /// <returns>[B, S, width], after the last norm.</returns>
    public Tensor Forward(
        Tensor x, RotaryEmbedding rotary, Tensor? mask, KeyValueCache cache, long at, int step = 0, Action<string, Tensor>? hook = null)
    {
        using var scope = NewDisposeScope();
        x = RunLayers(x, _layers.Length, rotary, mask, cache, at, step, hook);
        var normalized = _norm.Forward(x, step, out _);
        hook?.Invoke("norm", normalized);
        return normalized.MoveToOuterDisposeScope();
    }

    /// <summary>Fills an empty cache with the keys and values of the first tokens; nothing else is computed.</summary>
    /// <param name="x">The tokens, [B, S, width].</param>
    /// <param name="rotary">Their positions.</param>
    /// <param name="mask">Added to the scores, [B or 1, 1, S or 1, S]; null: every token sees every token.</param>
    /// <param name="cache">The cache.</param>
    /// <param name="hook">Is given the modules' outputs.</param>
    public void Fill(Tensor x, RotaryEmbedding rotary, Tensor? mask, KeyValueCache cache, Action<string, Tensor>? hook = null)
    {
        using var scope = NewDisposeScope();
        int last = _layers.Length - 1;
        x = RunLayers(x, last, rotary, mask, cache, at: 0, step: 0, hook);
        AddKeysValues(last, _layers[last].Normalize(x), rotary, cache, at: 0);
    }

    private Tensor RunLayers(
        Tensor x, int count, RotaryEmbedding rotary, Tensor? mask, KeyValueCache cache, long at, int step, Action<string, Tensor>? hook)
    {
        x = x.to(Type);
        long length = at + x.shape[1];
        for (int i = 0; i < count; i++)
        {
            var attention = _layers[i].SelfAttn;
            int layer = i;
            var next = _layers[i].Forward(
                x, step,
                normalized =>
                {
                    AddKeysValues(layer, normalized, rotary, cache, at);
                    var (keys, values) = cache.Read(layer, length);
                    return attention.Attend(attention.Queries(normalized, rotary), keys, values, mask);
                },
                hook?.Within($"layers.{i}"));
            x = next;
        }

        return x;
    }

    private void AddKeysValues(int layer, Tensor normalized, RotaryEmbedding rotary, KeyValueCache cache, long at)
    {
        var attention = _layers[layer].SelfAttn;
        cache.Write(layer, at, attention.Keys(normalized, rotary), attention.Values(normalized));
    }
}
