using Benchmarks.MetaWorld.Simulation;
using static Benchmarks.MetaWorld.Simulation.Vec3;
using static Benchmarks.MetaWorld.Tasks.Tolerance;

namespace Benchmarks.MetaWorld.Tasks;

/// <summary>bin-picking-v3: grasp the puck from one bin and place it into another bin.</summary>
internal sealed class BinPicking(SawyerWorld world, TaskInfo info) : SawyerTask(world, info)
{
    public static readonly TaskInfo Task = new(
        "bin-picking-v3", "Grasp the puck from one bin and place it into another bin",
        "sawyer_bin_picking.xml",
        (world, info) => new BinPicking(world, info), Expert)
    {
        Low = [-0.21, 0.65, 0.02, 0.1199, 0.699, -0.001],
        High = [-0.03, 0.75, 0.02, 0.1201, 0.701, 0.001],
        HandStart = new(0, 0.6, 0.2),
        Goal = new(new(0.1199, 0.699, -0.001), new(0.1201, 0.701, 0.001)),
        Reach = new(new(-0.5, 0.4, 0.07), new(0.5, 1, 0.5)),
    };

    private readonly Body _puck = world.Body("obj");
    private readonly Body _bin = world.Body("bin_goal");
    private double? _firstDistance;

    public override void Observe(Span<double> objects) => Write(objects, _puck.Position, _puck.Orientation);

    public override Outcome Evaluate(in Seen seen, double effort)
    {
        Vec3 puck = seen.Object, hand = seen.Hand;
        double distance = Distance(puck, Target);
        _firstDistance ??= distance;
        double inPlace = LongTail(distance, 0, 0.05, _firstDistance.Value);
        // Between the bins the hand should be above a rim that rises with the distance from both.
        double floor = Math.Min(Floor(DistanceXY(hand, ObjectStart)), Floor(DistanceXY(hand, Target)));
        double above = hand.Z >= floor ? 1 : LongTail(Math.Max(floor - hand.Z, 0), 0, 0.01, 0.05);
        double grasp = Caging(
            puck, effort, radius: 0.015, pad: 0.05, reach: 0.01, xz: 0.01, Density.High, desiredEffort: 0.7);
        bool near = Distance(puck, hand) < 0.04;
        bool held = near && puck.Z - 0.02 > ObjectStart.Z && !(seen.Opening < 0.43);
        double reward = Both(grasp, inPlace);
        if (held)
            reward += 1 + 5 * Both(above, inPlace);
        if (distance < 0.05)
            reward = 10;
        return new(reward, distance <= 0.05, near, held, grasp, inPlace, distance);

        static double Floor(double aside) => aside > 0.03 ? 0.02 * Math.Log(aside - 0.03) + 0.2 : 0;
    }

    protected override void Reset()
    {
        double height = _puck.Position.Z;
        ObjectStart = DrawPoint() with { Z = height };
        World.SetObject(ObjectStart);
        Target = _bin.Position;
        _firstDistance = null;
    }

    private static Move Expert(in Seen seen)
    {
        Vec3 hand = seen.Hand, bin = new(0.12, 0.7, 0.02);
        Vec3 puck = seen.Object + Up(0.03);
        puck = puck with { Y = Math.Clamp(puck.Y, 0.675, 0.725) };
        double effort = DistanceXY(hand, puck) > 0.02 || Math.Abs(hand.Z - puck.Z) > 0.02 ? -1 : 0.6;
        Vec3 to =
            DistanceXY(hand, puck) > 0.02 ? puck + Up(0.15)
            : Math.Abs(hand.Z - puck.Z) > 0.01 ? puck
            : DistanceXY(hand, bin) > 0.02 ? (hand.Z < 0.15 ? hand + Up(0.1) : bin with { Z = 0.18 })
            : bin;
        return new(to, 25, effort);
    }
}
