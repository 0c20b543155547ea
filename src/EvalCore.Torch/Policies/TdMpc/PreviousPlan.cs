using static TorchSharp.torch;

namespace EvalCore.Torch.Policies.TdMpc;

/// <summary>What an episode's next plan starts from.</summary>
internal sealed class PreviousPlan : IDisposable
{
    /// <summary>The mean of the last plan's last iteration, [horizon, action dimension]; null before the first plan.</summary>
    public Tensor? Mean
    {
        get;
        set
        {
            field?.Dispose();
            field = value?.DetachFromDisposeScope();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => Mean = null;
}
