using EvalCore.Policies;
using static TorchSharp.torch;

namespace EvalCore.Torch.Policies;

/// <summary>Random numbers that another implementation drew, in the order in which it drew them.</summary>
internal sealed class RecordedNoise(IRandomDraws draws) : INoise
{
    public Tensor Randn(params ReadOnlySpan<long> size) => Next(size);

    public Tensor Rand(params ReadOnlySpan<long> size) => Next(size);

    public Tensor Randint(long high, params ReadOnlySpan<long> size) => Whole(high, size);

    public Tensor Multinomial(Tensor weights, long samples, bool replacement = false)
    {
        long[] shape = weights.shape;
        return Whole(shape[^1], [.. shape[..^1], samples]);
    }

    public void Dispose()
    {
    }

    private Tensor Next(ReadOnlySpan<long> size) => tensor(draws.Next(size)).reshape(size.ToArray());

    private Tensor Whole(long high, ReadOnlySpan<long> size)
    {
        float[] values = draws.Next(size);
        foreach (float value in values)
        {
            if (value != MathF.Floor(value) || value < 0 || value >= high)
                throw new EvalCoreException($"a recorded draw is {value}, but the policy draws whole numbers below {high}");
        }

        return tensor(values).reshape(size.ToArray()).to(ScalarType.Int64);
    }
}
