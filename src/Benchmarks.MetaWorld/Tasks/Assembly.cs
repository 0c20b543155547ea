using Benchmarks.MetaWorld.Simulation;
using static Benchmarks.MetaWorld.Simulation.Vec3;
using static Benchmarks.MetaWorld.Tasks.Tolerance;

namespace Benchmarks.MetaWorld.Tasks;

/// <summary>assembly-v3: pick up a nut and place it onto a peg.</summary>
internal sealed class Assembly(SawyerWorld world, TaskInfo info) : RoundNut(world, info, Density.Medium)
{
    public static readonly TaskInfo Task = new(
        "assembly-v3", "Pick up a nut and place it onto a peg", "sawyer_assembly_peg.xml",
        (world, info) => new Assembly(world, info), Expert)
    {
        Low = [0, 0.6, 0.02, -0.1, 0.75, 0.1],
        High = [0, 0.6, 0.02, 0.1, 0.85, 0.1],
        HandStart = new(0, 0.6f, 0.2f),
        Goal = new(new(-0.1, 0.75, 0.1), new(0.1, 0.85, 0.1)),
    };

    private static readonly Vec3 HeightMatters = new(1, 1, 3);

    protected override (bool Success, double InPlace) Judge(in Seen seen, Vec3 centre)
    {
        double aside = DistanceXY(Target, centre);
        bool success = aside < 0.02 && Target.Z > centre.Z;
        // Away from the peg the nut should be high enough to come down on it.
        double close = success ? 0.02 : 0.01;
        double height = aside <= close ? 0 : 0.02 * Math.Log(aside - close) + 0.2;
        Vec3 error = (Target - centre) with { Z = height - centre.Z };
        bool lifted = centre.Z > 0.02 || aside < close;
        double inPlace = 0.1 * (lifted ? 1 : 0) + 0.9 * LongTail((error * HeightMatters).Norm, 0, 0.02, 0.4);
        return (success, inPlace);
    }

    protected override void Reset()
    {
        (ObjectStart, Target) = DrawApart(0.1);
        World.SetObject(ObjectStart);
        Peg.Place(Target - Up(0.05));
        PegTop.Place(Target);
    }

    private static Move Expert(in Seen seen)
    {
        Vec3 hand = seen.Hand, nut = seen.Object - new Vec3(0.02, 0, 0), peg = seen.Goal + new Vec3(0.12, 0, 0.14);
        double effort = DistanceXY(hand, nut) > 0.02 || Math.Abs(hand.Z - nut.Z) > 0.12 ? 0 : 0.6;
        Vec3 to =
            DistanceXY(hand, nut) > 0.02 ? nut + Up(0.1)
            : DistanceXY(hand, peg) <= 0.02 ? peg - Up(0.2)
            : Math.Abs(hand.Z - nut.Z) > 0.05 ? nut + Up(0.03)
            : Math.Abs(hand.Z - peg.Z) > 0.04 ? hand with { Z = peg.Z }
            : peg;
        return new(to, 10, effort);
    }
}
