using Benchmarks.MetaWorld.Simulation;
using Benchmarks.MuJoCo;
using static Benchmarks.MetaWorld.Tasks.Tolerance;
using static Benchmarks.MuJoCo.Vec3;

namespace Benchmarks.MetaWorld.Tasks;

/// <summary>
/// hand-insert-v3: insert the gripper into a hole. Follows metaworld 3.0.0, <c>envs/sawyer_hand_insert_v3.py</c>
/// (<c>SawyerHandInsertEnvV3</c>) and <c>policies/sawyer_hand_insert_v3_policy.py</c>.
/// </summary>
internal sealed class HandInsert(SawyerSimulation simulation, TaskInfo info) : SawyerTask(simulation, info)
{
    public static readonly TaskInfo Task = new(
        "hand-insert-v3", "Insert the gripper into a hole", "sawyer_table_with_hole.xml",
        (simulation, info) => new HandInsert(simulation, info), Expert)
    {
        Low = [-0.1, 0.6, 0.05, -0.04, 0.8, -0.0201],
        High = [0.1, 0.7, 0.05, 0.04, 0.88, -0.0199],
        HandStart = new(0, 0.6f, 0.2f),
        GoalSpace = new(new(-0.04, 0.8, -0.0201), new(0.04, 0.88, -0.0199)),
        HandBounds = new(new(-0.5, 0.4, -0.15), new(0.5, 1, 0.5)),
    };

    private readonly Body _block = simulation.Data.Body("obj");
    private readonly Geom _blockGeom = simulation.Data.Geom("objGeom");
    private readonly Site _goal = simulation.Data.Site("goal");

    public override void Observe(Span<double> objects) => Write(objects, _block.Position, _block.Orientation);

    public override Outcome Evaluate(in TaskObservation obs, NumpyScalar effort)
    {
        Vec3 block = obs.Object;
        double objToTarget = Distance(block, Target), tcpToObj = Distance(block, Tcp);
        double inPlace = LongTail(objToTarget, 0, TargetRadius, Distance(ObjectStart, Target));
        NumpyScalar grasp = GripperCagingReward(
            block, effort, objRadius: 0.015, padSuccessThresh: 0.05, objectReachRadius: 0.01, xzThresh: 0.005,
            CagingDensity.High);
        NumpyScalar reward = HamacherProduct(grasp, inPlace);
        if (tcpToObj < 0.02 && obs.Opening > 0)
            reward += 1 + 7 * inPlace;
        if (objToTarget < TargetRadius)
            reward = 10;
        bool graspSuccess = Simulation.IsGrasping(_blockGeom) && obs.Opening > 0 && block.Z - 0.02 > ObjectStart.Z;
        return new(
            reward: reward, success: objToTarget <= 0.05, nearObject: tcpToObj <= 0.03, graspSuccess: graspSuccess,
            graspReward: grasp, inPlaceReward: inPlace, objectToTarget: objToTarget);
    }

    protected override void Reset()
    {
        (Vec3 block, Target) = DrawApart(0.15);
        ObjectStart = block with { Z = 0.05 };
        Simulation.SetObject(ObjectStart);
        _goal.Place(Target);
    }

    private static ExpertCommand Expert(in TaskObservation obs)
    {
        Vec3 hand = obs.Hand, block = obs.Object, goal = obs.Goal;
        double effort = DistanceXY(hand, block) > 0.02 || Math.Abs(hand.Z - block.Z) > 0.1 ? 0 : 0.65;
        Vec3 to =
            DistanceXY(hand, block) > 0.02 ? block + Up(0.1)
            : Math.Abs(hand.Z - block.Z) > 0.05 ? block + Up(0.03)
            : DistanceXY(hand, goal) > 0.04 ? goal with { Z = hand.Z }
            : goal;
        return new(to, 10, effort);
    }
}
