using Benchmarks.MetaWorld.Simulation;
using static Benchmarks.MetaWorld.Simulation.Vec3;
using static Benchmarks.MetaWorld.Tasks.Tolerance;

namespace Benchmarks.MetaWorld.Tasks;

/// <summary>button-press-topdown-v3: press a button from the top.</summary>
internal class ButtonPressTopdown(SawyerWorld world, TaskInfo info) : SawyerTask(world, info)
{
    public static readonly TaskInfo Task = new(
        "button-press-topdown-v3", "Press a button from the top", "sawyer_button_press_topdown.xml",
        (world, info) => new ButtonPressTopdown(world, info), Expert)
    {
        Low = [-0.1, 0.8, 0.115],
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
        Write(objects, _button.Position + Up(0.193), _button.Orientation);

    public override Outcome Evaluate(in Seen seen, double effort)
    {
        Vec3 button = seen.Object;
        double distance = Math.Abs(Target.Z - button.Z), to = Distance(button, Tcp);
        double near = LongTail(to, 0, 0.01, Distance(button, TcpStart));
        double pressed = LongTail(distance, 0, 0.005, _travel);
        double reward = 5 * Both(1 - seen.Opening, near);
        if (to <= 0.03)
            reward += 5 * pressed;
        return new(reward, distance <= 0.024, to <= 0.05, seen.Opening > 0, near, pressed, distance);
    }

    protected override void Reset()
    {
        ObjectStart = DrawPoint();
        _box.Place(ObjectStart);
        World.Data.Forward();
        Target = _hole.Position;
        _travel = Math.Abs(Target.Z - _buttonStart.Position.Z);
    }

    private static Move Expert(in Seen seen)
    {
        Vec3 button = seen.Object;
        return new(DistanceXY(seen.Hand, button) > 0.04 ? button + Up(0.1) : button, 25, 1);
    }
}
