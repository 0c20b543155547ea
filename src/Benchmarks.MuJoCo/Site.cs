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

    /// <summary>The position in the frame of its body, in the model (<c>site_pos</c>), metres.</summary>
    public Vec3 ModelPosition => Vec3.From(data.Model.site_pos.Slice(3 * id, 3));

    /// <summary>
    /// Changes the position in the frame of its body, in the model (<c>site_pos</c>), metres. Effective from the next
    /// kinematics pass.
    /// </summary>
    public void Place(Vec3 position) => position.CopyTo(data.Model.site_pos.Slice(3 * id, 3));
}
