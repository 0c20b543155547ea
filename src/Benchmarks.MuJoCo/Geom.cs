using MuJoCo;

namespace Benchmarks.MuJoCo;

/// <summary>A geom (a shape of a body) of a model. What it reads is the result of the last kinematics pass.</summary>
/// <param name="data">The simulation.</param>
/// <param name="id">The geom's number.</param>
public readonly struct Geom(MjData data, int id)
{
    /// <summary>The geom's number: what <c>MjContact.geom</c> has.</summary>
    public int Id => id;

    /// <summary>The position of the geom's frame (<c>geom_xpos</c>), metres, world frame.</summary>
    public Vec3 Position => Vec3.From(data.geom_xpos.Slice(3 * id, 3));

    /// <summary>The orientation of the geom's frame, computed from its rotation matrix (<c>geom_xmat</c>) as scipy does.</summary>
    public Quat Orientation => Quat.FromMatrix(data.geom_xmat.Slice(9 * id, 9));
}
