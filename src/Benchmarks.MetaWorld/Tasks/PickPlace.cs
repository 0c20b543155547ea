using Benchmarks.MetaWorld.Simulation;
using static Benchmarks.MetaWorld.Simulation.Vec3;
using static Benchmarks.MetaWorld.Tasks.Tolerance;

namespace Benchmarks.MetaWorld.Tasks;

/// <summary>pick-place-v3: pick and place a puck to a goal.</summary>
internal sealed class PickPlace(SawyerWorld world, TaskInfo info) : SawyerTask(world, info)
{
    public static readonly TaskInfo Task = new(
        "pick-place-v3", "Pick and place a puck to a goal", "sawyer_pick_place_v3.xml",
        (world, info) => new PickPlace(world, info), Expert)
    {
        Low = [-0.1, 0.6, 0.02, -0.1, 0.8, 0.05],
        High = [0.1, 0.7, 0.02, 0.1, 0.9, 0.3],
        HandStart = new(0, 0.6, 0.2),
        Goal = new(new(-0.1, 0.8, 0.05), new(0.1, 0.9, 0.3)),
    };

    private readonly Body _puck = world.Body("obj");
    private readonly Geom _puckGeom = world.Geom("objGeom");
    private readonly Site _goal = world.Site("goal");

    public override void Observe(Span<double> objects) => Write(objects, _puck.Position, _puckGeom.Rotation);

    public override Outcome Evaluate(in Seen seen, double effort)
    {
        Vec3 puck = seen.Object;
        double distance = Distance(puck, Target), to = Distance(puck, Tcp);
        double inPlace = LongTail(distance, 0, 0.05, Distance(ObjectStart, Target));
        double grasp = Grasp(puck, effort);
        double reward = Both(grasp, inPlace);
        if (to < 0.02 && seen.Opening > 0 && puck.Z - 0.01 > ObjectStart.Z)
            reward += 1 + 5 * inPlace;
        if (distance < 0.05)
            reward = 10;
        bool held = World.Touching(_puckGeom) && seen.Opening > 0 && puck.Z - 0.02 > ObjectStart.Z;
        return new(reward, distance <= 0.07, to <= 0.03, held, grasp, inPlace, distance);
    }

    protected override void Reset()
    {
        (ObjectStart, Target) = DrawApart(0.15);
        World.SetObject(ObjectStart);
        _goal.Place(Target);
    }

    /// <summary>
    /// This task's own caging reward, in which the pads' "initial" positions are upstream's references to their
    /// present ones.
    /// </summary>
    private double Grasp(Vec3 puck, double effort)
    {
        double right = puck.Y - World.RightPad.Position.Y, left = World.LeftPad.Position.Y - puck.Y;
        double along = Both(
            LongTail(left, 0.015, 0.05, Math.Abs(Math.Abs(left) - 0.05)),
            LongTail(right, 0.015, 0.05, Math.Abs(Math.Abs(right) - 0.05)));
        double across = LongTail(DistanceXZ(Tcp, puck), 0, 0.005, DistanceXZ(ObjectStart, TcpStart) - 0.005);
        double caged = Both(along, across);
        double closed = caged > 0.97 ? Math.Min(Math.Max(0, effort), 1) : 0;
        return (Both(caged, closed) + caged) / 2;
    }

    private static Move Expert(in Seen seen)
    {
        Vec3 hand = seen.Hand, puck = seen.Object - new Vec3(0.005, 0, 0);
        double effort = Distance(hand, seen.Object) < 0.07 ? 1 : 0;
        Vec3 to =
            DistanceXY(hand, puck) > 0.02 ? puck + Up(0.1)
            : Math.Abs(hand.Z - puck.Z) > 0.05 && puck.Z < 0.04 ? puck + Up(0.03)
            : seen.Opening > 0.73 ? hand
            : seen.Goal;
        return new(to, 10, effort);
    }
}
