using System.Runtime.Intrinsics.X86;
using TorchSharp;
using static TorchSharp.torch;

namespace EvalCore.Torch.Layers;

/// <summary>Products of bfloat16 matrices.</summary>
internal static class Bfloat16
{
    /// <summary>
    /// Whether oneDNN multiplies bfloat16 matrices on this processor. Where it does not, libtorch has loops without vectors,
    /// a hundred times slower than products in float32.
    /// </summary>
    private static readonly bool OnThisProcessor = !Avx2.IsSupported || (Avx512BW.VL.IsSupported && Avx512DQ.IsSupported);

    /// <summary>
    /// Whether a tensor is made float32 for a product, and the product bfloat16 again. That is what a product of bfloat16
    /// numbers means everywhere: it sums in float32 and rounds once.
    /// </summary>
    public static bool IsWidened(Tensor tensor) =>
        tensor.dtype == ScalarType.BFloat16 && tensor.device_type == DeviceType.CPU && !OnThisProcessor;
}
