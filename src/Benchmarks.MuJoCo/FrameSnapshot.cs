using MuJoCo;

namespace Benchmarks.MuJoCo;

/// <summary>
/// What an image of a simulation shows, as numbers: the poses of geoms, sites, cameras and lights that the last kinematics
/// pass computed. The state (<c>qpos</c>) is not enough: after a reset that edits the model, the poses are those before the
/// edit, and an image shows them.
/// </summary>
public static class FrameSnapshot
{
    private delegate Span<double> Part(MjData data);

    private static readonly Part[] Parts =
    [
        data => data.geom_xpos, data => data.geom_xmat, data => data.site_xpos, data => data.site_xmat,
        data => data.cam_xpos, data => data.cam_xmat, data => data.light_xpos, data => data.light_xdir,
    ];

    /// <summary>The length of a snapshot.</summary>
    public static int Length(MjData data) => Parts.Sum(part => part(data).Length);

    /// <summary>Writes a snapshot of a simulation; allocates nothing.</summary>
    /// <param name="data">The simulation.</param>
    /// <param name="snapshot"><see cref="Length"/> numbers.</param>
    public static void Write(MjData data, Span<double> snapshot)
    {
        foreach (var part in Parts)
        {
            var numbers = part(data);
            numbers.CopyTo(snapshot);
            snapshot = snapshot[numbers.Length..];
        }
    }

    /// <summary>Puts the poses of a snapshot into the data of an equal model, for rendering.</summary>
    /// <param name="snapshot">What <see cref="Write"/> wrote.</param>
    /// <param name="data">Where the poses go.</param>
    public static void Read(ReadOnlySpan<double> snapshot, MjData data)
    {
        foreach (var part in Parts)
        {
            var numbers = part(data);
            snapshot[..numbers.Length].CopyTo(numbers);
            snapshot = snapshot[numbers.Length..];
        }
    }

    /// <summary>The position of a site in a snapshot: 3 numbers that may be changed.</summary>
    /// <param name="model">The model.</param>
    /// <param name="snapshot">What <see cref="Write"/> wrote.</param>
    /// <param name="site">The site's number.</param>
    public static Span<double> SitePosition(MjModel model, Span<double> snapshot, int site)
    {
        ArgumentNullException.ThrowIfNull(model);
        return snapshot.Slice(12 * model.ngeom + 3 * site, 3);
    }
}
