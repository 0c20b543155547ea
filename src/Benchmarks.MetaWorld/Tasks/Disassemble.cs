using Benchmarks.MetaWorld.Simulation;
using static Benchmarks.MetaWorld.Simulation.Vec3;
using static Benchmarks.MetaWorld.Tasks.Tolerance;

namespace Benchmarks.MetaWorld.Tasks;

/// <summary>disassemble-v3: pick a nut out of a peg.</summary>
internal sealed class Disassemble(SawyerWorld world, TaskInfo info) : SawyerTask(world, info)
{
    public static readonly TaskInfo Task = new(
        "disassemble-v3", "Pick a nut out of a peg", "sawyer_assembly_peg.xml",
        (world, info) => new Disassemble(world, info), Expert)
    {
        Low = [0, 0.6, 0.025, -0.1, 0.6, 0.1699],
        High = [0.1, 0.75, 0.02501, 0.1, 0.75, 0.1701],
        HandStart = new(0, 0.4f, 0.2f),
        Goal = new(new(-0.1, 0.6, 0.1749), new(0.1, 0.75, 0.1751)),
    };

    private static readonly Quat Upright = new(0.707, 0, 0, 0.707);
    private readonly Body _nut = world.Body("RoundNut");
    private readonly Site _handle = world.Site("RoundNut-8");
    private readonly Site _centre = world.Site("RoundNut");
    private readonly Body _peg = world.Body("peg");
    private readonly Site _pegTop = world.Site("pegTop");

    public override void Observe(Span<double> objects) => Write(objects, _handle.Position, _nut.Orientation);

    public override Outcome Evaluate(in Seen seen, double effort)
    {
        Vec3 handle = seen.Object;
        if (Math.Abs(handle.X - seen.Hand.X) < 0.01)
            handle = handle with { X = seen.Hand.X };
        double upright = Math.Max(1 - Quat.Distance(seen.ObjectOrientation, Upright) / 0.4, 0);
        double grasp = Caging(handle, effort, radius: 0.015, pad: 0.02, reach: 0.01, xz: 0.01, Density.High);
        Vec3 centre = _centre.Position;
        double off = LongTail(Distance(Target + Up(0.1), centre), 0, 0.02, 0.2);
        double inPlace = 0.1 * (centre.Z > 0.02 ? 1 : 0) + 0.9 * off;
        bool success = seen.Object.Z > Target.Z;
        double reward = success ? 10 : (2 * grasp + 6 * inPlace) * upright;
        return new(reward, success, upright, grasp >= 0.5, grasp, inPlace, 0);
    }

    protected override void Reset()
    {
        (ObjectStart, _) = DrawApart(0.1);
        Target = ObjectStart + Up(0.15);
        _peg.Place(ObjectStart + Up(0.03));
        _pegTop.Place(ObjectStart + Up(0.08));
        World.Data.Forward();
        World.SetObject(ObjectStart);
    }

    private static Move Expert(in Seen seen)
    {
        Vec3 hand = seen.Hand, nut = seen.Object + new Vec3(-0.02, 0, 0.01);
        double effort = DistanceXY(hand, nut) > 0.02 || Math.Abs(hand.Z - nut.Z) > 0.07 ? 0 : 0.8;
        Vec3 to =
            DistanceXY(hand, nut) > 0.02 ? nut + Up(0.1)
            : Math.Abs(hand.Z - nut.Z) > 0.03 ? nut
            : hand + Up(0.1);
        return new(to, 10, effort);
    }
}
