using Benchmarks.MetaWorld.Simulation;
using Benchmarks.MuJoCo;
using static Benchmarks.MetaWorld.Tasks.Tolerance;
using static Benchmarks.MuJoCo.Vec3;

namespace Benchmarks.MetaWorld.Tasks;

/// <summary>
/// assembly-v3: pick up a nut and place it onto a peg. Follows metaworld 3.0.0, <c>envs/sawyer_assembly_peg_v3.py</c>
/// (<c>SawyerNutAssemblyEnvV3</c>) and <c>policies/sawyer_assembly_v3_policy.py</c>.
/// </summary>
internal sealed class Assembly(SawyerSimulation simulation, TaskInfo info)
    : RoundNut(simulation, info, CagingDensity.Medium)
{
    public static readonly TaskInfo Task = new(
        "assembly-v3", "Pick up a nut and place it onto a peg", "sawyer_assembly_peg.xml",
        (simulation, info) => new Assembly(simulation, info), Expert)
    {
        Low = [0, 0.6, 0.02, -0.1, 0.75, 0.1],
        High = [0, 0.6, 0.02, 0.1, 0.85, 0.1],
        HandStart = new(0, 0.6f, 0.2f),
        GoalSpace = new(new(-0.1, 0.75, 0.1), new(0.1, 0.85, 0.1)),
    };

    // Upstream weighs the axes of some distances.
    private static readonly Vec3 PositionScale = new(1, 1, 3);

    protected override (bool Success, double InPlace) Judge(in TaskObservation obs, Vec3 centre)
    {
        double radius = DistanceXY(Target, centre);
        bool success = radius < 0.02 && Target.Z > centre.Z;
        // The target height is a funnel around the peg: the further away, the higher. A success widens its bottom.
        double threshold = success ? 0.02 : 0.01;
        double height = radius <= threshold ? 0 : 0.02 * Math.Log(radius - threshold) + 0.2;
        Vec3 error = (Target - centre) with { Z = height - centre.Z };
        bool lifted = centre.Z > 0.02 || radius < threshold;
        double inPlace = 0.1 * (lifted ? 1 : 0) + 0.9 * LongTail((error * PositionScale).Norm, 0, 0.02, 0.4);
        return (success, inPlace);
    }

    protected override void Reset()
    {
        (ObjectStart, Target) = DrawApart(0.1);
        Simulation.SetObject(ObjectStart);
        Peg.Place(Target - Up(0.05));
        PegTop.Place(Target);
    }

    private static ExpertCommand Expert(in TaskObservation obs)
    {
        Vec3 hand = obs.Hand, nut = obs.Object - new Vec3(0.02, 0, 0), peg = obs.Goal + new Vec3(0.12, 0, 0.14);
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
