using EvalCore.Torch.Checkpoints;
using EvalCore.Torch.Policies.Act;
using EvalCore.Torch.Policies.Diffusion;
using EvalCore.Torch.Policies.Pi0;
using EvalCore.Torch.Policies.Pi05;
using EvalCore.Torch.Policies.Pi0Fast;
using EvalCore.Torch.Policies.SmolVla;
using EvalCore.Torch.Policies.TdMpc;
using EvalCore.Torch.Policies.VqBet;
using EvalCore.Torch.Policies.XVla;

namespace EvalCore.Torch.Policies;

/// <summary>A family of policies. One is added by an entry in <see cref="All"/>; its configuration builds its network.</summary>
/// <param name="Type">The <c>type</c> of <c>config.json</c>.</param>
/// <param name="Description">A line about it.</param>
/// <param name="NewConfig">Makes a configuration with the defaults.</param>
internal sealed record PolicyFamily(string Type, string Description, Func<LeRobotConfig> NewConfig)
{
    /// <summary>The families that this version can run.</summary>
    public static IReadOnlyList<PolicyFamily> All { get; } =
    [
        new("act", "ACT: action chunking transformer (Zhao et al., 2023)", () => new ActConfig()),
        new("diffusion", "Diffusion Policy: a conditional U-Net over action trajectories (Chi et al., 2023)", () => new DiffusionConfig()),
        new("vqbet", "VQ-BeT: a transformer over codes of action chunks (Lee et al., 2024)", () => new VqBetConfig()),
        new("tdmpc", "TD-MPC: planning in a learned latent model (Hansen et al., 2022)", () => new TdMpcConfig()),
        new("smolvla", "SmolVLA: SmolVLM2 with an action expert, by flow matching (Shukor et al., 2025)", () => new SmolVlaConfig()),
        new("pi0", "pi0: PaliGemma with an action expert, by flow matching (Black et al., 2024)", () => new Pi0Config()),
        new("pi05", "pi0.5: pi0 with the state in the prompt and adaptive norms (Physical Intelligence, 2025)", () => new Pi05Config()),
        new("pi0_fast", "pi0-FAST: PaliGemma that generates the tokens of actions (Pertsch et al., 2025)", () => new Pi0FastConfig()),
        new("xvla", "X-VLA: Florence-2 and an action transformer with soft prompts of each robot (Zheng et al., 2025)", () => new XVlaConfig()),
    ];

    /// <summary>A family by its type, or null.</summary>
    public static PolicyFamily? Find(string type) => All.FirstOrDefault(family => family.Type == type);
}
