using Benchmarks.MetaWorld.Simulation;
using Benchmarks.MuJoCo;
using static Benchmarks.MetaWorld.Tasks.Tolerance;
using static Benchmarks.MuJoCo.Vec3;

namespace Benchmarks.MetaWorld.Tasks;

/// <summary>
/// disassemble-v3: pick a nut out of a peg. Follows metaworld 3.0.0, <c>envs/sawyer_disassemble_peg_v3.py</c>
/// (<c>SawyerNutDisassembleEnvV3</c>) and <c>policies/sawyer_disassemble_v3_policy.py</c>.
/// </summary>
internal sealed class Disassemble(SawyerSimulation simulation, TaskInfo info)
    : RoundNut(simulation, info, CagingDensity.High)
{
    public static readonly TaskInfo Task = new(
        "disassemble-v3", "Pick a nut out of a peg", "sawyer_assembly_peg.xml",
        (simulation, info) => new Disassemble(simulation, info), Expert)
    {
        Low = [0, 0.6, 0.025, -0.1, 0.6, 0.1699],
        High = [0.1, 0.75, 0.02501, 0.1, 0.75, 0.1701],
        HandStart = new(0, 0.4f, 0.2f),
        GoalSpace = new(new(-0.1, 0.6, 0.1749), new(0.1, 0.75, 0.1751)),
    };

    protected override (bool Success, double InPlace) Judge(in TaskObservation obs, Vec3 centre)
    {
        double off = LongTail(Distance(Target + Up(0.1), centre), 0, 0.02, 0.2);
        double inPlace = 0.1 * (centre.Z > 0.02 ? 1 : 0) + 0.9 * off;
        return (obs.Object.Z > Target.Z, inPlace);
    }

    protected override void Reset()
    {
        (ObjectStart, _) = DrawApart(0.1);
        Target = ObjectStart + Up(0.15);
        Peg.Place(ObjectStart + Up(0.03));
        PegTop.Place(ObjectStart + Up(0.08));
        Simulation.Data.Forward();
        Simulation.SetObject(ObjectStart);
    }

    private static ExpertCommand Expert(in TaskObservation obs)
    {
        Vec3 hand = obs.Hand, nut = obs.Object + new Vec3(-0.02, 0, 0.01);
        double effort = DistanceXY(hand, nut) > 0.02 || Math.Abs(hand.Z - nut.Z) > 0.07 ? 0 : 0.8;
        Vec3 to =
            DistanceXY(hand, nut) > 0.02 ? nut + Up(0.1)
            : Math.Abs(hand.Z - nut.Z) > 0.03 ? nut
            : hand + Up(0.1);
        return new(to, 10, effort);
    }
}
