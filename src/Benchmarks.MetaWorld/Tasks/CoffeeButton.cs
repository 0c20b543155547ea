using Benchmarks.MetaWorld.Simulation;
using static Benchmarks.MetaWorld.Simulation.Vec3;
using static Benchmarks.MetaWorld.Tasks.Tolerance;

namespace Benchmarks.MetaWorld.Tasks;

/// <summary>coffee-button-v3: push a button on the coffee machine.</summary>
internal sealed class CoffeeButton(SawyerWorld world, TaskInfo info) : SawyerTask(world, info)
{
    public static readonly TaskInfo Task = new(
        "coffee-button-v3", "Push a button on the coffee machine", "sawyer_coffee.xml",
        (world, info) => new CoffeeButton(world, info), Expert)
    {
        Low = [-0.1, 0.8, -0.001],
        High = [0.1, 0.9, 0.001],
        HandStart = new(0, 0.4, 0.2),
        Goal = new(new(-0.101, 0.6100000000000001, 0.298), new(0.101, 0.71, 0.302)),
    };

    private static readonly Quat NoTurn = new(1, 0, 0, 0);
    private readonly Body _machine = world.Body("coffee_machine");
    private readonly Site _buttonStart = world.Site("buttonStart");

    public override void Observe(Span<double> objects) => Write(objects, _buttonStart.Position, NoTurn);

    public override Outcome Evaluate(in Seen seen, double effort)
    {
        Vec3 button = seen.Object;
        double distance = Math.Abs(Target.Y - button.Y), to = Distance(button, Tcp);
        double near = LongTail(to, 0, 0.05, Distance(button, TcpStart));
        double pressed = LongTail(distance, 0, 0.005, 0.03);
        double reward = 2 * Both(Math.Max(seen.Opening, 0), near);
        if (to <= 0.05)
            reward += 8 * pressed;
        return new(reward, distance <= 0.02, to <= 0.05, seen.Opening > 0, near, pressed, distance);
    }

    protected override void Reset()
    {
        ObjectStart = DrawPoint();
        _machine.Place(ObjectStart);
        // The mug's free joint is the first of this model.
        World.SetObject(ObjectStart + new Vec3(0, -0.22, 0), qpos: 0);
        Target = ObjectStart + new Vec3(0, -0.22, 0.3) + new Vec3(0, 0.03, 0);
    }

    private static Move Expert(in Seen seen)
    {
        Vec3 hand = seen.Hand, button = seen.Object - Up(0.07);
        return new(DistanceXZ(hand, button) > 0.02 ? button with { Y = hand.Y } : button + new Vec3(0, 0.2, 0), 10, -1);
    }
}
