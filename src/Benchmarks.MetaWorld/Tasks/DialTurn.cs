using Benchmarks.MetaWorld.Simulation;
using static Benchmarks.MetaWorld.Simulation.Vec3;
using static Benchmarks.MetaWorld.Tasks.Tolerance;

namespace Benchmarks.MetaWorld.Tasks;

/// <summary>dial-turn-v3: rotate a dial 180 degrees.</summary>
internal sealed class DialTurn(SawyerWorld world, TaskInfo info) : SawyerTask(world, info)
{
    public static readonly TaskInfo Task = new(
        "dial-turn-v3", "Rotate a dial 180 degrees", "sawyer_dial.xml",
        (world, info) => new DialTurn(world, info), Expert)
    {
        Low = [-0.1, 0.7, 0],
        High = [0.1, 0.8, 0],
        HandStart = new(0, 0.6f, 0.2f),
        Goal = new(new(-0.1, 0.73, 0.0299), new(0.1, 0.83, 0.0301)),
    };

    private const double Radius = 0.07;
    private static readonly Vec3 PushedAt = new(0.05, 0.02, 0.09);
    private readonly Body _dial = world.Body("dial");
    private readonly Joint _knob = world.Joint("knob_Joint_1");
    private readonly Site _goal = world.Site("goal");
    private Vec3 _pushStart;

    /// <summary>The knob's mark, which goes around the dial.</summary>
    private Vec3 Mark => _dial.Position + 0.05 * new Vec3(Math.Sin(_knob.Position), -Math.Cos(_knob.Position), 0);

    public override void Observe(Span<double> objects) => Write(objects, Mark, _dial.Orientation);

    public override Outcome Evaluate(in Seen seen, double effort)
    {
        Vec3 mark = Mark, push = mark + PushedAt;
        double distance = Distance(mark, Target), to = Distance(push, Tcp);
        double inPlace = LongTail(distance, 0, Radius, Math.Abs(Distance(_pushStart, Target) - Radius));
        double near = Gaussian(to, 0, 0.005, Math.Abs(Distance(_pushStart, TcpStart) - 0.005));
        double reach = Both(near, Math.Min(Math.Max(0, effort), 1));
        return new(10 * Both(reach, inPlace), distance <= Radius, to <= 0.01, true, reach, inPlace, distance);
    }

    protected override void Reset()
    {
        ObjectStart = DrawPoint();
        Target = ObjectStart + new Vec3(0, 0.03, 0.03);
        _dial.Place(ObjectStart);
        _pushStart = Mark + PushedAt;
        _goal.Place(Target);
    }

    private static Move Expert(in Seen seen)
    {
        Vec3 hand = seen.Hand, dial = seen.Object + PushedAt;
        Vec3 to =
            DistanceXY(hand, dial) > 0.02 ? dial with { Z = 0.2 }
            : Math.Abs(hand.Z - dial.Z) > 0.02 ? dial
            : dial + new Vec3(-0.05, 0.005, 0);
        return new(to, 10, 1);
    }
}
