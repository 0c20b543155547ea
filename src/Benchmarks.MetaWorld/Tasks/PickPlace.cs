using Benchmarks.MetaWorld.Simulation;
using Benchmarks.MuJoCo;
using static Benchmarks.MetaWorld.Tasks.Tolerance;
using static Benchmarks.MuJoCo.Vec3;

namespace Benchmarks.MetaWorld.Tasks;

/// <summary>
/// pick-place-v3: pick and place a puck to a goal. Follows metaworld 3.0.0, <c>envs/sawyer_pick_place_v3.py</c>
/// (<c>SawyerPickPlaceEnvV3</c>) and <c>policies/sawyer_pick_place_v3_policy.py</c>.
/// </summary>
internal sealed class PickPlace(SawyerSimulation simulation, TaskInfo info) : SawyerTask(simulation, info)
{
    public static readonly TaskInfo Task = new(
        "pick-place-v3", "Pick and place a puck to a goal", "sawyer_pick_place_v3.xml",
        (simulation, info) => new PickPlace(simulation, info), Expert)
    {
        Low = [-0.1, 0.6, 0.02, -0.1, 0.8, 0.05],
        High = [0.1, 0.7, 0.02, 0.1, 0.9, 0.3],
        HandStart = new(0, 0.6, 0.2),
        GoalSpace = new(new(-0.1, 0.8, 0.05), new(0.1, 0.9, 0.3)),
    };

    private readonly Body _puck = simulation.Data.Body("obj");
    private readonly Geom _puckGeom = simulation.Data.Geom("objGeom");
    private readonly Site _goal = simulation.Data.Site("goal");

    public override void Observe(Span<double> objects) => WriteXyzw(objects, _puck.Position, _puckGeom.Orientation);

    public override Outcome Evaluate(in TaskObservation obs, NumpyScalar effort)
    {
        Vec3 puck = obs.Object;
        double objToTarget = Distance(puck, Target), tcpToObj = Distance(puck, Tcp);
        double inPlace = LongTail(objToTarget, 0, TargetRadius, Distance(ObjectStart, Target));
        NumpyScalar grasp = Grasp(puck, effort);
        NumpyScalar reward = HamacherProduct(grasp, inPlace);
        if (tcpToObj < 0.02 && obs.Opening > 0 && puck.Z - 0.01 > ObjectStart.Z)
            reward += 1 + 5 * inPlace;
        if (objToTarget < TargetRadius)
            reward = 10;
        bool graspSuccess = Simulation.IsGrasping(_puckGeom) && obs.Opening > 0 && puck.Z - 0.02 > ObjectStart.Z;
        return new(
            reward: reward, success: objToTarget <= 0.07, nearObject: tcpToObj <= 0.03, graspSuccess: graspSuccess,
            graspReward: grasp, inPlaceReward: inPlace, objectToTarget: objToTarget);
    }

    protected override void Reset()
    {
        (ObjectStart, Target) = DrawApart(0.15);
        Simulation.SetObject(ObjectStart);
        _goal.Place(Target);
    }

    /// <summary>
    /// This task's own caging reward, in which the pads' "initial" positions are upstream's references to their
    /// present ones.
    /// </summary>
    private NumpyScalar Grasp(Vec3 puck, NumpyScalar effort)
    {
        double right = puck.Y - Simulation.RightPad.Position.Y, left = Simulation.LeftPad.Position.Y - puck.Y;
        double along = HamacherProduct(
            LongTail(left, 0.015, 0.05, Math.Abs(Math.Abs(left) - 0.05)),
            LongTail(right, 0.015, 0.05, Math.Abs(Math.Abs(right) - 0.05)));
        double across = LongTail(DistanceXZ(Tcp, puck), 0, 0.005, DistanceXZ(ObjectStart, TcpStart) - 0.005);
        double caged = HamacherProduct(along, across);
        NumpyScalar closed = caged > 0.97 ? effort.Between0And(1) : 0;
        return (HamacherProduct(caged, closed) + caged) / 2;
    }

    private static ExpertCommand Expert(in TaskObservation obs)
    {
        Vec3 hand = obs.Hand, puck = obs.Object - new Vec3(0.005, 0, 0);
        double effort = Distance(hand, obs.Object) < 0.07 ? 1 : 0;
        Vec3 to =
            DistanceXY(hand, puck) > 0.02 ? puck + Up(0.1)
            : Math.Abs(hand.Z - puck.Z) > 0.05 && puck.Z < 0.04 ? puck + Up(0.03)
            : obs.Opening > 0.73 ? hand
            : obs.Goal;
        return new(to, 10, effort);
    }
}
