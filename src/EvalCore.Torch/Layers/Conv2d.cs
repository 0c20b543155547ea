using EvalCore.Torch.Checkpoints;
using static TorchSharp.torch;

namespace EvalCore.Torch.Layers;

/// <summary><c>torch.nn.Conv2d</c>, of one group, computed in channels-last layout: it rearranges less for each call.</summary>
internal sealed class Conv2d
{
    private readonly Tensor _weight;
    private readonly Tensor? _bias;
    private readonly OneDnn.Convolution? _oneDnn;
    private readonly long _stride;
    private readonly long _padding;
    private readonly long _dilation;

    /// <summary>Takes tensors, which belong to the layer from here on.</summary>
    /// <param name="state">Keeps them.</param>
    /// <param name="weight">[outputs, inputs, kernel, kernel].</param>
    /// <param name="bias">[outputs] or null.</param>
    /// <param name="images">The images that one episode gives to a call.</param>
    /// <param name="stride">The stride.</param>
    /// <param name="padding">Zeros on each side.</param>
    /// <param name="dilation">The dilation.</param>
    public Conv2d(
        StateDict state, Tensor weight, Tensor? bias, (long Count, long Height, long Width) images, long stride = 1, long padding = 0, long dilation = 1)
    {
        (_stride, _padding, _dilation) = (stride, padding, dilation);
        _bias = bias is null ? null : state.Keep(bias);
        _oneDnn = OneDnn.Takes(weight) ? OneDnn.Convolutions(stride, padding, dilation) : null;
        _weight = state.Keep(_oneDnn?.Pack(weight, images) ?? weight.permute(0, 2, 3, 1).contiguous().permute(0, 3, 1, 2));
        weight.Dispose();
    }

    /// <summary>[N, inputs, H, W] to [N, outputs, H', W'], channels-last.</summary>
    public Tensor Forward(Tensor x) =>
        _oneDnn?.Forward(x, _weight, _bias) ?? Autocast.Conv2d(x, _weight, _bias, [_stride, _stride], [_padding, _padding], [_dilation, _dilation]);
}
