using EvalCore.Torch.Checkpoints;
using EvalCore.Torch.Layers;
using static TorchSharp.torch;

namespace EvalCore.Torch.Policies.Pi0;

/// <summary>How the action expert is told the noisy actions, the time and the state: the tokens after the prefix.</summary>
internal interface ISuffix
{
    /// <summary>The block of each token: see <see cref="TokenSequence"/>. The tokens of the actions are the last ones.</summary>
    IReadOnlyList<int> Blocks { get; }

    /// <summary>A norm of the action expert, from its part and its width.</summary>
    INorm NewNorm(StateDict state, long width);

    /// <summary>The token of the state, [B, 1, width], the same for every denoising step; null where there is none.</summary>
    /// <param name="state">[B, state dimension].</param>
    /// <param name="hook">Is given the modules' outputs.</param>
    Tensor? EmbedState(Tensor state, Action<string, Tensor>? hook);

    /// <summary>The tokens of noisy actions [B, chunk, action dimension] at a step, [B, chunk, width].</summary>
    Tensor EmbedActions(Tensor actions, int step, Action<string, Tensor>? hook);
}
