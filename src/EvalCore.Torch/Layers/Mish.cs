using static TorchSharp.torch;

namespace EvalCore.Torch.Layers;

/// <summary>
/// The activation x tanh(ln(1 + exp(x))) (Misra, 2019). TorchSharp's own makes numbers that can be freed while libtorch reads
/// them, see <see cref="Scalars"/>. Where exp overflows, the limit is right: tanh is 1.
/// </summary>
internal static class Mish
{
    public static Tensor Forward(Tensor x) => x.exp().log1p_().tanh_().mul_(x);
}
