using static TorchSharp.torch;

namespace EvalCore.Torch.Processors;

/// <summary>
/// What passes through a pipeline for the episodes of a forward pass: LeRobot's <c>EnvTransition</c>, as far as evaluation
/// fills it. Tensors that a step makes live until the end of the forward pass.
/// </summary>
public sealed class Transition
{
    /// <summary>
    /// The observation, by name: [B * observation steps, ...]; for each episode the oldest first. Empty in a post-processor.
    /// </summary>
    public Dictionary<string, Tensor> Observation { get; set; } = [];

    /// <summary>The actions, [B, steps, action dimension]; null in a pre-processor.</summary>
    public Tensor? Action { get; set; }

    /// <summary>The instruction of each episode, [B].</summary>
    public IReadOnlyList<string> Task { get; set; } = [];

    /// <summary>The instruction for the present part of each episode's task, [B]; null where there is none. A step of one's own may set it.</summary>
    public IReadOnlyList<string>? Subtask { get; set; }

    /// <summary>
    /// What steps hand to later steps, by name; the post-processor of a forward pass gets what its pre-processor left here.
    /// </summary>
    public Dictionary<string, Tensor> ComplementaryData { get; set; } = [];
}
