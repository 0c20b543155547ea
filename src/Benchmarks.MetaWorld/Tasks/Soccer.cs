using Benchmarks.MetaWorld.Simulation;
using Benchmarks.MuJoCo;
using static Benchmarks.MetaWorld.Tasks.Tolerance;
using static Benchmarks.MuJoCo.Vec3;

namespace Benchmarks.MetaWorld.Tasks;

/// <summary>
/// soccer-v3: kick a soccer into the goal. Follows metaworld 3.0.0, <c>envs/sawyer_soccer_v3.py</c>
/// (<c>SawyerSoccerEnvV3</c>) and <c>policies/sawyer_soccer_v3_policy.py</c>.
/// </summary>
internal sealed class Soccer(SawyerSimulation simulation, TaskInfo info) : SawyerTask(simulation, info)
{
    public static readonly TaskInfo Task = new(
        "soccer-v3", "Kick a soccer into the goal", "sawyer_soccer.xml",
        (simulation, info) => new Soccer(simulation, info), Expert)
    {
        Low = [-0.1, 0.6, 0.03, -0.1, 0.8, 0],
        High = [0.1, 0.7, 0.03, 0.1, 0.9, 0],
        HandStart = new(0, 0.6, 0.2),
        GoalSpace = new(new(-0.1, 0.8, 0), new(0.1, 0.9, 0)),
    };

    private const double Radius = 0.07;
    // Upstream weighs the axes of some distances.
    private static readonly Vec3 PositionScale = new(3, 1, 1);
    private readonly Body _ball = simulation.Data.Body("soccer_ball");
    private readonly Geom _ballGeom = simulation.Data.Geom("objGeom");
    private readonly Body _goalFrame = simulation.Data.Body("goal_whole");
    private readonly Site _goal = simulation.Data.Site("goal");

    public override void Observe(Span<double> objects) => WriteXyzw(objects, _ball.Position, _ball.OrientationFromMatrix);

    public override Outcome Evaluate(in TaskObservation obs, NumpyScalar effort)
    {
        Vec3 ball = obs.Object;
        double objToTarget = Distance(ball, Target), tcpToObj = Distance(ball, Tcp);
        double scaled = Distance(ball, Target, PositionScale);
        // As upstream: the margin is the distance that the ball has moved, 0 while it rests.
        double inPlace = LongTail(scaled, 0, Radius, Distance(ball, ObjectStart, PositionScale));
        double line = Target.Y - 0.1;
        if (ball.Y > line && Math.Abs(ball.X - Target.X) > 0.1)
            inPlace = Math.Clamp(inPlace - 2 * ((ball.Y - line) / (1 - line)), 0, 1);
        double grasp = PadCagingReward(ball, objRadius: 0.013, gripSlack: 0.01, xzThresh: 0.005);
        double reward = scaled < Radius ? 10 : 3 * grasp + 6.5 * inPlace;
        bool graspSuccess = Simulation.IsGrasping(_ballGeom) && obs.Opening > 0 && ball.Z - 0.02 > ObjectStart.Z;
        return new(
            reward: reward, success: objToTarget <= Radius, nearObject: tcpToObj <= 0.03, graspSuccess: graspSuccess,
            graspReward: grasp, inPlaceReward: inPlace, objectToTarget: objToTarget);
    }

    protected override void Reset()
    {
        (Vec3 ball, Target) = DrawApart(0.15);
        ObjectStart = ball with { Z = 0.03 };
        _goalFrame.Place(Target);
        Simulation.SetObject(ObjectStart);
        _goal.Place(Target);
    }

    private static ExpertCommand Expert(in TaskObservation obs)
    {
        Vec3 hand = obs.Hand, ball = obs.Object + Up(0.03);
        double aside = ball.X - obs.Goal.X;
        Vec3 behind = ball + aside switch
        {
            < -0.05 => new Vec3(-0.03, 0, 0),
            > 0.05 => new Vec3(0.03, 0, 0),
            _ => new Vec3(0, -0.03, 0),
        };
        behind = behind with { Z = DistanceXY(hand, ball) < 0.02 ? 0.1 : 0.03 };
        return new(Distance(hand, behind) > 0.01 ? behind : ball, 25, 1);
    }
}
