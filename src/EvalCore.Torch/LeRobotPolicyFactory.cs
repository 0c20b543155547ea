using EvalCore.Environments;
using EvalCore.Policies;
using EvalCore.Torch.Checkpoints;
using EvalCore.Torch.Policies;

namespace EvalCore.Torch;

/// <summary>LeRobot checkpoints: policies in the folder format of LeRobot v0.6.1, run in TorchSharp.</summary>
public sealed class LeRobotPolicyFactory : IPolicyFactory
{
    /// <inheritdoc/>
    public IReadOnlyDictionary<string, string> Types { get; } = PolicyKind.All.ToDictionary(kind => kind.Type, kind => kind.Description);

    /// <inheritdoc/>
    public bool Knows(string type, EnvConfig env) => PolicyKind.Find(type) is not null;

    /// <inheritdoc/>
    public IReadOnlyCollection<string> Fields(string type) =>
        PolicyKind.Find(type) is { } kind ? [.. ConfigFields.Of(kind.NewConfig().GetType()).Keys] : [];

    /// <inheritdoc/>
    public IPolicy Make(PolicyOptions options, EnvConfig env, Action<string> warn) =>
        LeRobotPolicy.Load(options, env.ObservationSpace, env.ActionSpace.Dimension, warn, choices: env.ObservationSpaces());
}
