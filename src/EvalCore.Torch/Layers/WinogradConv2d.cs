using static TorchSharp.torch;

namespace EvalCore.Torch.Layers;

/// <summary>
/// A 3x3 convolution of stride 1 and padding 1 by F(2x2, 3x3) of Winograd (Lavin and Gray, 2016): 16 products for four outputs
/// in place of 36. Every 4x4 tile of the image and the weights are transformed, multiplied in 16 matrix products, and
/// transformed back. It pays where there are many channels and enough tiles; rounding errors are those of a direct
/// convolution or less, since sums are shorter.
/// </summary>
internal sealed class WinogradConv2d
{
    private const int Least = 256;
    private const int LeastTiles = 64;

    private readonly Tensor _weight;
    private readonly Tensor? _bias;
    private readonly Tensor _ofTiles;
    private readonly Tensor _toOutputs;
    private readonly long _inputs;
    private readonly long _outputs;

    /// <summary>Transforms weights.</summary>
    /// <param name="weight">[output, input, 3, 3].</param>
    /// <param name="bias">[output] or null, kept.</param>
    /// <param name="keep">Keeps a tensor as long as the network lives.</param>
    public WinogradConv2d(Tensor weight, Tensor? bias, Func<Tensor, Tensor> keep)
    {
        (_outputs, _inputs) = (weight.shape[0], weight.shape[1]);
        _bias = bias;
        var tile = Matrix(4, weight.device, 1, 0, -1, 0, 0, 1, 1, 0, 0, -1, 1, 0, 0, 1, 0, -1);
        var kernel = Matrix(4, weight.device, 1, 0, 0, 0.5, 0.5, 0.5, 0.5, -0.5, 0.5, 0, 0, 1);
        var output = Matrix(2, weight.device, 1, 1, 1, 0, 0, 1, -1, -1);
        _ofTiles = keep(kron(tile, tile).to(ScalarType.Float32));
        _toOutputs = keep(kron(output, output).to(ScalarType.Float32));
        var transformed = kron(kernel, kernel).matmul(weight.to(ScalarType.Float64).permute(2, 3, 1, 0).reshape(9, -1));
        _weight = keep(transformed.to(ScalarType.Float32).view(16, _inputs, _outputs));
    }

    /// <summary>Whether it is faster than a direct convolution.</summary>
    /// <param name="inputs">Input channels.</param>
    /// <param name="outputs">Output channels.</param>
    /// <param name="pixels">Pixels of an output, of all images of a call.</param>
    public static bool Pays(long inputs, long outputs, long pixels) => Math.Min(inputs, outputs) >= Least && pixels >= 4 * LeastTiles;

    /// <summary>[N, input, H, W] to [N, output, H, W], channels-last.</summary>
    public Tensor Forward(Tensor x)
    {
        using var scope = NewDisposeScope();
        var (batch, height, width) = (x.shape[0], x.shape[2], x.shape[3]);
        var (rows, columns) = ((height + 1) / 2, (width + 1) / 2);
        var padded = nn.functional.pad(x.permute(0, 2, 3, 1), [0, 0, 1, 2 * columns - width + 1, 1, 2 * rows - height + 1]);
        var tiles = padded.unfold(1, 4, 2).unfold(2, 4, 2).permute(4, 5, 0, 1, 2, 3).reshape(16, -1);
        var products = _ofTiles.matmul(tiles).view(16, -1, _inputs).bmm(_weight);
        var y = _toOutputs.matmul(products.view(16, -1)).view(2, 2, batch, rows, columns, _outputs)
            .permute(2, 3, 0, 4, 1, 5).reshape(batch, 2 * rows, 2 * columns, _outputs);
        if (_bias is not null)
            y = y.PlusInPlace(_bias);
        return y.narrow(1, 0, height).narrow(2, 0, width).permute(0, 3, 1, 2).MoveToOuterDisposeScope();
    }

    private static Tensor Matrix(long rows, Device device, params double[] values) => tensor(values).view(rows, -1).to(device);
}
