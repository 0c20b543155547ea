using Benchmarks.MetaWorld.Simulation;
using static Benchmarks.MetaWorld.Simulation.Vec3;
using static Benchmarks.MetaWorld.Tasks.Tolerance;

namespace Benchmarks.MetaWorld.Tasks;

/// <summary>disassemble-v3: pick a nut out of a peg.</summary>
internal sealed class Disassemble(SawyerWorld world, TaskInfo info) : RoundNut(world, info, Density.High)
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

    protected override (bool Success, double InPlace) Judge(in Seen seen, Vec3 centre)
    {
        double off = LongTail(Distance(Target + Up(0.1), centre), 0, 0.02, 0.2);
        double inPlace = 0.1 * (centre.Z > 0.02 ? 1 : 0) + 0.9 * off;
        return (seen.Object.Z > Target.Z, inPlace);
    }

    protected override void Reset()
    {
        (ObjectStart, _) = DrawApart(0.1);
        Target = ObjectStart + Up(0.15);
        Peg.Place(ObjectStart + Up(0.03));
        PegTop.Place(ObjectStart + Up(0.08));
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
