using Benchmarks.MetaWorld.Simulation;
using Benchmarks.MuJoCo;
using static Benchmarks.MetaWorld.Tasks.Tolerance;
using static Benchmarks.MuJoCo.Vec3;

namespace Benchmarks.MetaWorld.Tasks;

/// <summary>
/// plate-slide-side-v3: slide a plate into a cabinet sideways. Follows metaworld 3.0.0,
/// <c>envs/sawyer_plate_slide_side_v3.py</c> (<c>SawyerPlateSlideSideEnvV3</c>) and
/// <c>policies/sawyer_plate_slide_side_v3_policy.py</c>.
/// </summary>
internal class PlateSlideSide(SawyerSimulation simulation, TaskInfo info) : SawyerTask(simulation, info)
{
    public static readonly TaskInfo Task = new(
        "plate-slide-side-v3", "Slide a plate into a cabinet sideways",
        "sawyer_plate_slide_sideway.xml",
        (simulation, info) => new PlateSlideSide(simulation, info), Expert)
    {
        Low = [0, 0.6, 0, -0.3, 0.54, 0],
        High = [0, 0.6, 0, -0.25, 0.66, 0],
        HandStart = new(0, 0.6f, 0.2f),
        GoalSpace = new(new(-0.3, 0.54, 0), new(-0.25, 0.66, 0)),
    };

    private readonly Geom _plate = simulation.Data.Geom("puck");
    private readonly Site _goal = simulation.Data.Site("goal");

    /// <summary>The cabinet that the plate slides into or out of.</summary>
    protected Body Cabinet { get; } = simulation.Data.Body("puck_goal");

    public override void Observe(Span<double> objects) => WriteXyzw(objects, _plate.Position, _plate.Orientation);

    public override Outcome Evaluate(in TaskObservation obs, NumpyScalar effort)
    {
        Vec3 plate = obs.Object, tcp = Tcp;
        double objToTarget = Distance(plate, Target), tcpToObj = Distance(plate, tcp);
        double inPlace = LongTail(objToTarget, 0, TargetRadius, Distance(ObjectStart, Target) - 0.05);
        double near = LongTail(tcpToObj, 0, 0.05, Distance(TcpStart, ObjectStart) - 0.05);
        double reward = 1.5 * near;
        if (tcp.Z <= 0.03 && tcpToObj < 0.07)
            reward = 2 + 7 * inPlace;
        if (objToTarget < TargetRadius)
            reward = 10;
        return new(
            reward: reward, success: objToTarget <= 0.07, nearObject: tcpToObj <= 0.03, graspSuccess: false,
            graspReward: near, inPlaceReward: inPlace, objectToTarget: objToTarget);
    }

    protected override void Reset() => StartAt(0, 0);

    /// <summary>Draws start and target, and sets the plate's two slide joints.</summary>
    protected void StartAt(double slideX, double slideY, bool moveCabinet = false)
    {
        var v = Draw();
        (ObjectStart, Target) = (From(v), From(v[3..]));
        if (moveCabinet)
            Cabinet.Place(ObjectStart);
        Simulation.Data.qpos[9] = slideX;
        Simulation.Data.qpos[10] = slideY;
        Simulation.Data.Forward();
        _goal.Place(Target);
    }

    private static ExpertCommand Expert(in TaskObservation obs)
    {
        Vec3 hand = obs.Hand, plate = obs.Object + new Vec3(0.07, 0, -0.005);
        Vec3 to =
            DistanceXY(hand, plate) > 0.04 ? plate + Up(0.1)
            : Math.Abs(hand.Z - plate.Z) > 0.04 ? plate
            : hand.X > -0.2 ? new(hand.X - 0.1, 0.6, hand.Z)
            : plate - new Vec3(0.1, 0, 0);
        return new(to, 25, 1);
    }
}
