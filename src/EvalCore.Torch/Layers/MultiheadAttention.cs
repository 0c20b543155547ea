using EvalCore.Torch.Checkpoints;
using static TorchSharp.torch;

namespace EvalCore.Torch.Layers;

/// <summary>
/// <c>torch.nn.MultiheadAttention</c>, batch first, with one packed projection. Positions that are added to queries or keys
/// do not depend on the input, so their projections are made once: W(x + p) + b = Wx + (Wp + b).
/// </summary>
internal sealed class MultiheadAttention
{
    private readonly StateDict _state;

    // The packed projection. Only while the network is built.
    private readonly Tensor _weight;
    private readonly Tensor _bias;
    private readonly Linear _outProj;
    private readonly long _heads;
    private readonly long _width;

    /// <summary>Loads <c>in_proj_weight</c>, <c>in_proj_bias</c> and <c>out_proj</c>.</summary>
    public MultiheadAttention(StateDict state, long width, long heads)
    {
        _state = state;
        _weight = state.LoadTemporary("in_proj_weight", 3 * width, width);
        _bias = state.LoadTemporary("in_proj_bias", 3 * width);
        _outProj = new Linear(state["out_proj"], width, width);
        _heads = heads;
        _width = width;
    }

    /// <summary>The rows of the packed projection: 0 queries, 1 keys, 2 values. Only while the network is built.</summary>
    /// <param name="first">The first.</param>
    /// <param name="positions">For each of them, what is added to its input, [1, S, D], or null.</param>
    public Projection Project(int first, params Tensor?[] positions)
    {
        var linear = new Linear(_state, _weight.narrow(0, first * _width, positions.Length * _width), null);
        var biases = new List<Tensor>();
        for (int i = 0; i < positions.Length; i++)
        {
            var w = _weight.narrow(0, (first + i) * _width, _width);
            var b = _bias.narrow(0, (first + i) * _width, _width);
            biases.Add(positions[i] is { } p ? nn.functional.linear(p, w, b) : b.reshape(1, 1, _width));
        }

        long length = biases.Max(bias => bias.shape[1]);
        var packed = cat([.. biases.Select(bias => bias.expand(1, length, _width))], dim: 2);
        return new Projection(linear, _state.Keep(packed), positions.Length, _heads);
    }

    /// <summary>Attention of projected queries, keys and values, [B, heads, S, D / heads] each; gives [B, S, D].</summary>
    public Tensor Attend(Tensor q, Tensor k, Tensor v)
    {
        var attended = Autocast.Attention(q, k, v);
        return _outProj.Forward(attended.transpose(1, 2).reshape(q.shape[0], q.shape[2], _width));
    }

    /// <summary>A part of the packed projection with its positions.</summary>
    internal sealed class Projection(Linear linear, Tensor bias, int parts, long heads)
    {
        /// <summary>Projects [B, S, D] to one tensor [B, heads, S, D / heads] for each part.</summary>
        public Tensor[] Forward(Tensor x)
        {
            var packed = linear.Forward(x).PlusInPlace(bias);
            var split = packed.view(x.shape[0], x.shape[1], parts, heads, -1).permute(2, 0, 3, 1, 4);
            return split.unbind(0);
        }
    }
}
