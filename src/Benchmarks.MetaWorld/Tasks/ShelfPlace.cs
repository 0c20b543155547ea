using Benchmarks.MetaWorld.Simulation;
using Benchmarks.MuJoCo;
using static Benchmarks.MetaWorld.Tasks.Tolerance;
using static Benchmarks.MuJoCo.Vec3;

namespace Benchmarks.MetaWorld.Tasks;

/// <summary>
/// shelf-place-v3: pick and place a puck onto a shelf. Follows metaworld 3.0.0, <c>envs/sawyer_shelf_place_v3.py</c>
/// (<c>SawyerShelfPlaceEnvV3</c>) and <c>policies/sawyer_shelf_place_v3_policy.py</c>.
/// </summary>
internal sealed class ShelfPlace(SawyerSimulation simulation, TaskInfo info) : SawyerTask(simulation, info)
{
    public static readonly TaskInfo Task = new(
        "shelf-place-v3", "Pick and place a puck onto a shelf", "sawyer_shelf_placing.xml",
        (simulation, info) => new ShelfPlace(simulation, info), Expert)
    {
        Low = [-0.1, 0.5, 0.019, -0.1, 0.8, 0.299],
        High = [0.1, 0.6, 0.021, 0.1, 0.9, 0.301],
        HandStart = new(0, 0.6f, 0.2f),
        GoalSpace = new(new(-0.1, 0.8, 0.299), new(0.1, 0.9, 0.301)),
    };

    private const double ShelfDepth = 3 * 0.05;
    private readonly Body _puck = simulation.Data.Body("obj");
    private readonly Geom _puckGeom = simulation.Data.Geom("objGeom");
    private readonly Body _shelf = simulation.Data.Body("shelf");
    private readonly Site _goal = simulation.Data.Site("goal");

    public override void Observe(Span<double> objects) => WriteXyzw(objects, _puck.Position, _puckGeom.Orientation);

    public override Outcome Evaluate(in TaskObservation obs, NumpyScalar effort)
    {
        Vec3 puck = obs.Object;
        double objToTarget = Distance(puck, Target), tcpToObj = Distance(puck, Tcp);
        NumpyScalar inPlace = LongTail(objToTarget, 0, TargetRadius, Distance(ObjectStart, Target));
        NumpyScalar grasp = GripperCagingReward(
            puck, effort, objRadius: 0.02, padSuccessThresh: 0.05, objectReachRadius: 0.01, xzThresh: 0.01,
            CagingDensity.None);
        NumpyScalar reward = HamacherProduct(grasp, inPlace);

        // Below the board the term decreases with the depth under the shelf; behind the goal it is 0.
        if (puck.Z is > 0 and < 0.24 && puck.X > Target.X - 0.15 && puck.X < Target.X + 0.15)
        {
            double front = Target.Y - ShelfDepth;
            if (front < puck.Y && puck.Y < Target.Y)
            {
                double loss = HamacherProduct((puck.Y - front) / ShelfDepth, (0.24 - puck.Z) / 0.24);
                inPlace = (inPlace - NumpyScalar.Float64(loss)).Clip(0, 1);
            }

            if (puck.Y > Target.Y)
                inPlace = 0;
        }

        if (tcpToObj < 0.025 && obs.Opening > 0 && puck.Z - 0.01 > ObjectStart.Z)
            reward += 1 + 5 * inPlace;
        if (objToTarget < TargetRadius)
            reward = 10;
        bool graspSuccess = Simulation.IsGrasping(_puckGeom) && obs.Opening > 0 && puck.Z - 0.02 > ObjectStart.Z;
        return new(
            reward: reward, success: objToTarget <= 0.07, nearObject: tcpToObj <= 0.03, graspSuccess: graspSuccess,
            graspReward: grasp, inPlaceReward: inPlace.Value, objectToTarget: objToTarget);
    }

    protected override void Reset()
    {
        double height = _puck.Position.Z;
        (Vec3 puck, Vec3 goal) = DrawApart(0.1);
        Vec3 shelf = goal with { Z = goal.Z - 0.3 };
        ObjectStart = puck with { Z = height };
        _shelf.Place(shelf);
        Simulation.Data.Forward();
        Target = _goal.ModelPosition + shelf;
        Simulation.SetObject(ObjectStart);
    }

    private static ExpertCommand Expert(in TaskObservation obs)
    {
        Vec3 hand = obs.Hand, puck = obs.Object + new Vec3(-0.005, 0, 0.015), goal = obs.Goal;
        double effort = DistanceXY(hand, obs.Object) > 0.04 || Math.Abs(hand.Z - obs.Object.Z) > 0.15 ? -1 : 0.7;
        Vec3 to =
            DistanceXY(hand, puck) > 0.04 ? puck + Up(0.3)
            : Math.Abs(hand.Z - puck.Z) > 0.04 ? puck
            : Math.Abs(hand.X - goal.X) > 0.02 ? new(goal.X, hand.Y, 0.3)
            : hand.Z < 0.3 ? hand + Up(0.3)
            : hand + new Vec3(0, 0.05, 0);
        return new(to, 25, effort);
    }
}
