using Benchmarks.MetaWorld.Simulation;
using Benchmarks.MuJoCo;
using static Benchmarks.MetaWorld.Tasks.Tolerance;
using static Benchmarks.MuJoCo.Vec3;

namespace Benchmarks.MetaWorld.Tasks;

/// <summary>
/// sweep-into-v3: sweep a puck into a hole. Follows metaworld 3.0.0, <c>envs/sawyer_sweep_into_goal_v3.py</c>
/// (<c>SawyerSweepIntoGoalEnvV3</c>) and <c>policies/sawyer_sweep_into_v3_policy.py</c>.
/// </summary>
internal sealed class SweepInto(SawyerSimulation simulation, TaskInfo info) : SawyerTask(simulation, info)
{
    public static readonly TaskInfo Task = new(
        "sweep-into-v3", "Sweep a puck into a hole", "sawyer_table_with_hole.xml",
        (simulation, info) => new SweepInto(simulation, info), Expert)
    {
        Low = [-0.1, 0.6, 0.02, -0.001, 0.8399, 0.0199],
        High = [0.1, 0.7, 0.02, 0.001, 0.8401, 0.0201],
        HandStart = new(0, 0.6, 0.2),
        GoalSpace = new(new(-0.001, 0.8399, 0.0199), new(0.001, 0.8401, 0.0201)),
    };

    private static readonly Vec3 Hole = new(0, 0.84, 0.02);
    private readonly Body _puck = simulation.Data.Body("obj");
    private readonly Geom _puckGeom = simulation.Data.Geom("objGeom");
    private readonly Site _goal = simulation.Data.Site("goal");

    public override void Observe(Span<double> objects) => WriteXyzw(objects, _puck.Position, _puckGeom.Orientation);

    public override Outcome Evaluate(in TaskObservation obs, NumpyScalar effort)
    {
        Vec3 puck = obs.Object, hole = Target with { Z = puck.Z };
        double objToTarget = Distance(puck, hole), tcpToObj = Distance(puck, Tcp);
        double inPlace = LongTail(objToTarget, 0, TargetRadius, Distance(ObjectStart, hole));
        double grasp = PadCagingReward(puck, objRadius: 0.02, gripSlack: 0.005, xzThresh: 0.01);
        double reward = objToTarget < TargetRadius ? 10 : 2 * grasp + 6 * HamacherProduct(grasp, inPlace);
        bool graspSuccess = Simulation.IsGrasping(_puckGeom) && obs.Opening > 0;
        return new(
            reward: reward, success: objToTarget <= 0.05, nearObject: tcpToObj <= 0.03, graspSuccess: graspSuccess,
            graspReward: grasp, inPlaceReward: inPlace, objectToTarget: objToTarget);
    }

    protected override void Reset()
    {
        Target = Hole;
        double height = _puck.Position.Z;
        Vec3 puck;
        do
            puck = DrawPoint();
        while (DistanceXY(puck, Target) < 0.15);
        ObjectStart = puck with { Z = height };
        Simulation.SetObject(ObjectStart);
        _goal.Place(Target);
    }

    private static ExpertCommand Expert(in TaskObservation obs)
    {
        Vec3 hand = obs.Hand, puck = obs.Object + new Vec3(-0.005, 0, 0.01);
        double effort = DistanceXY(hand, obs.Object) > 0.04 || Math.Abs(hand.Z - obs.Object.Z) > 0.15 ? -1 : 0.7;
        Vec3 to =
            DistanceXY(hand, puck) > 0.04 ? puck + Up(0.3)
            : Math.Abs(hand.Z - puck.Z) > 0.04 ? puck
            : obs.Goal;
        return new(to, 25, effort);
    }
}
