using EvalCore.Torch.Checkpoints;
using EvalCore.Torch.Policies.Act;
using EvalCore.Torch.Policies.Diffusion;

namespace EvalCore.Torch.Policies;

/// <summary>A type of policy: its configuration and its network. A policy is added by an entry in <see cref="All"/>.</summary>
/// <param name="Type">The <c>type</c> of <c>config.json</c>.</param>
/// <param name="Description">A line about it.</param>
/// <param name="NewConfig">Makes a configuration with the defaults.</param>
/// <param name="NewNetwork">Builds the network, for pictures of the given heights and widths.</param>
internal sealed record PolicyKind(
    string Type,
    string Description,
    Func<PolicyConfig> NewConfig,
    Func<PolicyConfig, StateDict, IReadOnlyList<(int Height, int Width)>, PolicyNetwork> NewNetwork)
{
    /// <summary>The policies this version can run.</summary>
    public static IReadOnlyList<PolicyKind> All { get; } =
    [
        new(
            "act", "ACT: action chunking transformer (Zhao et al., 2023)",
            () => new ActConfig(), (config, state, pictures) => new ActNetwork((ActConfig)config, state, pictures)),
        new(
            "diffusion", "Diffusion Policy: a conditional U-Net over action trajectories (Chi et al., 2023)",
            () => new DiffusionConfig(), (config, state, pictures) => new DiffusionNetwork((DiffusionConfig)config, state, pictures)),
    ];

    /// <summary>A policy by its type, or null.</summary>
    public static PolicyKind? Find(string type) => All.FirstOrDefault(kind => kind.Type == type);
}
