using Benchmarks.MetaWorld.Simulation;
using static Benchmarks.MetaWorld.Simulation.Vec3;
using static Benchmarks.MetaWorld.Tasks.Tolerance;

namespace Benchmarks.MetaWorld.Tasks;

/// <summary>soccer-v3: kick a soccer into the goal.</summary>
internal sealed class Soccer(SawyerWorld world, TaskInfo info) : SawyerTask(world, info)
{
    public static readonly TaskInfo Task = new(
        "soccer-v3", "Kick a soccer into the goal", "sawyer_soccer.xml",
        (world, info) => new Soccer(world, info), Expert)
    {
        Low = [-0.1, 0.6, 0.03, -0.1, 0.8, 0],
        High = [0.1, 0.7, 0.03, 0.1, 0.9, 0],
        HandStart = new(0, 0.6, 0.2),
        Goal = new(new(-0.1, 0.8, 0), new(0.1, 0.9, 0)),
    };

    private const double Radius = 0.07;
    private static readonly Vec3 AsideMatters = new(3, 1, 1);
    private readonly Body _ball = world.Body("soccer_ball");
    private readonly Geom _ballGeom = world.Geom("objGeom");
    private readonly Body _goalFrame = world.Body("goal_whole");
    private readonly Site _goal = world.Site("goal");

    public override void Observe(Span<double> objects) => Write(objects, _ball.Position, _ball.Rotation);

    public override Outcome Evaluate(in Seen seen, double effort)
    {
        Vec3 ball = seen.Object;
        double distance = Distance(ball, Target), to = Distance(ball, Tcp);
        double scaled = Distance(ball, Target, AsideMatters);
        // The margin moves with the ball; it is 0 while the ball rests.
        double inPlace = LongTail(scaled, 0, Radius, Distance(ball, ObjectStart, AsideMatters));
        double line = Target.Y - 0.1;
        if (ball.Y > line && Math.Abs(ball.X - Target.X) > 0.1)
            inPlace = Math.Clamp(inPlace - 2 * ((ball.Y - line) / (1 - line)), 0, 1);
        double grasp = Enclosing(ball, radius: 0.013, slack: 0.01, xz: 0.005);
        double reward = scaled < Radius ? 10 : 3 * grasp + 6.5 * inPlace;
        bool held = World.Touching(_ballGeom) && seen.Opening > 0 && ball.Z - 0.02 > ObjectStart.Z;
        return new(reward, distance <= Radius, to <= 0.03, held, grasp, inPlace, distance);
    }

    protected override void Reset()
    {
        (Vec3 ball, Target) = DrawApart(0.15);
        ObjectStart = ball with { Z = 0.03 };
        _goalFrame.Place(Target);
        World.SetObject(ObjectStart);
        _goal.Place(Target);
    }

    private static Move Expert(in Seen seen)
    {
        Vec3 hand = seen.Hand, ball = seen.Object + Up(0.03);
        double aside = ball.X - seen.Goal.X;
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
