using static TorchSharp.torch;

namespace EvalCore.Torch.Policies;

/// <summary>
/// An episode's random numbers. Every episode has its own, so that what it draws does not depend on which others are in
/// flight.
/// </summary>
internal interface INoise : IDisposable
{
    /// <summary>Standard normal numbers on the CPU, as <c>torch.randn</c> draws them.</summary>
    /// <param name="size">The shape; its first dimension, the batch, is 1.</param>
    Tensor Randn(params ReadOnlySpan<long> size);
}
