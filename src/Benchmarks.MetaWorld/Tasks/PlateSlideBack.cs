using Benchmarks.MetaWorld.Simulation;
using Benchmarks.MuJoCo;
using static Benchmarks.MuJoCo.Vec3;

namespace Benchmarks.MetaWorld.Tasks;

/// <summary>
/// plate-slide-back-v3: get a plate from the cabinet. Follows metaworld 3.0.0,
/// <c>envs/sawyer_plate_slide_back_v3.py</c> (<c>SawyerPlateSlideBackEnvV3</c>) and
/// <c>policies/sawyer_plate_slide_back_v3_policy.py</c>.
/// </summary>
internal sealed class PlateSlideBack(SawyerSimulation simulation, TaskInfo info) : PlateSlideSide(simulation, info)
{
    public static new readonly TaskInfo Task = new(
        "plate-slide-back-v3", "Get a plate from the cabinet", "sawyer_plate_slide.xml",
        (simulation, info) => new PlateSlideBack(simulation, info), Expert)
    {
        Low = [0, 0.85, 0, -0.1, 0.6, 0.015],
        High = [0, 0.85, 0, 0.1, 0.6, 0.015],
        HandStart = new(0, 0.6f, 0.2f),
        GoalSpace = new(new(-0.1, 0.6, 0.015), new(0.1, 0.6, 0.015)),
    };

    protected override void Reset() => StartAt(0, 0.15);

    private static ExpertCommand Expert(in TaskObservation obs)
    {
        Vec3 hand = obs.Hand, plate = obs.Object + new Vec3(0, -0.065, 0.025);
        Vec3 to =
            DistanceXY(hand, plate) > 0.01 ? plate + Up(0.1)
            : Math.Abs(hand.Z - plate.Z) > 0.04 ? plate
            : hand.Y > 0.7 ? hand - new Vec3(0, 0.1, 0)
            : hand.Y > 0.6 ? new(0.15, 0.55, hand.Z)
            : new(hand.X - 0.1, 0.55, hand.Z);
        return new(to, 10, -1);
    }
}
