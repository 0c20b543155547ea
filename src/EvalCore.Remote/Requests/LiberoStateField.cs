using EvalCore.Environments;
using EvalCore.Remote.Wire;

namespace EvalCore.Remote.Requests;

/// <summary>
/// LIBERO's state as openpi's and vla-eval's clients send it: the gripper's position, its orientation as axis times angle, the two
/// fingers; eight numbers, float64.
/// </summary>
/// <param name="key">The request's key.</param>
/// <param name="rule">How the quaternion becomes axis times angle; vla-eval's client rounds its three numbers to float32.</param>
/// <param name="isRounded">Whether the three numbers are rounded to float32.</param>
internal sealed class LiberoStateField(string key, QuaternionRule rule, bool isRounded) : RequestField(key)
{
    public const string Position = "observation.robot_state.eef.pos";
    public const string Quaternion = "observation.robot_state.eef.quat";
    public const string Gripper = "observation.robot_state.gripper.qpos";

    /// <summary>The number of values.</summary>
    public const int Length = 8;

    public override IEnumerable<string> Reads => [Position, Quaternion, Gripper];

    public override string Content => rule == QuaternionRule.Kept ? "position, axis-angle (w kept), fingers" : "position, axis-angle (w not below 0), fingers";

    public override void Write(MessagePackWriter writer, Observation observation, EnvTask task)
    {
        Span<double> state = stackalloc double[Length];
        observation.Vector(Position)[..3].CopyTo(state);
        AxisAngle.From(observation.Vector(Quaternion), rule, state[3..]);
        if (isRounded)
        {
            for (int i = 3; i < 6; i++)
                state[i] = (float)state[i];
        }

        observation.Vector(Gripper)[..2].CopyTo(state[6..]);
        writer.Array(state);
    }
}
