namespace EvalCore.Torch.Policies.XVla;

/// <summary>What the numbers of an action are, by LeRobot's names (<c>xvla/action_hub.py</c>).</summary>
/// <param name="Width">Numbers of an action in the network.</param>
/// <param name="ActionDim">How many of them, from the first on, are the action.</param>
/// <param name="Grippers">
/// Which of them are grippers: the network does not see them, nor the state's, and gives their logits.
/// </param>
internal sealed record ActionMode(int Width, int ActionDim, params int[] Grippers)
{
    /// <summary>The names of all.</summary>
    public static IReadOnlyList<string> Names { get; } = ["ee6d", "joint", "agibot_ee6d", "franka_joint7", "auto"];

    /// <summary>The one that a configuration names; null where it is unknown.</summary>
    public static ActionMode? Find(XVlaConfig config) => config.ActionMode.ToLowerInvariant() switch
    {
        // Two arms, each with a position, the first two columns of a rotation matrix, and a gripper.
        "ee6d" => new ActionMode(20, 20, 9, 19),
        "joint" => new ActionMode(14, 14, 6, 13),
        "agibot_ee6d" => new ActionMode(20, 20),
        "franka_joint7" => new ActionMode(20, 7),
        "auto" => new ActionMode(config.MaxActionDim, config.ActionDim),
        _ => null,
    };
}
