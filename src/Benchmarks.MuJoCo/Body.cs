using MuJoCo;

namespace Benchmarks.MuJoCo;

/// <summary>
/// A body of a model. What it reads is the result of the last kinematics pass: after a step, the pose before the step's
/// integration.
/// </summary>
/// <param name="data">The simulation.</param>
/// <param name="id">The body's number.</param>
public readonly struct Body(MjData data, int id)
{
    /// <summary>The body's number.</summary>
    public int Id => id;

    /// <summary>The position of the body's frame (<c>xpos</c>), metres, world frame.</summary>
    public Vec3 Position => Vec3.From(data.xpos.Slice(3 * id, 3));

    /// <summary>The orientation of the body's frame (<c>xquat</c>), world frame.</summary>
    public Quat Orientation => Quat.From(data.xquat.Slice(4 * id, 4));

    /// <summary>
    /// The same orientation, computed from the rotation matrix (<c>xmat</c>) as scipy does: other last bits and, for half of
    /// all orientations, the other sign.
    /// </summary>
    public Quat OrientationFromMatrix => Quat.FromMatrix(data.xmat.Slice(9 * id, 9));

    /// <summary>The position in the parent's frame, in the model (<c>body_pos</c>), metres.</summary>
    public Vec3 ModelPosition => Vec3.From(data.Model.body_pos.Slice(3 * id, 3));

    /// <summary>The orientation in the parent's frame, in the model (<c>body_quat</c>).</summary>
    public Quat ModelOrientation => Quat.From(data.Model.body_quat.Slice(4 * id, 4));

    /// <summary>
    /// Changes the body's position in its parent's frame, in the model (<c>body_pos</c>), metres. Effective from the next
    /// kinematics pass.
    /// </summary>
    public void Place(Vec3 position) => position.CopyTo(data.Model.body_pos.Slice(3 * id, 3));

    /// <summary>
    /// Changes the body's position and orientation in its parent's frame, in the model (<c>body_pos</c>, metres, and
    /// <c>body_quat</c>). Effective from the next kinematics pass.
    /// </summary>
    public void Place(Vec3 position, Quat orientation)
    {
        Place(position);
        orientation.CopyTo(data.Model.body_quat.Slice(4 * id, 4));
    }
}
