using Benchmarks.MetaWorld.Simulation;
using Benchmarks.MuJoCo;
using static Benchmarks.MetaWorld.Tasks.Tolerance;
using static Benchmarks.MuJoCo.Vec3;

namespace Benchmarks.MetaWorld.Tasks;

/// <summary>
/// stick-push-v3: grasp a stick and push a box using the stick. Follows metaworld 3.0.0,
/// <c>envs/sawyer_stick_push_v3.py</c> (<c>SawyerStickPushEnvV3</c>) and
/// <c>policies/sawyer_stick_push_v3_policy.py</c>.
/// </summary>
internal sealed class StickPush(SawyerSimulation simulation, TaskInfo info) : SawyerTask(simulation, info)
{
    public static readonly TaskInfo Task = new(
        "stick-push-v3", "Grasp a stick and push a box using the stick", "sawyer_stick_obj.xml",
        (simulation, info) => new StickPush(simulation, info), Expert)
    {
        Low = [-0.08, 0.58, 0, 0.399, 0.55, 0.1319],
        High = [-0.03, 0.62, 0.001, 0.401, 0.6, 0.1321],
        HandStart = new(0, 0.6, 0.2),
        GoalSpace = new(new(0.399, 0.55, 0.1319), new(0.401, 0.6, 0.1321)),
    };

    private readonly Body _stick = simulation.Data.Body("stick");
    private readonly Geom _stickGeom = simulation.Data.Geom("objGeom");
    private readonly Site _insertion = simulation.Data.Site("insertion");
    private readonly Body _box = simulation.Data.Body("object");
    private readonly Site _goal = simulation.Data.Site("goal");
    private Vec3 _stickStart;

    public override void Observe(Span<double> objects)
    {
        WriteXyzw(objects, _stick.Position, _stick.OrientationFromMatrix);
        Write(objects[7..], _insertion.Position + new Vec3(0, 0.09, 0), Quat.Zero);
    }

    public override Outcome Evaluate(in TaskObservation obs, NumpyScalar effort)
    {
        Vec3 stick = obs.Object + new Vec3(0.015, 0, 0), box = obs.Second;
        double tcpToObj = Distance(stick, Tcp), objToTarget = Distance(box, Target);
        double stickHome = LongTail(Distance(stick, Target), 0, 0.12, Distance(_stickStart, Target) - 0.12);
        double boxHome = LongTail(objToTarget, 0, 0.12, Distance(ObjectStart, Target) - 0.12);
        NumpyScalar grasp = GripperCagingReward(
            stick, effort, objRadius: 0.04, padSuccessThresh: 0.05, objectReachRadius: 0.01, xzThresh: 0.01,
            CagingDensity.High, objInitPos: _stickStart);
        NumpyScalar reward = grasp;
        if (tcpToObj < 0.02 && obs.Opening > 0 && stick.Z - 0.01 > _stickStart.Z)
        {
            grasp = 1;
            reward = objToTarget <= 0.12 ? 10 : 2 + 5 * stickHome + 3 * boxHome;
        }

        bool graspSuccess = Simulation.IsGrasping(_stickGeom) && obs.Opening > 0 && obs.Object.Z - 0.01 > _stickStart.Z;
        return new(
            reward: reward, success: graspSuccess && objToTarget <= 0.12, nearObject: tcpToObj <= 0.03,
            graspSuccess: graspSuccess, graspReward: grasp, inPlaceReward: stickHome, objectToTarget: objToTarget);
    }

    protected override void Reset()
    {
        (Vec3 stick, Vec3 goal) = DrawApart(0.1);
        (_stickStart, Target) = (stick with { Z = 0.02 }, goal with { Z = _insertion.Position.Z });
        Simulation.SetObject(_stickStart);
        Simulation.Data.qpos[17] = 0;
        Simulation.SetJoint(0, qpos: 16, dof: 16);
        ObjectStart = _box.Position;
        _goal.Place(Target);
    }

    private static ExpertCommand Expert(in TaskObservation obs)
    {
        Vec3 hand = obs.Hand, stick = obs.Object + new Vec3(0.015, 0, 0.03), box = obs.Second;
        double effort = DistanceXY(hand, stick) > 0.02 || Math.Abs(hand.Z - stick.Z) > 0.1 ? -1 : 0.7;
        Vec3 to =
            !(Math.Abs(stick.X - box.X) > 0.04) ? obs.Goal + Up(0.132)
            : DistanceXY(hand, stick) > 0.02 ? stick + Up(0.1)
            : Math.Abs(hand.Z - stick.Z) > 0.02 ? stick
            : Math.Abs(stick.Y - box.Y) > 0.02 ? stick with { Y = box.Y }
            : Math.Abs(stick.Z - box.Z) > 0.02 ? box with { X = stick.X }
            : box;
        return new(to, 10, effort);
    }
}
