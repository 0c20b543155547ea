using MuJoCo;

namespace Benchmarks.MetaWorld.Simulation;

/// <summary>
/// All that a picture shows of a world: the poses of its geoms, sites, cameras and lights as they were last computed.
/// They do not follow from the state alone, because a picture taken after a reset shows edited bodies where they were
/// before.
/// </summary>
internal static class Frame
{
    private delegate Span<double> Part(MjData data);

    private static readonly Part[] Parts =
    [
        data => data.geom_xpos, data => data.geom_xmat, data => data.site_xpos, data => data.site_xmat,
        data => data.cam_xpos, data => data.cam_xmat, data => data.light_xpos, data => data.light_xdir,
    ];

    public static int Length(MjData data) => Parts.Sum(part => part(data).Length);

    public static void Write(MjData data, Span<double> frame)
    {
        foreach (var part in Parts)
        {
            var numbers = part(data);
            numbers.CopyTo(frame);
            frame = frame[numbers.Length..];
        }
    }

    public static void Read(ReadOnlySpan<double> frame, MjData data)
    {
        foreach (var part in Parts)
        {
            var numbers = part(data);
            frame[..numbers.Length].CopyTo(numbers);
            frame = frame[numbers.Length..];
        }
    }
}
