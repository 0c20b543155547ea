using Benchmarks.MetaWorld.Simulation;
using Benchmarks.MuJoCo;
using static Benchmarks.MetaWorld.Tasks.Tolerance;
using static Benchmarks.MuJoCo.Vec3;

namespace Benchmarks.MetaWorld.Tasks;

/// <summary>
/// basketball-v3: dunk the basketball into the basket. Follows metaworld 3.0.0, <c>envs/sawyer_basketball_v3.py</c>
/// (<c>SawyerBasketballEnvV3</c>) and <c>policies/sawyer_basketball_v3_policy.py</c>.
/// </summary>
internal sealed class Basketball(SawyerSimulation simulation, TaskInfo info) : SawyerTask(simulation, info)
{
    public static readonly TaskInfo Task = new(
        "basketball-v3", "Dunk the basketball into the basket", "sawyer_basketball.xml",
        (simulation, info) => new Basketball(simulation, info), Expert)
    {
        Low = [-0.1, 0.6, 0.0299, -0.1, 0.85, 0],
        High = [0.1, 0.7, 0.0301, 0.1, 0.9000001, 0],
        HandStart = new(0, 0.6f, 0.2f),
        GoalSpace = new(new(-0.1, 0.767, 0.2499), new(0.1, 0.8170001, 0.2501)),
    };

    private const double Radius = 0.08;
    // Upstream weighs the axes of some distances.
    private static readonly Vec3 PositionScale = new(1, 1, 2);
    private readonly Body _ball = simulation.Data.Body("bsktball");
    private readonly Body _hoop = simulation.Data.Body("basket_goal");
    private readonly Site _goal = simulation.Data.Site("goal");

    public override void Observe(Span<double> objects) => Write(objects, _ball.Position, _ball.Orientation);

    public override Outcome Evaluate(in TaskObservation obs, NumpyScalar effort)
    {
        Vec3 ball = obs.Object, above = Target with { Z = 0.3 };
        double objToTarget = Distance(ball, above, PositionScale), tcpToObj = Distance(ball, Tcp);
        double inPlace = LongTail(objToTarget, 0, Radius, Distance(ObjectStart, above, PositionScale));
        bool lifted = tcpToObj < 0.035 && obs.Opening > 0 && ball.Z - 0.01 > ObjectStart.Z;
        NumpyScalar grasp = lifted ? 1 : GripperCagingReward(
            ball, effort, objRadius: 0.025, padSuccessThresh: 0.06, objectReachRadius: 0.01, xzThresh: 0.005,
            CagingDensity.High);
        NumpyScalar reward = HamacherProduct(grasp, inPlace);
        if (lifted)
            reward += 1 + 5 * inPlace;
        if (objToTarget < Radius)
            reward = 10;
        bool graspSuccess = obs.Opening > 0 && ball.Z - 0.03 > ObjectStart.Z;
        return new(
            reward: reward, success: objToTarget <= Radius, nearObject: tcpToObj <= 0.05, graspSuccess: graspSuccess,
            graspReward: grasp, inPlaceReward: inPlace, objectToTarget: objToTarget);
    }

    protected override void Reset()
    {
        (Vec3 ball, Vec3 hoop) = DrawApart(0.15);
        ObjectStart = ball with { Z = 0.03f };
        _hoop.Place(hoop);
        Simulation.SetObject(ObjectStart);
        // Upstream's edit of the goal's position has no effect: MuJoCo compiled the goal into the hoop's frame.
        Target = _goal.Position;
    }

    private static ExpertCommand Expert(in TaskObservation obs)
    {
        Vec3 hand = obs.Hand, ball = obs.Object + Up(0.01), hoop = new(obs.Goal.X, 0.875, 0.35);
        double effort = DistanceXY(hand, obs.Object) > 0.04 || Math.Abs(hand.Z - obs.Object.Z) > 0.15 ? -1 : 0.6;
        Vec3 to =
            DistanceXY(hand, ball) > 0.04 ? ball + Up(0.3)
            : Math.Abs(hand.Z - ball.Z) > 0.025 ? ball
            : Math.Abs(ball.Z - hoop.Z) > 0.025 ? hand with { Z = hoop.Z }
            : hoop;
        return new(to, 25, effort);
    }
}
