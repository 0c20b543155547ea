using static TorchSharp.torch;

namespace EvalCore.Torch.Policies;

/// <summary>
/// An episode's random numbers, by torch's names. Every episode has its own, so that its draws do not depend on which others
/// are in flight. Tensors are on the CPU, so that a GPU changes no draw.
/// </summary>
internal interface INoise : IDisposable
{
    /// <summary>Standard normal numbers, as <c>torch.randn</c> draws them.</summary>
    /// <param name="size">The shape for this episode alone.</param>
    Tensor Randn(params ReadOnlySpan<long> size);

    /// <summary>Numbers from 0 to 1, 1 excluded, as <c>torch.rand</c> draws them.</summary>
    /// <param name="size">The shape for this episode alone.</param>
    Tensor Rand(params ReadOnlySpan<long> size);

    /// <summary>Whole numbers from 0 to <paramref name="high"/>, the latter excluded, as <c>torch.randint</c> draws them: int64.</summary>
    /// <param name="high">One more than the largest.</param>
    /// <param name="size">The shape for this episode alone.</param>
    Tensor Randint(long high, params ReadOnlySpan<long> size);

    /// <summary>Categories, as <c>torch.multinomial</c> draws them: int64 [rows, samples].</summary>
    /// <param name="weights">[rows, categories], on any device; they need not sum to one.</param>
    /// <param name="samples">How many are drawn of each row.</param>
    /// <param name="replacement">Whether one category can be drawn twice.</param>
    Tensor Multinomial(Tensor weights, long samples, bool replacement = false);
}
