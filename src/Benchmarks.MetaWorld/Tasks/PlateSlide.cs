using Benchmarks.MetaWorld.Simulation;
using Benchmarks.MuJoCo;
using static Benchmarks.MetaWorld.Tasks.Tolerance;
using static Benchmarks.MuJoCo.Vec3;

namespace Benchmarks.MetaWorld.Tasks;

/// <summary>
/// plate-slide-v3: slide a plate into a cabinet. Follows metaworld 3.0.0, <c>envs/sawyer_plate_slide_v3.py</c>
/// (<c>SawyerPlateSlideEnvV3</c>) and <c>policies/sawyer_plate_slide_v3_policy.py</c>.
/// </summary>
internal sealed class PlateSlide(SawyerSimulation simulation, TaskInfo info) : SawyerTask(simulation, info)
{
    public static readonly TaskInfo Task = new(
        "plate-slide-v3", "Slide a plate into a cabinet", "sawyer_plate_slide.xml",
        (simulation, info) => new PlateSlide(simulation, info), Expert)
    {
        Low = [0, 0.6, 0, -0.1, 0.85, 0],
        High = [0, 0.6, 0, 0.1, 0.9, 0],
        HandStart = new(0, 0.6f, 0.2f),
        GoalSpace = new(new(-0.1, 0.85, 0), new(0.1, 0.9, 0)),
    };

    private readonly Geom _plate = simulation.Data.Geom("puck");
    private readonly Body _cabinet = simulation.Data.Body("puck_goal");
    private readonly Site _goal = simulation.Data.Site("goal");

    public override void Observe(Span<double> objects) => WriteXyzw(objects, _plate.Position, _plate.Orientation);

    public override Outcome Evaluate(in TaskObservation obs, NumpyScalar effort)
    {
        Vec3 plate = obs.Object;
        double objToTarget = Distance(plate, Target), tcpToObj = Distance(plate, Tcp);
        double inPlace = LongTail(objToTarget, 0, TargetRadius, Distance(ObjectStart, Target));
        double near = LongTail(tcpToObj, 0, 0.05, Distance(TcpStart, ObjectStart));
        double reward = objToTarget < TargetRadius ? 10 : 8 * HamacherProduct(near, inPlace);
        return new(
            reward: reward, success: objToTarget <= 0.07, nearObject: tcpToObj <= 0.03, graspSuccess: false,
            graspReward: near, inPlaceReward: inPlace, objectToTarget: objToTarget);
    }

    protected override void Reset()
    {
        var v = Draw();
        (ObjectStart, Target) = (From(v), From(v[3..]));
        _cabinet.Place(Target);
        Simulation.Data.qpos.Slice(9, 2).Clear();
        Simulation.Data.Forward();
        _goal.Place(Target);
    }

    private static ExpertCommand Expert(in TaskObservation obs)
    {
        Vec3 hand = obs.Hand, plate = obs.Object + new Vec3(0, -0.055, 0.03);
        Vec3 to =
            !(DistanceXY(hand, plate) <= 0.03) ? plate + Up(0.1)
            : Math.Abs(hand.Z - plate.Z) > 0.04 ? plate
            : new(obs.Goal.X, 0.9, plate.Z);
        return new(to, 10, -1);
    }
}
