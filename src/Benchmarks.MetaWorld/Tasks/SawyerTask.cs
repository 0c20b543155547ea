using Benchmarks.MetaWorld.Simulation;
using EvalCore.Numerics;
using static Benchmarks.MetaWorld.Simulation.Vec3;
using static Benchmarks.MetaWorld.Tasks.Tolerance;

namespace Benchmarks.MetaWorld.Tasks;

/// <summary>
/// A task of Meta-World v3 in its world: how it begins, what is seen of its objects, and what a step is worth. Recipes
/// are ordered: what is read between two passes of the simulator is what the earlier one left.
/// </summary>
internal abstract class SawyerTask(SawyerWorld world, TaskInfo info)
{
    /// <summary>The numbers of the observation that belong to objects.</summary>
    public const int ObjectLength = 14;

    private Generator? _random;

    public TaskInfo Info { get; } = info;

    /// <summary>Where the task wants something to be.</summary>
    public Vec3 Target { get; protected set; }

    /// <summary>Where the object is said to have begun.</summary>
    public Vec3 ObjectStart { get; protected set; }

    /// <summary>Where the fingertips were when the hand had been moved to its start.</summary>
    public Vec3 TcpStart { get; private set; }

    /// <summary>The random vector of this episode.</summary>
    public double[] Random { get; } = new double[info.Low.Length];

    protected SawyerWorld World { get; } = world;

    protected Vec3 Tcp => World.Tcp;

    /// <summary>Begins an episode: one of the two passes that a reset makes.</summary>
    public void Begin(Generator random)
    {
        _random = random;
        World.ResetHand(Info.HandStart);
        TcpStart = Tcp;
        Reset();
    }

    /// <summary>Positions and orientations of the objects, 14 numbers, zeros where there are fewer.</summary>
    public abstract void Observe(Span<double> objects);

    /// <summary>What the step was worth that led to the present state.</summary>
    /// <param name="seen">The observation, within its bounds.</param>
    /// <param name="effort">The fourth number of the action.</param>
    public abstract Outcome Evaluate(in Seen seen, double effort);

    /// <summary>The task's own part of a reset, after the hand's.</summary>
    protected abstract void Reset();

    /// <summary>Draws the random vector.</summary>
    protected ReadOnlySpan<double> Draw()
    {
        for (int i = 0; i < Random.Length; i++)
            Random[i] = _random!.Uniform(Info.Low[i], Info.High[i]);
        return Random;
    }

    /// <summary>Draws until two points, seen from above, are far enough apart.</summary>
    protected (Vec3 First, Vec3 Second) DrawApart(double distance)
    {
        Vec3 first, second;
        do
        {
            var v = Draw();
            (first, second) = (From(v), From(v[3..]));
        }
        while (DistanceXY(first, second) < distance);
        return (first, second);
    }

    /// <summary>Draws two points that are far enough apart, and puts both at a height.</summary>
    protected (Vec3 First, Vec3 Second) DrawApart(double distance, double height)
    {
        var (first, second) = DrawApart(distance);
        return (first with { Z = height }, second with { Z = height });
    }

    /// <summary>Draws one point.</summary>
    protected Vec3 DrawPoint() => From(Draw());

    /// <summary>Writes the first object.</summary>
    protected static void Write(Span<double> objects, Vec3 position, Quat orientation)
    {
        position.CopyTo(objects);
        orientation.CopyTo(objects[3..]);
    }

    /// <summary>
    /// Meta-World's <c>_gripper_caging_reward</c>: how well the fingers are around a point, and, once they are, how
    /// hard they close.
    /// </summary>
    /// <param name="point">The point to grasp.</param>
    /// <param name="effort">The fourth number of the action.</param>
    /// <param name="radius">The object's.</param>
    /// <param name="pad">A pad this close along y is right.</param>
    /// <param name="reach">The fingertips this close are right; used by <see cref="Density.Medium"/> alone.</param>
    /// <param name="xz">The fingertips this close seen along y are right.</param>
    /// <param name="density">What is paid before the fingers close.</param>
    /// <param name="desiredEffort">The effort that is paid in full.</param>
    /// <param name="start">Where the object began; <see cref="ObjectStart"/> if not given.</param>
    protected double Caging(
        Vec3 point, double effort, double radius, double pad, double reach, double xz, Density density,
        double desiredEffort = 1, Vec3? start = null)
    {
        Vec3 began = start ?? ObjectStart;
        double Pad(double y)
        {
            double margin = Math.Abs(Math.Abs(y - began.Y) - pad);
            return LongTail(Math.Abs(y - point.Y), radius, pad, margin);
        }

        double along = Both(Pad(World.LeftPad.Position.Y), Pad(World.RightPad.Position.Y));
        double across = LongTail(DistanceXZ(Tcp, point), 0, xz, DistanceXZ(began, TcpStart) - xz);
        double closed = Math.Min(Math.Max(0, effort), desiredEffort) / desiredEffort;
        double caged = Both(along, across);
        double grasped = Both(caged, caged > 0.97 ? closed : 0);
        return density switch
        {
            Density.High => (grasped + caged) / 2,
            Density.Medium => (grasped + Near()) / 2,
            _ => grasped,
        };

        double Near() => LongTail(Distance(point, Tcp), 0, reach, Math.Abs(Distance(began, TcpStart) - reach));
    }

    /// <summary>
    /// The caging reward of tasks that push with closed fingers: the object between the pads. The action does not
    /// enter. The pads' "initial" positions are upstream's references to their present ones.
    /// </summary>
    /// <param name="point">The object.</param>
    /// <param name="radius">The object's.</param>
    /// <param name="slack">Room besides the radius.</param>
    /// <param name="xz">The fingertips this close seen along y are right.</param>
    protected double Enclosing(Vec3 point, double radius, double slack, double xz)
    {
        double right = point.Y - World.RightPad.Position.Y, left = World.LeftPad.Position.Y - point.Y;
        double rightMargin = Math.Abs(Math.Abs(right) - 0.05), leftMargin = Math.Abs(Math.Abs(left) - 0.05);
        double along = Both(LongTail(right, radius, 0.05, rightMargin), LongTail(left, radius, 0.05, leftMargin));
        double across = LongTail(DistanceXZ(Tcp, point), 0, xz, DistanceXZ(ObjectStart, TcpStart) - xz);
        double caged = Both(along, across);
        double held = caged > 0.95
            ? Both(
                LongTail(left, radius, radius + slack, leftMargin), LongTail(right, radius, radius + slack, rightMargin))
            : 0;
        return (caged + held) / 2;
    }
}
