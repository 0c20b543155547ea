using Benchmarks.MetaWorld.Simulation;
using static Benchmarks.MetaWorld.Simulation.Vec3;

namespace Benchmarks.MetaWorld.Tasks;

/// <summary>faucet-open-v3: rotate the faucet counter-clockwise.</summary>
internal sealed class FaucetOpen(SawyerWorld world, TaskInfo info) : FaucetClose(world, info)
{
    public static new readonly TaskInfo Task = new(
        "faucet-open-v3", "Rotate the faucet counter-clockwise", "sawyer_faucet.xml",
        (world, info) => new FaucetOpen(world, info), Expert)
    {
        Low = [-0.05, 0.8, 0],
        High = [0.05, 0.85, 0],
        HandStart = new(0, 0.4, 0.2),
        Goal = new(new(-0.5, 0.4, -0.15), new(0.5, 1, 0.5)),
        Reach = new(new(-0.5, 0.4, -0.15), new(0.5, 1, 0.5)),
    };

    private readonly Site _handle = world.Site("handleStartOpen");
    private readonly Site _goal = world.Site("goal_open");

    public override void Observe(Span<double> objects) => Write(objects, _handle.Position - Up(0.01), Base.Orientation);

    public override Outcome Evaluate(in Seen seen, double effort) => Evaluate(seen.Object + new Vec3(-0.04, 0, 0.03));

    protected override void Reset()
    {
        ObjectStart = DrawPoint();
        Base.Place(ObjectStart);
        Target = ObjectStart + new Vec3(0.175, 0, 0.125);
        _goal.Place(Target);
    }

    private static Move Expert(in Seen seen)
    {
        Vec3 hand = seen.Hand, handle = seen.Object + new Vec3(-0.04, 0, 0.03);
        Vec3 to =
            DistanceXY(hand, handle) > 0.04 ? handle + Up(0.1)
            : Math.Abs(hand.Z - handle.Z) > 0.04 ? handle
            : handle + new Vec3(0.1, 0.05, 0);
        return new(to, 25, 1);
    }
}
