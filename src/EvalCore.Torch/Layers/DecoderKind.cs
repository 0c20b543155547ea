using static TorchSharp.torch;
using Approximate = TorchSharp.Modules.GELU.Approximate;

namespace EvalCore.Torch.Layers;

/// <summary>What the tensors of a decoder do not tell.</summary>
/// <param name="Heads">Query heads.</param>
/// <param name="KeyValueHeads">Key-value heads.</param>
/// <param name="Eps">What norms add to the mean square.</param>
/// <param name="WeightsLessOne">Whether norms store their weights less one.</param>
/// <param name="Activation">The activation of the feed-forward part; it may change its input.</param>
internal sealed record DecoderKind(int Heads, int KeyValueHeads, double Eps, bool WeightsLessOne, Func<Tensor, Tensor> Activation)
{
    /// <summary>Gemma 2B and openpi's Gemma 300M.</summary>
    public static DecoderKind Gemma { get; } = new(8, 1, 1e-6, true, x => nn.functional.gelu(x, Approximate.tanh));

    /// <summary>SmolLM2 360M, a Llama: the text model of SmolVLM2-500M.</summary>
    public static DecoderKind SmolLm2 { get; } = new(15, 5, 1e-5, false, x => x.silu_());

    /// <summary>The norm of this kind.</summary>
    public INorm NewNorm(Checkpoints.StateDict state, long width) => new RmsNorm(state, width, Eps, WeightsLessOne);
}
