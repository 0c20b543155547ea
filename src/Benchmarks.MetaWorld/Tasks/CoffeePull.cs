using Benchmarks.MetaWorld.Simulation;
using Benchmarks.MuJoCo;
using static Benchmarks.MetaWorld.Tasks.Tolerance;
using static Benchmarks.MuJoCo.Vec3;

namespace Benchmarks.MetaWorld.Tasks;

/// <summary>
/// coffee-pull-v3: pull a mug from a coffee machine. Follows metaworld 3.0.0, <c>envs/sawyer_coffee_pull_v3.py</c>
/// (<c>SawyerCoffeePullEnvV3</c>) and <c>policies/sawyer_coffee_pull_v3_policy.py</c>.
/// </summary>
internal class CoffeePull(SawyerSimulation simulation, TaskInfo info) : SawyerTask(simulation, info)
{
    public static readonly TaskInfo Task = new(
        "coffee-pull-v3", "Pull a mug from a coffee machine", "sawyer_coffee.xml",
        (simulation, info) => new CoffeePull(simulation, info), Expert)
    {
        Low = [-0.05, 0.7, -0.001, -0.1, 0.55, -0.001],
        High = [0.05, 0.75, 0.001, 0.1, 0.65, 0.001],
        HandStart = new(0, 0.4, 0.2),
        GoalSpace = new(new(-0.1, 0.55, -0.001), new(0.1, 0.65, 0.001)),
    };

    // Upstream weighs the axes of some distances.
    private static readonly Vec3 PositionScale = new(2, 2, 1);
    private readonly Body _mug = simulation.Data.Body("obj");
    private readonly Geom _mugGeom = simulation.Data.Geom("mug");
    private readonly Body _machine = simulation.Data.Body("coffee_machine");
    private readonly Site _goal = simulation.Data.Site("mug_goal");

    public override void Observe(Span<double> objects) => WriteXyzw(objects, _mug.Position, _mugGeom.Orientation);

    public override Outcome Evaluate(in TaskObservation obs, NumpyScalar effort)
    {
        Vec3 mug = obs.Object;
        double objToTarget = Distance(mug, Target), tcpToObj = Distance(mug, Tcp);
        double scaled = Distance(mug, Target, PositionScale);
        double inPlace = LongTail(scaled, 0, 0.05, Distance(ObjectStart, Target, PositionScale));
        NumpyScalar grasp = GripperCagingReward(
            mug, effort, objRadius: 0.02, padSuccessThresh: 0.05, objectReachRadius: 0.04, xzThresh: 0.05,
            CagingDensity.Medium, desiredGripperEffort: 0.7);
        NumpyScalar reward = HamacherProduct(grasp, inPlace);
        if (tcpToObj < 0.04 && obs.Opening > 0)
            reward += 1 + 5 * inPlace;
        if (scaled < 0.05)
            reward = 10;
        bool graspSuccess = Simulation.IsGrasping(_mugGeom) && obs.Opening > 0;
        return new(
            reward: reward, success: objToTarget <= 0.07, nearObject: tcpToObj <= 0.03, graspSuccess: graspSuccess,
            graspReward: grasp, inPlaceReward: inPlace, objectToTarget: objToTarget);
    }

    protected override void Reset()
    {
        (ObjectStart, Target) = DrawApart(0.15);
        // In this model the mug's free joint is the first joint.
        Simulation.SetObject(ObjectStart, qpos: 0);
        _machine.Place(MachineFront + new Vec3(0, 0.22, 0));
        _goal.Place(Target);
    }

    /// <summary>The machine is placed behind this point: here behind the mug.</summary>
    protected virtual Vec3 MachineFront => ObjectStart;

    private static ExpertCommand Expert(in TaskObservation obs)
    {
        Vec3 hand = obs.Hand, mug = obs.Object + new Vec3(-0.005, 0, 0.05);
        Vec3 grasped = obs.Object + new Vec3(0.01, 0, 0.05);
        double effort = DistanceXY(hand, grasped) > 0.06 || Math.Abs(hand.Z - grasped.Z) > 0.1 ? -1 : 0.7;
        Vec3 to =
            DistanceXY(hand, mug) > 0.06 ? mug + Up(0.15)
            : Math.Abs(hand.Z - mug.Z) > 0.02 ? mug
            : obs.Goal;
        return new(to, 10, effort);
    }
}
