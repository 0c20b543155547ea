using Benchmarks.MetaWorld.Simulation;
using static Benchmarks.MetaWorld.Simulation.Vec3;

namespace Benchmarks.MetaWorld.Tasks;

/// <summary>plate-slide-back-side-v3: get a plate from the cabinet sideways.</summary>
internal sealed class PlateSlideBackSide(SawyerWorld world, TaskInfo info) : PlateSlideSide(world, info)
{
    public static new readonly TaskInfo Task = new(
        "plate-slide-back-side-v3", "Get a plate from the cabinet sideways",
        "sawyer_plate_slide_sideway.xml",
        (world, info) => new PlateSlideBackSide(world, info), Expert)
    {
        Low = [-0.25, 0.6, 0, -0.05, 0.6, 0.015],
        High = [-0.25, 0.6, 0, 0.15, 0.6, 0.015],
        HandStart = new(0, 0.6f, 0.2f),
        Goal = new(new(-0.05, 0.6, 0.015), new(0.15, 0.6, 0.015)),
    };

    protected override void Reset() => StartAt(-0.15, 0, moveCabinet: true);

    private static Move Expert(in Seen seen)
    {
        Vec3 hand = seen.Hand, plate = seen.Object + new Vec3(0.023, 0, 0.025);
        Vec3 to =
            DistanceXY(hand, plate) > 0.01 ? plate + Up(0.07)
            : Math.Abs(hand.Z - plate.Z) > 0.04 ? plate
            : new(hand.X + 0.1, 0.6, hand.Z);
        return new(to, 10, 1);
    }
}
