using EvalCore.Torch.Checkpoints;
using static TorchSharp.torch;

namespace EvalCore.Torch.Layers;

/// <summary>
/// A 3x3 convolution of stride 1 and padding 1 by F(2x2, 3x3) of Winograd (Lavin and Gray, 2016): 16 products for four outputs
/// in place of 36. Every 4x4 tile of the image and the weights are transformed, multiplied in 16 matrix products, which are one
/// 1x1 convolution of 16 groups, and transformed back. It pays where there are many channels and enough tiles; rounding errors
/// are those of a direct convolution or less, since sums are shorter.
/// </summary>
internal sealed class WinogradConv2d
{
    private const int Least = 256;
    private const int LeastTiles = 64;
    private const int Products = 16;

    private static readonly OneDnn.Convolution Multiply = OneDnn.Convolutions(groups: Products);

    private readonly Tensor _weight;
    private readonly Tensor? _bias;
    private readonly Tensor _ofTiles;
    private readonly Tensor _toOutputs;
    private readonly long _inputs;
    private readonly long _outputs;

    /// <summary>Transforms weights.</summary>
    /// <param name="state">Keeps the tensors.</param>
    /// <param name="weight">[output, input, 3, 3].</param>
    /// <param name="bias">[output] or null; belongs to the layer from here on.</param>
    /// <param name="images">The images that one episode gives to a call.</param>
    public WinogradConv2d(StateDict state, Tensor weight, Tensor? bias, (long Count, long Height, long Width) images)
    {
        (_outputs, _inputs) = (weight.shape[0], weight.shape[1]);
        _bias = bias is null ? null : state.Keep(bias);
        var tile = Matrix(4, 1, 0, -1, 0, 0, 1, 1, 0, 0, -1, 1, 0, 0, 1, 0, -1);
        var kernel = Matrix(4, 1, 0, 0, 0.5, 0.5, 0.5, 0.5, -0.5, 0.5, 0, 0, 1);
        var output = Matrix(2, 1, 1, 1, 0, 0, 1, -1, -1);
        _ofTiles = state.Keep(kron(tile, tile).to(ScalarType.Float32));
        _toOutputs = state.Keep(kron(output, output).to(ScalarType.Float32));
        var transformed = kron(kernel, kernel).matmul(weight.to(ScalarType.Float64).permute(2, 3, 0, 1).reshape(9, -1));
        _weight = state.Keep(Multiply.Pack(transformed.to(ScalarType.Float32).view(Products * _outputs, _inputs, 1, 1), (1, 1, Tiles(images))));
    }

    /// <summary>Whether it is faster than a direct convolution.</summary>
    /// <param name="weight">[output, input, 3, 3].</param>
    /// <param name="images">The images that one episode gives to a call.</param>
    public static bool Pays(Tensor weight, (long Count, long Height, long Width) images) =>
        Math.Min(weight.shape[0], weight.shape[1]) >= Least && images.Count * images.Height * images.Width >= 4 * LeastTiles && OneDnn.Takes(weight);

    /// <summary>[N, input, H, W] to [N, output, H, W], channels-last.</summary>
    public Tensor Forward(Tensor x)
    {
        using var scope = NewDisposeScope();
        var (batch, height, width) = (x.shape[0], x.shape[2], x.shape[3]);
        var (rows, columns) = ((height + 1) / 2, (width + 1) / 2);
        var padded = nn.functional.pad(x.permute(0, 2, 3, 1), [0, 0, 1, 2 * columns - width + 1, 1, 2 * rows - height + 1]);
        var tiles = padded.unfold(1, 4, 2).unfold(2, 4, 2).permute(0, 1, 2, 4, 5, 3).reshape(-1, Products, _inputs);
        var products = Multiply.Forward(_ofTiles.matmul(tiles).view(1, 1, -1, Products * _inputs).permute(0, 3, 1, 2), _weight, null);
        var y = _toOutputs.matmul(products.permute(0, 2, 3, 1).view(-1, Products, _outputs)).view(batch, rows, columns, 2, 2, _outputs)
            .permute(0, 1, 3, 2, 4, 5).reshape(batch, 2 * rows, 2 * columns, _outputs);
        if (_bias is not null)
            y = y.PlusInPlace(_bias);
        return y.narrow(1, 0, height).narrow(2, 0, width).permute(0, 3, 1, 2).MoveToOuterDisposeScope();
    }

    private static long Tiles((long Count, long Height, long Width) images) => images.Count * ((images.Height + 1) / 2) * ((images.Width + 1) / 2);

    private static Tensor Matrix(long rows, params double[] values) => tensor(values).view(rows, -1);
}
