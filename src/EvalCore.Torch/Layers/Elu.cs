using static TorchSharp.torch;

namespace EvalCore.Torch.Layers;

/// <summary>The activation x for positive x, exp(x) - 1 else. TorchSharp's shorter form makes numbers for one call, see <see cref="Scalars"/>.</summary>
internal static class Elu
{
    public static Tensor Forward(Tensor x) => x.elu(Scalars.Of(1.0), Scalars.Of(1.0), Scalars.Of(1.0));
}
