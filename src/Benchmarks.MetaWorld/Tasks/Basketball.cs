using Benchmarks.MetaWorld.Simulation;
using static Benchmarks.MetaWorld.Simulation.Vec3;
using static Benchmarks.MetaWorld.Tasks.Tolerance;

namespace Benchmarks.MetaWorld.Tasks;

/// <summary>basketball-v3: dunk the basketball into the basket.</summary>
internal sealed class Basketball(SawyerWorld world, TaskInfo info) : SawyerTask(world, info)
{
    public static readonly TaskInfo Task = new(
        "basketball-v3", "Dunk the basketball into the basket", "sawyer_basketball.xml",
        (world, info) => new Basketball(world, info), Expert)
    {
        Low = [-0.1, 0.6, 0.0299, -0.1, 0.85, 0],
        High = [0.1, 0.7, 0.0301, 0.1, 0.9000001, 0],
        HandStart = new(0, 0.6f, 0.2f),
        Goal = new(new(-0.1, 0.767, 0.2499), new(0.1, 0.8170001, 0.2501)),
    };

    private const double Radius = 0.08;
    private static readonly Vec3 HeightMatters = new(1, 1, 2);
    private readonly Body _ball = world.Body("bsktball");
    private readonly Body _hoop = world.Body("basket_goal");
    private readonly Site _goal = world.Site("goal");

    public override void Observe(Span<double> objects) => Write(objects, _ball.Position, _ball.Orientation);

    public override Outcome Evaluate(in Seen seen, double effort)
    {
        Vec3 ball = seen.Object, above = Target with { Z = 0.3 };
        double distance = Distance(ball, above, HeightMatters), to = Distance(ball, Tcp);
        double inPlace = LongTail(distance, 0, Radius, Distance(ObjectStart, above, HeightMatters));
        bool lifted = to < 0.035 && seen.Opening > 0 && ball.Z - 0.01 > ObjectStart.Z;
        double grasp = lifted ? 1 : Caging(
            ball, effort, radius: 0.025, pad: 0.06, reach: 0.01, xz: 0.005, Density.High);
        double reward = Both(grasp, inPlace);
        if (lifted)
            reward += 1 + 5 * inPlace;
        if (distance < Radius)
            reward = 10;
        bool held = seen.Opening > 0 && ball.Z - 0.03 > ObjectStart.Z;
        return new(reward, distance <= Radius, to <= 0.05, held, grasp, inPlace, distance);
    }

    protected override void Reset()
    {
        (Vec3 ball, Vec3 hoop) = DrawApart(0.15);
        ObjectStart = ball with { Z = 0.03f };
        _hoop.Place(hoop);
        World.SetObject(ObjectStart);
        // The goal's own place in the hoop's frame cannot be edited: MuJoCo compiled it as one with that frame.
        Target = _goal.Position;
    }

    private static Move Expert(in Seen seen)
    {
        Vec3 hand = seen.Hand, ball = seen.Object + Up(0.01), hoop = new(seen.Goal.X, 0.875, 0.35);
        double effort = DistanceXY(hand, seen.Object) > 0.04 || Math.Abs(hand.Z - seen.Object.Z) > 0.15 ? -1 : 0.6;
        Vec3 to =
            DistanceXY(hand, ball) > 0.04 ? ball + Up(0.3)
            : Math.Abs(hand.Z - ball.Z) > 0.025 ? ball
            : Math.Abs(ball.Z - hoop.Z) > 0.025 ? hand with { Z = hoop.Z }
            : hoop;
        return new(to, 25, effort);
    }
}
