using Benchmarks.MetaWorld.Simulation;
using static Benchmarks.MetaWorld.Simulation.Vec3;
using static Benchmarks.MetaWorld.Tasks.Tolerance;

namespace Benchmarks.MetaWorld.Tasks;

/// <summary>hammer-v3: hammer a screw on the wall.</summary>
internal sealed class Hammer(SawyerWorld world, TaskInfo info) : SawyerTask(world, info)
{
    public static readonly TaskInfo Task = new(
        "hammer-v3", "Hammer a screw on the wall", "sawyer_hammer.xml",
        (world, info) => new Hammer(world, info), Expert)
    {
        Low = [-0.1, 0.4, 0],
        High = [0.1, 0.5, 0],
        HandStart = new(0, 0.4, 0.2),
        Goal = new(new(0.2399, 0.7399, 0.109), new(0.2401, 0.7401, 0.111)),
    };

    private static readonly Quat Upright = new(1, 0, 0, 0);
    private readonly Body _hammer = world.Body("hammer");
    private readonly Body _nail = world.Body("nail_link");
    private readonly Body _box = world.Body("box");
    private readonly Site _goal = world.Site("goal");
    private readonly Joint _nailSlide = world.Joint("NailSlideJoint");

    public override void Observe(Span<double> objects)
    {
        Write(objects, _hammer.Position, _hammer.Orientation);
        Write(objects[7..], _nail.Position, _nail.Orientation);
    }

    public override Outcome Evaluate(in Seen seen, double effort)
    {
        Vec3 handle = seen.Object, head = seen.Object + new Vec3(0.16, 0.06, 0);
        if (Math.Abs(handle.X - seen.Hand.X) < 0.07)
            handle = handle with { X = seen.Hand.X };
        double upright = Math.Max(1 - Quat.Distance(seen.ObjectOrientation, Upright) / 0.4, 0);
        double grasp = Caging(handle, effort, radius: 0.015, pad: 0.02, reach: 0.01, xz: 0.01, Density.High);
        double inPlace = 0.1 * (head.Z > 0.02 ? 1 : 0) + 0.9 * LongTail(Distance(Target, head), 0, 0.02, 0.2);
        double reward = (2 * grasp + 6 * inPlace) * upright;
        bool success = _nailSlide.Position > 0.09;
        if (success && reward > 5)
            reward = 10;
        return new(reward, success, upright, grasp >= 0.5, grasp, inPlace, 0);
    }

    protected override void Reset()
    {
        _box.Place(new(0.24, 0.85, 0));
        Target = _goal.Position;
        ObjectStart = DrawPoint();
        World.SetObject(ObjectStart);
    }

    private static Move Expert(in Seen seen)
    {
        Vec3 hand = seen.Hand, hammer = seen.Object + new Vec3(-0.04, 0, -0.01);
        Vec3 nail = new Vec3(0.24, 0.71, 0.11) + new Vec3(-0.19, 0, 0.05);
        double effort = DistanceXY(hand, hammer) > 0.04 || Math.Abs(hand.Z - hammer.Z) > 0.1 ? 0 : 0.8;
        Vec3 to =
            DistanceXY(hand, hammer) > 0.04 ? hammer + Up(0.1)
            : Math.Abs(hand.Z - hammer.Z) > 0.05 && hammer.Z < 0.03 ? hammer + Up(0.03)
            : DistanceXZ(hand, nail) > 0.02 ? nail with { Y = hand.Y }
            : nail;
        return new(to, 10, effort);
    }
}
