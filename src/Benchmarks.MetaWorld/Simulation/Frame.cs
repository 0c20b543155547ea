using MuJoCo;

namespace Benchmarks.MetaWorld.Simulation;

/// <summary>
/// All that a picture shows of a world: the poses of its geoms, sites, cameras and lights as they were last computed.
/// They do not follow from the state alone, because a picture taken after a reset shows edited bodies where they were
/// before.
/// </summary>
internal static class Frame
{
    public static int Length(MjModel model) => 12 * (model.ngeom + model.nsite + model.ncam) + 6 * model.nlight;

    public static void Write(MjData data, Span<double> frame)
    {
        Take(data.geom_xpos, ref frame);
        Take(data.geom_xmat, ref frame);
        Take(data.site_xpos, ref frame);
        Take(data.site_xmat, ref frame);
        Take(data.cam_xpos, ref frame);
        Take(data.cam_xmat, ref frame);
        Take(data.light_xpos, ref frame);
        Take(data.light_xdir, ref frame);

        static void Take(ReadOnlySpan<double> part, ref Span<double> frame)
        {
            part.CopyTo(frame);
            frame = frame[part.Length..];
        }
    }

    public static void Read(ReadOnlySpan<double> frame, MjData data)
    {
        Put(data.geom_xpos, ref frame);
        Put(data.geom_xmat, ref frame);
        Put(data.site_xpos, ref frame);
        Put(data.site_xmat, ref frame);
        Put(data.cam_xpos, ref frame);
        Put(data.cam_xmat, ref frame);
        Put(data.light_xpos, ref frame);
        Put(data.light_xdir, ref frame);

        static void Put(Span<double> part, ref ReadOnlySpan<double> frame)
        {
            frame[..part.Length].CopyTo(part);
            frame = frame[part.Length..];
        }
    }
}
