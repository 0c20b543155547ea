using Benchmarks.MetaWorld.Simulation;
using Benchmarks.MuJoCo;
using static Benchmarks.MuJoCo.Vec3;

namespace Benchmarks.MetaWorld.Tasks;

/// <summary>
/// plate-slide-back-side-v3: get a plate from the cabinet sideways. Follows metaworld 3.0.0,
/// <c>envs/sawyer_plate_slide_back_side_v3.py</c> (<c>SawyerPlateSlideBackSideEnvV3</c>) and
/// <c>policies/sawyer_plate_slide_back_side_v3_policy.py</c>.
/// </summary>
internal sealed class PlateSlideBackSide(SawyerSimulation simulation, TaskInfo info) : PlateSlideSide(simulation, info)
{
    public static new readonly TaskInfo Task = new(
        "plate-slide-back-side-v3", "Get a plate from the cabinet sideways",
        "sawyer_plate_slide_sideway.xml",
        (simulation, info) => new PlateSlideBackSide(simulation, info), Expert)
    {
        Low = [-0.25, 0.6, 0, -0.05, 0.6, 0.015],
        High = [-0.25, 0.6, 0, 0.15, 0.6, 0.015],
        HandStart = new(0, 0.6f, 0.2f),
        GoalSpace = new(new(-0.05, 0.6, 0.015), new(0.15, 0.6, 0.015)),
    };

    protected override void Reset() => StartAt(-0.15, 0, moveCabinet: true);

    private static ExpertCommand Expert(in TaskObservation obs)
    {
        Vec3 hand = obs.Hand, plate = obs.Object + new Vec3(0.023, 0, 0.025);
        Vec3 to =
            DistanceXY(hand, plate) > 0.01 ? plate + Up(0.07)
            : Math.Abs(hand.Z - plate.Z) > 0.04 ? plate
            : new(hand.X + 0.1, 0.6, hand.Z);
        return new(to, 10, 1);
    }
}
