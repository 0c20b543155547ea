using static TorchSharp.torch;

namespace EvalCore.Torch.Processors;

/// <summary>
/// How one feature is normalised: LeRobot v0.6.1's <c>normalize_processor</c>, in its order of operations and without
/// clipping.
/// </summary>
internal sealed class Normalization : IDisposable
{
    private readonly NormalizationMode _mode;
    private readonly double _eps;
    private readonly Tensor _low;
    private readonly Tensor _high;

    /// <summary>What is multiplied with or divided by, of the low and the high statistic alone.</summary>
    private readonly Tensor _divisor;

    /// <summary>Makes the normalisation of a feature.</summary>
    /// <param name="mode">Any but <see cref="NormalizationMode.IDENTITY"/>.</param>
    /// <param name="low">The mean, the minimum or the lower quantile.</param>
    /// <param name="high">The standard deviation, the maximum or the upper quantile.</param>
    /// <param name="eps">What stands for a range of zero, and is added to a standard deviation.</param>
    /// <param name="device">Where the tensors are that will be normalised.</param>
    public Normalization(NormalizationMode mode, Tensor low, Tensor high, double eps, Device device)
    {
        _mode = mode;
        _eps = eps;
        using var scope = NewDisposeScope();
        var divisor = mode == NormalizationMode.MEAN_STD ? high.Plus(Scalars.Of(eps)) : Range(low, high, eps);
        _low = Own(low);
        _high = Own(high);
        _divisor = Own(divisor);

        Tensor Own(Tensor tensor) => tensor.to(device).alias().DetachFromDisposeScope();
    }

    /// <summary>The statistics a mode needs: the low one and the high one.</summary>
    public static (string Low, string High) Statistics(NormalizationMode mode) => mode switch
    {
        NormalizationMode.MEAN_STD => ("mean", "std"),
        NormalizationMode.MIN_MAX => ("min", "max"),
        NormalizationMode.QUANTILES => ("q01", "q99"),
        NormalizationMode.QUANTILE10 => ("q10", "q90"),
        _ => throw new ArgumentOutOfRangeException(nameof(mode), mode, null),
    };

    /// <summary>From the data's units to the policy's.</summary>
    public Tensor Normalize(Tensor x)
    {
        if (x.dtype != _low.dtype)
        {
            using var other = As(x.dtype);
            return other.Normalize(x);
        }

        var y = x.sub(_low);
        return _mode == NormalizationMode.MEAN_STD ? y.div_(_divisor) : y.mul_(Scalars.Two).div_(_divisor).sub_(Scalars.One);
    }

    /// <summary>From the policy's units to the data's.</summary>
    public Tensor Unnormalize(Tensor x)
    {
        if (x.dtype != _low.dtype)
        {
            using var other = As(x.dtype);
            return other.Unnormalize(x);
        }

        return _mode switch
        {
            NormalizationMode.MEAN_STD => (x * _high).PlusInPlace(_low),
            NormalizationMode.MIN_MAX => x.Plus(Scalars.One).div_(Scalars.Two).mul_(_divisor).PlusInPlace(_low),
            _ => x.Plus(Scalars.One).mul_(_divisor).div_(Scalars.Two).PlusInPlace(_low),
        };
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _low.Dispose();
        _high.Dispose();
        _divisor.Dispose();
    }

    /// <summary>The statistics take the type of what they are applied to.</summary>
    private Normalization As(ScalarType type) => new(_mode, _low.to(type), _high.to(type), _eps, _low.device);

    /// <summary>high - low, and eps where that is zero.</summary>
    private static Tensor Range(Tensor low, Tensor high, double eps)
    {
        var range = high.sub(low);
        return where(range.eq(Scalars.Of(0.0)), full_like(range, Scalars.Of(eps)), range);
    }
}
