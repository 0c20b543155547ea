using Benchmarks.Libero.Scenes;
using Benchmarks.MuJoCo;
using MuJoCo;

namespace Benchmarks.Libero.Goals;

/// <summary>
/// <c>(on A R)</c>, R a region: A's root body is over the region's site, at most 10 cm, and touches the instance that the
/// region belongs to; a zone of the workspace belongs to none. With the site's position p, rotation matrix M and half extent
/// s, and <c>d = M (x(A) - p)</c>: <c>s.z - 0.005 &lt; d.z &lt; s.z + 0.1</c>, <c>|d.x| &lt; s.x</c>, <c>|d.y| &lt; s.y</c>.
/// </summary>
/// <remarks>
/// M turns from the site's frame to the world's, so d is not A in the site's frame where the site is rotated. LIBERO computes
/// it so (<c>envs/objects/site_object.py</c>, <c>under</c>).
/// </remarks>
internal sealed class OnRegion(MjModel model, SceneInstance above, string region, SceneInstance? parent) : Predicate
{
    private const double Below = 0.005;
    private const double Height = 0.10;
    private readonly int _above = model.Id(mjtObj.mjOBJ_BODY, above.Body);
    private readonly int _site = model.Id(mjtObj.mjOBJ_SITE, region);
    private readonly ContactTest? _contact = parent is null ? null : new ContactTest(model, parent, above);

    /// <inheritdoc/>
    public override bool Holds(MjData data)
    {
        var site = new Site(data, _site);
        var size = site.Size;
        var d = site.Rotate(new Body(data, _above).Position - site.Position);
        return size.Z - Below < d.Z && d.Z < size.Z + Height
            && Math.Abs(d.X) < size.X && Math.Abs(d.Y) < size.Y
            && (_contact is null || _contact.Holds(data));
    }
}
