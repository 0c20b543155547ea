using static TorchSharp.torch;

namespace EvalCore.Torch.Layers;

/// <summary>A normalisation over the last dimension, before a sub-layer of a decoder.</summary>
internal interface INorm
{
    /// <summary>Normalises.</summary>
    /// <param name="x">[B, S, width].</param>
    /// <param name="step">The denoising step; only a norm that depends on it reads it.</param>
    /// <param name="gate">
    /// What the sub-layer's output is multiplied with before it is added to <paramref name="x"/>, broadcast over tokens;
    /// null: nothing.
    /// </param>
    /// <returns>The same shape and type.</returns>
    Tensor Forward(Tensor x, int step, out Tensor? gate);
}
