using static TorchSharp.torch;

namespace EvalCore.Torch.Layers;

/// <summary>
/// A convolution as one matrix product: a row for each output pixel, with the pixels under the kernel. libtorch's own
/// convolution of several images rearranges the weights at every call, which for deep layers, where images are few pixels
/// and weights are many, takes longer than the product.
/// </summary>
/// <param name="weight">[output, kernel * kernel * input], kept.</param>
/// <param name="bias">[output] or null, kept.</param>
/// <param name="kernel">Its side; it is padded by half of it.</param>
/// <param name="stride">The stride.</param>
internal sealed class PatchConv2d(Tensor weight, Tensor? bias, long kernel, long stride)
{
    private const long MostPixels = 128;

    private readonly long[] _pad = [0, 0, kernel / 2, kernel / 2, kernel / 2, kernel / 2];

    /// <summary>Whether it is faster than libtorch's convolution.</summary>
    /// <param name="images">Images of a call.</param>
    /// <param name="pixels">Pixels of an output, of all images of a call.</param>
    public static bool Pays(long images, long pixels) => images > 1 && pixels <= MostPixels;

    /// <summary>[N, input, H, W] to [N, output, H / stride, W / stride], channels-last.</summary>
    public Tensor Forward(Tensor x)
    {
        x = x.permute(0, 2, 3, 1);
        if (kernel > 1)
            x = nn.functional.pad(x, _pad);
        var patches = x.unfold(1, kernel, stride).unfold(2, kernel, stride).permute(0, 1, 2, 4, 5, 3);
        var y = nn.functional.linear(patches.reshape(-1, weight.shape[1]), weight, bias);
        return y.view(patches.shape[0], patches.shape[1], patches.shape[2], -1).permute(0, 3, 1, 2);
    }
}
