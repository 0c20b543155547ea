using EvalCore.Torch.Checkpoints;
using static TorchSharp.torch;

namespace EvalCore.Torch.Layers;

/// <summary>
/// <c>torch.nn.Conv1d</c> on channels-last sequences. A trajectory has few steps, so libtorch's own convolution spends its
/// time on rearranging the weights; here they are laid out once, and a step's neighbours are one row of a matrix product.
/// </summary>
internal sealed class Conv1d
{
    private readonly Tensor _weight;
    private readonly Tensor _bias;
    private readonly long[] _pad;
    private readonly int _kernel;
    private readonly int _stride;
    private readonly int _padding;
    private readonly long _input;
    private readonly long _output;

    /// <summary>Takes <c>weight</c> [output, input, kernel] and <c>bias</c>.</summary>
    public Conv1d(StateDict state, long input, long output, int kernel, int stride = 1, int padding = 0)
        : this(
            state, state.TakeOnce("weight", output, input, kernel).permute(2, 1, 0).reshape(kernel * input, output),
            state.TakeOnce("bias", output), input, output, kernel, stride, padding)
    {
    }

    private Conv1d(StateDict state, Tensor weight, Tensor bias, long input, long output, int kernel, int stride, int padding)
    {
        _weight = state.Keep(weight.contiguous());
        _bias = state.Keep(bias);
        (_input, _output, _kernel, _stride, _padding) = (input, output, kernel, stride, padding);
        _pad = [0, 0, padding, padding];
    }

    /// <summary>
    /// <c>torch.nn.ConvTranspose1d</c> that doubles the length (kernel 4, stride 2, padding 1): output 2m is made of inputs
    /// m - 1 and m, output 2m + 1 of m and m + 1, so both are one convolution with twice the channels.
    /// </summary>
    public static Conv1d Doubling(StateDict state, long channels)
    {
        var taps = state.TakeOnce("weight", channels, channels, 4).permute(2, 0, 1);
        var none = zeros_like(taps[0]);
        var even = cat([taps[3], taps[1], none], dim: 0);
        var odd = cat([none, taps[2], taps[0]], dim: 0);
        var bias = state.TakeOnce("bias", channels);
        return new Conv1d(state, cat([even, odd], dim: 1), cat([bias, bias]), channels, 2 * channels, kernel: 3, stride: 1, padding: 1);
    }

    /// <summary>[batch, length, input] to [batch, length / stride, output], for a contiguous tensor.</summary>
    public Tensor Forward(Tensor x, long batch, long length)
    {
        long padded = length + 2 * _padding;
        long steps = (padded - _kernel) / _stride + 1;
        if (_padding > 0)
            x = nn.functional.pad(x, _pad);
        var rows = x.as_strided([batch, steps, _kernel * _input], [padded * _input, _stride * _input, 1], x.storage_offset());
        return addmm(_bias, rows.reshape(batch * steps, _kernel * _input), _weight, 1, 1).view(batch, steps, _output);
    }
}
