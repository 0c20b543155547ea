using EvalCore.Torch.Checkpoints;
using static TorchSharp.torch;

namespace EvalCore.Torch.Layers;

/// <summary>
/// <c>torch.nn.Conv1d</c> on sequences kept as channels-last images of one row, [batch, channels, 1, length], because
/// libtorch's group norm takes those as they are. A trajectory has few steps, so libtorch's own convolution spends its time
/// on rearranging the weights; here they are laid out once, and a step's neighbours are one row of a matrix product.
/// </summary>
internal sealed class Conv1d
{
    private readonly Linear _linear;
    private readonly long[] _pad;
    private readonly int _kernel;
    private readonly int _stride;
    private readonly int _padding;
    private readonly long _input;
    private readonly long _output;

    /// <summary>Loads <c>weight</c> [output, input, kernel] and <c>bias</c>.</summary>
    public Conv1d(StateDict state, long input, long output, int kernel, int stride = 1, int padding = 0)
        : this(
            state, state.LoadTemporary("weight", output, input, kernel).permute(0, 2, 1).reshape(output, kernel * input),
            state.LoadTemporary("bias", output), input, output, kernel, stride, padding)
    {
    }

    private Conv1d(StateDict state, Tensor weight, Tensor bias, long input, long output, int kernel, int stride, int padding)
    {
        _linear = new Linear(state, weight.contiguous(), bias);
        (_input, _output, _kernel, _stride, _padding) = (input, output, kernel, stride, padding);
        _pad = [padding, padding];
    }

    /// <summary>
    /// <c>torch.nn.ConvTranspose1d</c> that doubles the length (kernel 4, stride 2, padding 1): output 2m is made of inputs
    /// m - 1 and m, output 2m + 1 of m and m + 1, so both are one convolution with twice the channels.
    /// </summary>
    public static Conv1d Doubling(StateDict state, long channels)
    {
        var taps = state.LoadTemporary("weight", channels, channels, 4).permute(2, 1, 0);
        var none = zeros_like(taps[0]);
        var even = cat([taps[3], taps[1], none], dim: 1);
        var odd = cat([none, taps[2], taps[0]], dim: 1);
        var bias = state.LoadTemporary("bias", channels);
        return new Conv1d(state, cat([even, odd], dim: 0), cat([bias, bias]), channels, 2 * channels, kernel: 3, stride: 1, padding: 1);
    }

    /// <summary>[batch, length, channels] as an image, for a contiguous tensor.</summary>
    public static Tensor AsImage(Tensor x, long batch, long channels, long length) =>
        x.as_strided([batch, channels, 1, length], [length * channels, 1, length * channels, channels], 0);

    /// <summary>An image as [batch, length, channels].</summary>
    public static Tensor Sequence(Tensor x) => x.squeeze(2).transpose(1, 2);

    /// <summary>[batch, input, 1, length] to [batch, output, 1, length / stride].</summary>
    public Tensor Forward(Tensor x, long batch, long length)
    {
        if (_padding > 0)
            x = nn.functional.pad(x, _pad);
        long padded = length + 2 * _padding;
        long steps = (padded - _kernel) / _stride + 1;
        var rows = batch == 1
            ? x.as_strided([steps, _kernel * _input], [_stride * _input, 1], 0)
            : x.as_strided([batch, steps, _kernel * _input], [padded * _input, _stride * _input, 1], 0).reshape(batch * steps, -1);
        return AsImage(_linear.Forward(rows), batch, _output, steps);
    }
}
