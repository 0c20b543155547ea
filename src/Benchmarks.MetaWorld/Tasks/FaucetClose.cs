using Benchmarks.MetaWorld.Simulation;
using static Benchmarks.MetaWorld.Simulation.Vec3;
using static Benchmarks.MetaWorld.Tasks.Tolerance;

namespace Benchmarks.MetaWorld.Tasks;

/// <summary>faucet-close-v3: rotate the faucet clockwise.</summary>
internal class FaucetClose(SawyerWorld world, TaskInfo info) : SawyerTask(world, info)
{
    public static readonly TaskInfo Task = new(
        "faucet-close-v3", "Rotate the faucet clockwise", "sawyer_faucet.xml",
        (world, info) => new FaucetClose(world, info), Expert)
    {
        Low = [-0.1, 0.8, 0],
        High = [0.1, 0.85, 0],
        HandStart = new(0, 0.4, 0.2),
        Goal = new(new(-0.5, 0.4, -0.15), new(0.5, 1, 0.5)),
        Reach = new(new(-0.5, 0.4, -0.15), new(0.5, 1, 0.5)),
    };

    private const double Radius = 0.07;
    private readonly Site _handle = world.Site("handleStartClose");
    private readonly Site _goal = world.Site("goal_close");

    protected Body Base { get; } = world.Body("faucetBase");

    public override void Observe(Span<double> objects) => Write(objects, _handle.Position - Up(0.01), Base.Orientation);

    public override Outcome Evaluate(in Seen seen, double effort) => Evaluate(seen.Object);

    protected Outcome Evaluate(Vec3 handle)
    {
        double distance = Distance(handle, Target), to = Distance(handle, Tcp);
        double inPlace = LongTail(distance, 0, Radius, Math.Abs(Distance(ObjectStart, Target) - Radius));
        double reach = Gaussian(to, 0, 0.01, Math.Abs(Distance(ObjectStart, TcpStart) - 0.01));
        bool success = distance <= Radius;
        double reward = success ? 10 : 2 * (2 * reach + 3 * inPlace);
        return new(reward, success, to <= 0.01, true, reach, inPlace, distance);
    }

    protected override void Reset()
    {
        ObjectStart = DrawPoint();
        Base.Place(ObjectStart);
        Target = ObjectStart + new Vec3(-0.175, 0, 0.125);
        World.Data.Forward();
        _goal.Place(Target);
    }

    private static Move Expert(in Seen seen)
    {
        Vec3 hand = seen.Hand, handle = seen.Object + new Vec3(0.04, 0, 0.03);
        Vec3 to =
            DistanceXY(hand, handle) > 0.04 ? handle + Up(0.1)
            : Math.Abs(hand.Z - handle.Z) > 0.04 ? handle
            : handle + new Vec3(-0.1, 0.05, 0);
        return new(to, 25, 1);
    }
}
