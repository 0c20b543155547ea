using static TorchSharp.torch;

namespace EvalCore.Torch.Processors;

/// <summary>What goes through a pipeline: LeRobot's <c>EnvTransition</c>, as far as evaluation fills it.</summary>
internal sealed class Transition
{
    /// <summary>The observation, by name.</summary>
    public Dictionary<string, Tensor> Observation { get; set; } = [];

    /// <summary>The action; null on the way in.</summary>
    public Tensor? Action { get; set; }

    /// <summary>The instruction of each row of the batch.</summary>
    public IReadOnlyList<string> Task { get; set; } = [];
}
