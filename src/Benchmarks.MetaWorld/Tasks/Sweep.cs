using Benchmarks.MetaWorld.Simulation;
using Benchmarks.MuJoCo;
using static Benchmarks.MetaWorld.Tasks.Tolerance;
using static Benchmarks.MuJoCo.Vec3;

namespace Benchmarks.MetaWorld.Tasks;

/// <summary>
/// sweep-v3: sweep a puck off the table. Follows metaworld 3.0.0, <c>envs/sawyer_sweep_v3.py</c>
/// (<c>SawyerSweepEnvV3</c>) and <c>policies/sawyer_sweep_v3_policy.py</c>.
/// </summary>
internal sealed class Sweep(SawyerSimulation simulation, TaskInfo info) : SawyerTask(simulation, info)
{
    public static readonly TaskInfo Task = new(
        "sweep-v3", "Sweep a puck off the table", "sawyer_sweep_v3.xml",
        (simulation, info) => new Sweep(simulation, info), Expert)
    {
        Low = [-0.1, 0.6, 0.02],
        High = [0.1, 0.7, 0.02],
        HandStart = new(0, 0.6, 0.2),
        GoalSpace = new(new(0.49, 0.6, 0), new(0.51, 0.7, 0.02)),
    };

    private readonly Body _puck = simulation.Data.Body("obj");
    private readonly Geom _puckGeom = simulation.Data.Geom("objGeom");
    private readonly Site _goal = simulation.Data.Site("goal");

    public override void Observe(Span<double> objects) => Write(objects, _puck.Position, _puck.Orientation);

    public override Outcome Evaluate(in TaskObservation obs, NumpyScalar effort)
    {
        Vec3 puck = obs.Object;
        double objToTarget = Distance(puck, Target), tcpToObj = Distance(puck, Tcp);
        double inPlace = LongTail(objToTarget, 0, TargetRadius, Distance(ObjectStart, Target));
        double grasp = PadCagingReward(puck, objRadius: 0.02, gripSlack: 0.01, xzThresh: 0.005);
        double reward = objToTarget < TargetRadius ? 10 : 2 * grasp + 6 * HamacherProduct(grasp, inPlace);
        bool graspSuccess = Simulation.IsGrasping(_puckGeom) && obs.Opening > 0;
        return new(
            reward: reward, success: objToTarget <= 0.05, nearObject: tcpToObj <= 0.03, graspSuccess: graspSuccess,
            graspReward: grasp, inPlaceReward: inPlace, objectToTarget: objToTarget);
    }

    protected override void Reset()
    {
        ObjectStart = DrawPoint() with { Z = 0.02 };
        Target = new(0.5, ObjectStart.Y, 0.01);
        Simulation.SetObject(ObjectStart);
        // Without effect, as upstream: MuJoCo compiled the goal's site into the world frame.
        _goal.Place(Target);
    }

    private static ExpertCommand Expert(in TaskObservation obs)
    {
        Vec3 hand = obs.Hand, puck = obs.Object + Up(0.015);
        double effort =
            DistanceXY(hand, obs.Object) > 0.04 || Math.Abs(hand.Z - obs.Object.Z) > 0.15 ? -1
            : obs.Object.X < 0.4 ? 0.7
            : -1;
        Vec3 to =
            hand.X < 0.2 && DistanceXY(hand, puck) > 0.04 ? puck + Up(0.3)
            : hand.X < 0.2 && Math.Abs(hand.Z - puck.Z) > 0.04 ? puck
            : obs.Goal + Up(0.1);
        return new(to, 25, effort);
    }
}
