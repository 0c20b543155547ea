using EvalCore.Torch.Checkpoints;
using static TorchSharp.torch;

namespace EvalCore.Torch.Processors;

/// <summary>
/// <c>libero_processor</c>: turns all images by 180 degrees, and makes the state of the robot's: position of the gripper (m),
/// axis times angle (rad), positions of the fingers (m). EvalCore's LIBERO observes what this step makes, so it is for
/// pipelines that name it themselves.
/// </summary>
internal sealed class LiberoProcessor : IProcessorStep
{
    public const string Name = "libero_processor";

    /// <summary>What the names of the robot's state begin with.</summary>
    public const string RobotState = "observation.robot_state.";

    public void Process(Transition transition)
    {
        ObservedImages.Change(transition, null, (_, image) => image.flip(2, 3));
        if (!(transition.Observation.TryGetValue(RobotState + "eef.pos", out var position)
            && transition.Observation.TryGetValue(RobotState + "eef.quat", out var quaternion)
            && transition.Observation.TryGetValue(RobotState + "gripper.qpos", out var fingers)))
            return;
        transition.Observation[FeatureNames.State] = cat([position.to(ScalarType.Float32), AxisAngle(quaternion), fingers.to(ScalarType.Float32)], -1);
        foreach (string key in transition.Observation.Keys.Where(key => key.StartsWith(RobotState, StringComparison.Ordinal)).ToList())
            transition.Observation.Remove(key);
    }

    /// <summary>The rotation of a quaternion (x, y, z, w), [B, 4]: its axis times its angle, which is from 0 to 2 pi.</summary>
    private static Tensor AxisAngle(Tensor quaternion)
    {
        quaternion = quaternion.to(ScalarType.Float32);
        var w = quaternion.narrow(-1, 3, 1).clamp(Scalars.Of(-1.0), Scalars.Of(1.0));
        var sine = Scalars.Of(1.0);
        var den = w.mul(w).neg().Plus(sine).clamp_min(Scalars.Of(0.0)).sqrt();
        var axis = quaternion.narrow(-1, 0, 3).div(den);
        var rotation = axis.mul(w.acos().mul(Scalars.Two));
        return where(den.gt(Scalars.Of(1e-10)), rotation, zeros_like(rotation));
    }
}
