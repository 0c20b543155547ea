using static TorchSharp.torch;

namespace EvalCore.Torch.Layers;

/// <summary>
/// The fixed position embedding of a feature map: DETR's (Carion et al., 2020), sines and cosines of y in the first half of
/// the channels and of x in the second.
/// </summary>
internal static class SinusoidalPositions2d
{
    private const double Temperature = 10000;
    private const double Eps = 1e-6;

    /// <summary>[height * width, channels], row-major.</summary>
    public static Tensor Make(long height, long width, long channels, Device device)
    {
        using var scope = NewDisposeScope();
        long half = channels / 2;
        var frequency = pow(Temperature, Scalars.Arange(0, half).div(Scalars.Two, RoundingMode.floor).mul(Scalars.Two).to(ScalarType.Float32).div(Scalars.Of(half)));
        var y = Waves(height).unsqueeze(1).expand(height, width, half);
        var x = Waves(width).unsqueeze(0).expand(height, width, half);
        return cat([y, x], dim: 2).reshape(height * width, channels).to(device).MoveToOuterDisposeScope();

        Tensor Waves(long length)
        {
            var position = Scalars.Arange(1, length + 1).to(ScalarType.Float32)
                .div(Scalars.Of(length + Eps)).mul(Scalars.Of(2 * Math.PI));
            var phase = position.unsqueeze(1) / frequency;
            var even = phase.slice(1, 0, half, 2).sin();
            var odd = phase.slice(1, 1, half, 2).cos();
            return stack([even, odd], dim: 2).flatten(1);
        }
    }
}
