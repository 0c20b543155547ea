using Benchmarks.MetaWorld.Simulation;
using Benchmarks.MuJoCo;
using EvalCore.Numerics;
using static Benchmarks.MetaWorld.Tasks.Tolerance;
using static Benchmarks.MuJoCo.Vec3;

namespace Benchmarks.MetaWorld.Tasks;

/// <summary>
/// A task of Meta-World v3: its reset, the observation of its objects, its reward. Follows metaworld 3.0.0,
/// <c>sawyer_xyz_env.py</c>. The order of statements matters: a position that is read between two kinematics passes is the
/// result of the first one.
/// </summary>
internal abstract class SawyerTask(SawyerSimulation simulation, TaskInfo info)
{
    /// <summary>The numbers of the observation that describe objects.</summary>
    public const int ObjectLength = 14;

    /// <summary>
    /// An object this close to its target is in place, metres (upstream: <c>_TARGET_RADIUS</c>). The reward is then 10 in
    /// most tasks; success may have another threshold.
    /// </summary>
    protected const double TargetRadius = 0.05;

    private Generator? _random;

    public TaskInfo Info { get; } = info;

    /// <summary>The target (upstream: <c>_target_pos</c>), metres.</summary>
    public Vec3 Target { get; protected set; }

    /// <summary>The object's initial position (upstream: <c>obj_init_pos</c>), metres.</summary>
    public Vec3 ObjectStart { get; protected set; }

    /// <summary>Upstream's <c>init_tcp</c>: the point between the fingertips after the hand was moved to its start, metres.</summary>
    public Vec3 TcpStart { get; private set; }

    /// <summary>The random vector of this episode.</summary>
    public double[] Random { get; } = new double[info.Low.Length];

    protected SawyerSimulation Simulation { get; } = simulation;

    protected Vec3 Tcp => Simulation.Tcp;

    /// <summary>Starts an episode: one of the two passes that a reset makes.</summary>
    public void Begin(Generator random)
    {
        _random = random;
        Simulation.ResetHand(Info.HandStart);
        TcpStart = Tcp;
        Reset();
    }

    /// <summary>Positions and orientations of the objects, 14 numbers, zeros where there are fewer.</summary>
    public abstract void Observe(Span<double> objects);

    /// <summary>The result of the step that led to the present state.</summary>
    /// <param name="obs">The observation, within its bounds.</param>
    /// <param name="effort">The fourth number of the action, in its own type.</param>
    public abstract Outcome Evaluate(in TaskObservation obs, NumpyScalar effort);

    /// <summary>The task's own part of a reset, after the hand's.</summary>
    protected abstract void Reset();

    /// <summary>Draws the random vector (upstream: <c>_get_state_rand_vec</c>).</summary>
    protected ReadOnlySpan<double> Draw()
    {
        for (int i = 0; i < Random.Length; i++)
            Random[i] = _random!.Uniform(Info.Low[i], Info.High[i]);
        return Random;
    }

    /// <summary>Draws two points, again until their distance in the x-y plane is large enough.</summary>
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

    /// <summary>Draws two points that are far enough apart, and sets the height of both.</summary>
    protected (Vec3 First, Vec3 Second) DrawApart(double distance, double height)
    {
        var (first, second) = DrawApart(distance);
        return (first with { Z = height }, second with { Z = height });
    }

    /// <summary>Draws one point.</summary>
    protected Vec3 DrawPoint() => From(Draw());

    /// <summary>Writes an object whose orientation upstream reads from MuJoCo: w, x, y, z.</summary>
    protected static void Write(Span<double> objects, Vec3 position, Quat orientation)
    {
        position.CopyTo(objects);
        orientation.CopyTo(objects[3..]);
    }

    /// <summary>Writes an object whose orientation upstream computes with scipy: x, y, z, w.</summary>
    protected static void WriteXyzw(Span<double> objects, Vec3 position, Quat orientation)
    {
        position.CopyTo(objects);
        orientation.CopyXyzwTo(objects[3..]);
    }

