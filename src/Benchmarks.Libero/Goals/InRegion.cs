using Benchmarks.Libero.Scenes;
using Benchmarks.MuJoCo;
using MuJoCo;

namespace Benchmarks.Libero.Goals;

/// <summary>
/// <c>(in A R)</c>: A's root body is within the region's box, which is 1 cm deeper than its site. With the site's position p,
/// rotation matrix M and half extent s, and <c>e = |M s|</c>, component by component:
/// <c>p - e - (0, 0, 0.01) &lt; x(A) &lt; p + e</c>. Contact is not needed.
/// </summary>
/// <remarks>
/// <c>|M s|</c> is not the box's extent in the world, which would be <c>|M| s</c>. LIBERO computes it so
/// (<c>envs/objects/site_object.py</c>, <c>in_box</c>).
/// </remarks>
internal sealed class InRegion(MjModel model, SceneInstance inside, string region) : Predicate
{
    private const double Deeper = 0.01;
    private readonly int _inside = model.Id(mjtObj.mjOBJ_BODY, inside.Body);
    private readonly int _site = model.Id(mjtObj.mjOBJ_SITE, region);

    /// <inheritdoc/>
    public override bool Holds(MjData data)
    {
        var site = new Site(data, _site);
        var extent = site.Rotate(site.Size);
        Vec3 center = site.Position, e = new(Math.Abs(extent.X), Math.Abs(extent.Y), Math.Abs(extent.Z));
        Vec3 lower = center - e, upper = center + e, x = new Body(data, _inside).Position;
        return x.X > lower.X && x.Y > lower.Y && x.Z > lower.Z - Deeper && x.X < upper.X && x.Y < upper.Y && x.Z < upper.Z;
    }
}
