using MuJoCo;

namespace Benchmarks.MuJoCo;

/// <summary>A site (a marked frame on a body) of a model. What it reads is the result of the last kinematics pass.</summary>
/// <param name="data">The simulation.</param>
/// <param name="id">The site's number.</param>
public readonly struct Site(MjData data, int id)
{
    /// <summary>The site's number.</summary>
    public int Id => id;

    /// <summary>The position of the site's frame (<c>site_xpos</c>), metres, world frame.</summary>
    public Vec3 Position => Vec3.From(data.site_xpos.Slice(3 * id, 3));

    /// <summary>The orientation of the site's frame, computed from its rotation matrix (<c>site_xmat</c>) as scipy does.</summary>
    public Quat Orientation => Quat.FromMatrix(data.site_xmat.Slice(9 * id, 9));

    /// <summary>Half its extent along its x, y and z (<c>site_size</c>), metres, for a box.</summary>
    public Vec3 Size => Vec3.From(data.Model.site_size.Slice(3 * id, 3));

    /// <summary>The position in the frame of its body, in the model (<c>site_pos</c>), metres.</summary>
    public Vec3 ModelPosition => Vec3.From(data.Model.site_pos.Slice(3 * id, 3));

    /// <summary>
    /// Changes the position in the frame of its body, in the model (<c>site_pos</c>), metres. Effective from the next
    /// kinematics pass.
    /// </summary>
    public void Place(Vec3 position) => position.CopyTo(data.Model.site_pos.Slice(3 * id, 3));

    /// <summary>The product of the frame's rotation matrix (<c>site_xmat</c>) and a vector: from the site's frame to the world's.</summary>
    public Vec3 Rotate(Vec3 vector)
    {
        var m = data.site_xmat.Slice(9 * id, 9);
        return new(
            m[0] * vector.X + m[1] * vector.Y + m[2] * vector.Z,
            m[3] * vector.X + m[4] * vector.Y + m[5] * vector.Z,
            m[6] * vector.X + m[7] * vector.Y + m[8] * vector.Z);
    }
}
