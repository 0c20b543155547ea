using MuJoCo;

namespace Benchmarks.Libero.Goals;

/// <summary><c>(up X)</c>: the root body of an instance, or the site of a region, is at a height of 1 m or more, world frame.</summary>
/// <param name="isSite">Whether X is a region.</param>
/// <param name="id">The number of the body or site.</param>
internal sealed class Up(bool isSite, int id) : Predicate
{
    private const double Height = 1.0;

    /// <inheritdoc/>
    public override bool Holds(MjData data) => (isSite ? data.site_xpos : data.xpos)[3 * id + 2] >= Height;
}