    /// <summary>
    /// Upstream's <c>_gripper_caging_reward</c>, 0 to 1: rewards fingers on both sides of an object and, once they are
    /// there, fingers that close.
    /// </summary>
    /// <param name="objPos">The object's position, metres.</param>
    /// <param name="effort">The fourth number of the action.</param>
    /// <param name="objRadius">The radius of the object's bounding sphere, metres.</param>
    /// <param name="padSuccessThresh">A pad this close to the object along y gets the full reward, metres.</param>
    /// <param name="objectReachRadius">
    /// Fingertips this close to the object get the full reward, metres; used by <see cref="CagingDensity.Medium"/> alone.
    /// </param>
    /// <param name="xzThresh">Fingertips this close in the x-z plane get the full reward, metres.</param>
    /// <param name="density">What is rewarded before the fingers close.</param>
    /// <param name="desiredGripperEffort">The effort that gets the full reward.</param>
    /// <param name="objInitPos">The object's initial position; <see cref="ObjectStart"/> if not given.</param>
    protected NumpyScalar GripperCagingReward(
        Vec3 objPos, NumpyScalar effort, double objRadius, double padSuccessThresh, double objectReachRadius, double xzThresh,
        CagingDensity density, double desiredGripperEffort = 1, Vec3? objInitPos = null)
    {
        Vec3 start = objInitPos ?? ObjectStart;
        double cagingY = HamacherProduct(Pad(Simulation.LeftPad.Position.Y), Pad(Simulation.RightPad.Position.Y));
        double cagingXZ = LongTail(DistanceXZ(Tcp, objPos), 0, xzThresh, DistanceXZ(start, TcpStart) - xzThresh);
        NumpyScalar gripperClosed = effort.Between0And(desiredGripperEffort) / desiredGripperEffort;
        double caging = HamacherProduct(cagingY, cagingXZ);
        NumpyScalar cagingAndGripping = HamacherProduct(caging, caging > 0.97 ? gripperClosed : 0);
        return density switch
        {
            CagingDensity.High => (cagingAndGripping + caging) / 2,
            CagingDensity.Medium => (cagingAndGripping + Reaching()) / 2,
            _ => cagingAndGripping,
        };

        double Pad(double y)
        {
            double margin = Math.Abs(Math.Abs(y - start.Y) - padSuccessThresh);
            return LongTail(Math.Abs(y - objPos.Y), objRadius, padSuccessThresh, margin);
        }

        double Reaching() => LongTail(
            Distance(objPos, Tcp), 0, objectReachRadius, Math.Abs(Distance(start, TcpStart) - objectReachRadius));
    }

    /// <summary>
    /// The <c>_gripper_caging_reward</c> of upstream's soccer, sweep, sweep-into and push-back, 0 to 1: rewards an object
    /// between the pads, whatever the action. The margins use the pads' present positions: upstream's "initial" positions
    /// are references to them.
    /// </summary>
    /// <param name="objPos">The object's position, metres.</param>
    /// <param name="objRadius">The object's radius, metres.</param>
    /// <param name="gripSlack">A pad this close to the object's surface grips it, metres.</param>
    /// <param name="xzThresh">Fingertips this close in the x-z plane get the full reward, metres.</param>
    protected double PadCagingReward(Vec3 objPos, double objRadius, double gripSlack, double xzThresh)
    {
        const double PadSuccessMargin = 0.05;
        double right = objPos.Y - Simulation.RightPad.Position.Y, left = Simulation.LeftPad.Position.Y - objPos.Y;
        double rightMargin = Math.Abs(Math.Abs(right) - PadSuccessMargin);
        double leftMargin = Math.Abs(Math.Abs(left) - PadSuccessMargin);
        double cagingY = HamacherProduct(
            LongTail(right, objRadius, PadSuccessMargin, rightMargin),
            LongTail(left, objRadius, PadSuccessMargin, leftMargin));
        double cagingXZ = LongTail(DistanceXZ(Tcp, objPos), 0, xzThresh, DistanceXZ(ObjectStart, TcpStart) - xzThresh);
        double caging = HamacherProduct(cagingY, cagingXZ);
        double gripping = caging > 0.95
            ? HamacherProduct(
                LongTail(left, objRadius, objRadius + gripSlack, leftMargin),
                LongTail(right, objRadius, objRadius + gripSlack, rightMargin))
            : 0;
        return (caging + gripping) / 2;
    }
}
