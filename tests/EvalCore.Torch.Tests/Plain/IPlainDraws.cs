using static TorchSharp.torch;

namespace EvalCore.Torch.Tests.Plain;

/// <summary>Where a plain network gets its random numbers.</summary>
internal interface IPlainDraws
{
    Tensor Randn(params long[] size);

    Tensor Randint(long high, long count);

    Tensor Multinomial(Tensor weights);
}
