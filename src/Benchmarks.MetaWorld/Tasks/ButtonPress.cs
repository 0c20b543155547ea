using Benchmarks.MetaWorld.Simulation;
using static Benchmarks.MetaWorld.Simulation.Vec3;
using static Benchmarks.MetaWorld.Tasks.Tolerance;

namespace Benchmarks.MetaWorld.Tasks;

/// <summary>button-press-v3: press a button.</summary>
internal class ButtonPress(SawyerWorld world, TaskInfo info) : SawyerTask(world, info)
{
    public static readonly TaskInfo Task = new(
        "button-press-v3", "Press a button", "sawyer_button_press.xml",
        (world, info) => new ButtonPress(world, info), Expert)
    {
        Low = [-0.1, 0.85, 0.115],
        High = [0.1, 0.9, 0.115],
        HandStart = new(0, 0.4f, 0.2f),
        Goal = new(new(-0.5, 0.4, 0.05), new(0.5, 1, 0.5)),
    };

    private readonly Body _button = world.Body("button");
    private readonly Body _box = world.Body("box");
    private readonly Site _hole = world.Site("hole");
    private readonly Site _buttonStart = world.Site("buttonStart");
    private double _travel;

    public override void Observe(Span<double> objects) =>
        Write(objects, _button.Position - new Vec3(0, 0.193, 0), _button.Orientation);

    public override Outcome Evaluate(in Seen seen, double effort)
    {
        Vec3 button = seen.Object;
        double distance = Math.Abs(Target.Y - button.Y), to = Distance(button, Tcp);
        double near = LongTail(to, 0, 0.05, Distance(button, TcpStart));
        double pressed = Pressed(distance);
        double reward = 2 * Both(Math.Max(seen.Opening, 0), near);
        if (to <= 0.05)
            reward += 8 * pressed;
        return new(reward, distance <= 0.02, to <= 0.05, seen.Opening > 0, near, pressed, distance);
    }

    protected override void Reset()
    {
        ObjectStart = DrawPoint();
        _box.Place(ObjectStart);
        World.SetJoint(0);
        Target = _hole.Position;
        _travel = Math.Abs(Target.Y - _buttonStart.Position.Y);
    }

    /// <summary>How far in the button is, 0 to 1.</summary>
    protected double Pressed(double distance) => LongTail(distance, 0, 0.005, _travel);

    private static Move Expert(in Seen seen)
    {
        Vec3 hand = seen.Hand, button = seen.Object - Up(0.07);
        return new(
            Close(hand.X, button.X) && Close(hand.Z, button.Z)
                ? button + new Vec3(0, 0.02, 0)
                : button with { Y = hand.Y - 0.1 },
            25, 0);

        static bool Close(double a, double b) => Math.Abs(a - b) <= 0.02 + 1e-5 * Math.Abs(b);
    }
}
