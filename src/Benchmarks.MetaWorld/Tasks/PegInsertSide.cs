using Benchmarks.MetaWorld.Simulation;
using static Benchmarks.MetaWorld.Simulation.Vec3;
using static Benchmarks.MetaWorld.Tasks.Tolerance;

namespace Benchmarks.MetaWorld.Tasks;

/// <summary>peg-insert-side-v3: insert a peg sideways.</summary>
internal sealed class PegInsertSide(SawyerWorld world, TaskInfo info) : SawyerTask(world, info)
{
    public static readonly TaskInfo Task = new(
        "peg-insert-side-v3", "Insert a peg sideways", "sawyer_peg_insertion_side.xml",
        (world, info) => new PegInsertSide(world, info), Expert)
    {
        Low = [0, 0.5, 0.02, -0.35, 0.4, -0.001],
        High = [0.2, 0.7, 0.02, -0.25, 0.7, 0.001],
        HandStart = new(0, 0.6, 0.2),
        Goal = new(new(-0.31999999999999995, 0.4, 0.129), new(-0.22, 0.7, 0.131)),
    };

    private const double Radius = 0.07;
    private static readonly Vec3 Scale = new(1, 2, 2);
    private readonly Site _grip = world.Site("pegGrasp");
    private readonly Site _head = world.Site("pegHead");
    private readonly Body _box = world.Body("box");
    private readonly Site _goal = world.Site("goal");
    private readonly Site _zero1 = world.Site("bottom_right_corner_collision_box_1");
    private readonly Site _one1 = world.Site("top_left_corner_collision_box_1");
    private readonly Site _zero2 = world.Site("bottom_right_corner_collision_box_2");
    private readonly Site _one2 = world.Site("top_left_corner_collision_box_2");
    private Vec3 _headStart;

    public override void Observe(Span<double> objects) => Write(objects, _grip.Position, _grip.Rotation);

    public override Outcome Evaluate(in Seen seen, double effort)
    {
        Vec3 peg = seen.Object, head = _head.Position;
        double distance = Distance(head, Target, Scale), to = Distance(peg, Tcp);
        double inPlace = LongTail(distance, 0, Radius, Distance(_headStart, Target, Scale));
        double free1 = Free(head, _zero1.Position, _one1.Position), free2 = Free(head, _zero2.Position, _one2.Position);
        inPlace = Both(inPlace, Both(free2, free1));
        bool lifted = to < 0.08 && seen.Opening > 0 && peg.Z - 0.01 > ObjectStart.Z;
        double grasp = lifted ? 1 : Caging(
            peg, effort, radius: 0.0075, pad: 0.03, reach: 0.01, xz: 0.005, Density.High);
        double reward = Both(grasp, inPlace);
        if (lifted)
            reward += 1 + 5 * inPlace;
        if (distance <= Radius)
            reward = 10;
        bool held = to < 0.02 && seen.Opening > 0 && peg.Z - 0.01 > ObjectStart.Z;
        return new(reward, distance <= Radius, to <= 0.03, held, grasp, inPlace, distance);
    }

    protected override void Reset()
    {
        (ObjectStart, Vec3 box) = DrawApart(0.1);
        // Where the head is before the peg is put to its start.
        _headStart = _head.Position;
        World.SetObject(ObjectStart);
        _box.Place(box);
        Target = box + new Vec3(0.03, 0, 0.13);
        _goal.Place(Target);
    }

    /// <summary>1 outside of a block of the box; inside, less the deeper a point is in from its corner.</summary>
    private static double Free(Vec3 point, Vec3 zero, Vec3 one)
    {
        Vec3 way = point - zero, whole = one - zero;
        return Within(point.X, zero.X, one.X) && Within(point.Y, zero.Y, one.Y) && Within(point.Z, zero.Z, one.Z)
            ? way.X / whole.X * (way.Y / whole.Y) * (way.Z / whole.Z)
            : 1;

        static bool Within(double x, double a, double b) => (a <= x && x <= b) || (b <= x && x <= a);
    }

    private static Move Expert(in Seen seen)
    {
        Vec3 hand = seen.Hand, peg = seen.Object, hole = new(-0.35, seen.Goal.Y, 0.16);
        double effort = DistanceXY(hand, peg) > 0.04 || Math.Abs(hand.Z - peg.Z) > 0.15 ? -1 : 0.6;
        Vec3 to =
            DistanceXY(hand, peg) > 0.04 ? peg + Up(0.3)
            : Math.Abs(hand.Z - peg.Z) > 0.025 ? peg
            : DistanceYZ(peg, hole) > 0.03 ? hole + new Vec3(0.4, 0, 0)
            : hole;
        return new(to, 25, effort);
    }
}
