using Benchmarks.MetaWorld.Simulation;
using Benchmarks.MuJoCo;
using static Benchmarks.MetaWorld.Tasks.Tolerance;
using static Benchmarks.MuJoCo.Vec3;

namespace Benchmarks.MetaWorld.Tasks;

/// <summary>
/// stick-pull-v3: grasp a stick and pull a box with the stick. Follows metaworld 3.0.0,
/// <c>envs/sawyer_stick_pull_v3.py</c> (<c>SawyerStickPullEnvV3</c>) and
/// <c>policies/sawyer_stick_pull_v3_policy.py</c>.
/// </summary>
internal sealed class StickPull(SawyerSimulation simulation, TaskInfo info) : SawyerTask(simulation, info)
{
    public static readonly TaskInfo Task = new(
        "stick-pull-v3", "Grasp a stick and pull a box with the stick", "sawyer_stick_obj.xml",
        (simulation, info) => new StickPull(simulation, info), Expert)
    {
        Low = [-0.1, 0.55, 0, 0.35, 0.45, 0.0199],
        High = [0, 0.65, 0.001, 0.45, 0.55, 0.0201],
        HandStart = new(0, 0.6, 0.2),
        GoalSpace = new(new(0.35, 0.45, 0.0199), new(0.45, 0.55, 0.0201)),
        HandBounds = new(new(-0.5, 0.35, 0.05), new(0.5, 1, 0.5)),
    };

    // Upstream weighs the axes of some distances.
    private static readonly Vec3 PositionScale = new(1, 1, 2);
    private static readonly Vec3 Middle = new(0.05, 0, 0);
    private readonly Body _stick = simulation.Data.Body("stick");
    private readonly Geom _stickGeom = simulation.Data.Geom("objGeom");
    private readonly Site _stickEnd = simulation.Data.Site("stick_end");
    private readonly Site _insertion = simulation.Data.Site("insertion");
    private readonly Body _box = simulation.Data.Body("object");
    private readonly Site _goal = simulation.Data.Site("goal");
    private Vec3 _stickStart;

    public override void Observe(Span<double> objects)
    {
        WriteXyzw(objects, _stick.Position, _stick.OrientationFromMatrix);
        Write(objects[7..], _insertion.Position, Quat.Zero);
    }

    public override Outcome Evaluate(in TaskObservation obs, NumpyScalar effort)
    {
        Vec3 stick = obs.Object, end = _stickEnd.Position, handle = obs.Second;
        Vec3 box = handle + Middle, boxStart = ObjectStart + Middle;
        double tcpToObj = Distance(stick, Tcp), objToTarget = Distance(handle, Target);
        double toBox = LongTail(
            Distance(stick, box, PositionScale), 0, 0.05, Distance(_stickStart, boxStart, PositionScale));
        double stickHome = LongTail(Distance(stick, Target), 0, 0.05, Distance(_stickStart, Target));
        double boxHome = LongTail(Distance(box, Target), 0, 0.05, Distance(ObjectStart, Target));
        bool graspSuccess = tcpToObj < 0.02 && obs.Opening > 0 && stick.Z - 0.01 > _stickStart.Z;
        bool inserted = end.X >= handle.X && Math.Abs(end.Y - handle.Y) <= 0.04 && Math.Abs(end.Z - handle.Z) <= 0.06;
        // As upstream: the caging reward measures from the box's start, not the stick's.
        NumpyScalar grasp = graspSuccess ? 1 : GripperCagingReward(
            stick, effort, objRadius: 0.014, padSuccessThresh: 0.05, objectReachRadius: 0.01, xzThresh: 0.01,
            CagingDensity.High);
        NumpyScalar graspAndReach = HamacherProduct(grasp, toBox);
        NumpyScalar reward = graspAndReach;
        if (graspSuccess)
        {
            reward = inserted ? 1 + graspAndReach + 5 + 2 * stickHome + boxHome : 1 + graspAndReach + 5 * toBox;
            if (inserted && objToTarget <= 0.12)
                reward = 10;
        }

        bool lifted = Simulation.IsGrasping(_stickGeom) && obs.Opening > 0 && stick.Z - 0.02 > ObjectStart.Z;
        return new(
            reward: reward, success: objToTarget <= 0.12 && inserted, nearObject: tcpToObj <= 0.03,
            graspSuccess: lifted, graspReward: grasp, inPlaceReward: toBox, objectToTarget: objToTarget);
    }

    protected override void Reset()
    {
        (Vec3 stick, Vec3 goal) = DrawApart(0.1);
        (_stickStart, Target) = (stick with { Z = 0.02 }, goal with { Z = 0.02 });
        Simulation.SetObject(_stickStart);
        SetBox(0, 0.09);
        ObjectStart = _box.Position;
        _goal.Place(Target);

        void SetBox(double x, double y)
        {
            Simulation.Data.qpos[17] = y;
            Simulation.SetJoint(x, qpos: 16, dof: 16);
        }
    }

    private static ExpertCommand Expert(in TaskObservation obs)
    {
        Vec3 hand = obs.Hand, above = new(-0.015, 0, 0.03), stick = obs.Object + above, handle = obs.Second + above;
        double effort = DistanceXY(hand, stick) > 0.02 || Math.Abs(hand.Z - stick.Z) > 0.1 ? -1 : 0.7;
        Vec3 to =
            !(Math.Abs(stick.X - handle.X) > 0.04) ? obs.Goal - new Vec3(0.05, 0, 0)
            : DistanceXY(hand, stick) > 0.02 ? stick + Up(0.1)
            : Math.Abs(hand.Z - stick.Z) > 0.02 ? stick
            : Math.Abs(stick.Y - handle.Y) > 0.02 ? stick with { Y = handle.Y }
            : Math.Abs(stick.Z - handle.Z) > 0.02 ? handle with { X = stick.X }
            : handle;
        return new(to, 25, effort);
    }
}
