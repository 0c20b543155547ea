using Benchmarks.MetaWorld.Simulation;
using Benchmarks.MuJoCo;
using static Benchmarks.MetaWorld.Tasks.Tolerance;
using static Benchmarks.MuJoCo.Vec3;

namespace Benchmarks.MetaWorld.Tasks;

/// <summary>
/// peg-insert-side-v3: insert a peg sideways. Follows metaworld 3.0.0, <c>envs/sawyer_peg_insertion_side_v3.py</c>
/// (<c>SawyerPegInsertionSideEnvV3</c>) and <c>policies/sawyer_peg_insertion_side_v3_policy.py</c>.
/// </summary>
internal sealed class PegInsertSide(SawyerSimulation simulation, TaskInfo info) : SawyerTask(simulation, info)
{
    public static readonly TaskInfo Task = new(
        "peg-insert-side-v3", "Insert a peg sideways", "sawyer_peg_insertion_side.xml",
        (simulation, info) => new PegInsertSide(simulation, info), Expert)
    {
        Low = [0, 0.5, 0.02, -0.35, 0.4, -0.001],
        High = [0.2, 0.7, 0.02, -0.25, 0.7, 0.001],
        HandStart = new(0, 0.6, 0.2),
        GoalSpace = new(new(-0.31999999999999995, 0.4, 0.129), new(-0.22, 0.7, 0.131)),
    };

    private const double Radius = 0.07;
    // Upstream weighs the axes of some distances.
    private static readonly Vec3 PositionScale = new(1, 2, 2);
    private readonly Site _grip = simulation.Data.Site("pegGrasp");
    private readonly Site _head = simulation.Data.Site("pegHead");
    private readonly Body _box = simulation.Data.Body("box");
    private readonly Site _goal = simulation.Data.Site("goal");
    private readonly Site _zero1 = simulation.Data.Site("bottom_right_corner_collision_box_1");
    private readonly Site _one1 = simulation.Data.Site("top_left_corner_collision_box_1");
    private readonly Site _zero2 = simulation.Data.Site("bottom_right_corner_collision_box_2");
    private readonly Site _one2 = simulation.Data.Site("top_left_corner_collision_box_2");
    private Vec3 _headStart;

    public override void Observe(Span<double> objects) => WriteXyzw(objects, _grip.Position, _grip.Orientation);

    public override Outcome Evaluate(in TaskObservation obs, NumpyScalar effort)
    {
        Vec3 peg = obs.Object, head = _head.Position;
        double objToTarget = Distance(head, Target, PositionScale), tcpToObj = Distance(peg, Tcp);
        NumpyScalar inPlace = LongTail(objToTarget, 0, Radius, Distance(_headStart, Target, PositionScale));
        NumpyScalar free1 = RectPrismTolerance(head, _zero1.Position, _one1.Position);
        NumpyScalar free2 = RectPrismTolerance(head, _zero2.Position, _one2.Position);
        inPlace = HamacherProduct(inPlace, HamacherProduct(free2, free1));
        bool lifted = tcpToObj < 0.08 && obs.Opening > 0 && peg.Z - 0.01 > ObjectStart.Z;
        NumpyScalar grasp = lifted ? 1 : GripperCagingReward(
            peg, effort, objRadius: 0.0075, padSuccessThresh: 0.03, objectReachRadius: 0.01, xzThresh: 0.005,
            CagingDensity.High);
        NumpyScalar reward = HamacherProduct(grasp, inPlace);
        if (lifted)
            reward += 1 + 5 * inPlace;
        if (objToTarget <= Radius)
            reward = 10;
        bool graspSuccess = tcpToObj < 0.02 && obs.Opening > 0 && peg.Z - 0.01 > ObjectStart.Z;
        return new(
            reward: reward, success: objToTarget <= Radius, nearObject: tcpToObj <= 0.03, graspSuccess: graspSuccess,
            graspReward: grasp, inPlaceReward: inPlace.Value, objectToTarget: objToTarget);
    }

    protected override void Reset()
    {
        (ObjectStart, Vec3 box) = DrawApart(0.1);
        // The head's position before the peg is moved to its start.
        _headStart = _head.Position;
        Simulation.SetObject(ObjectStart);
        _box.Place(box);
        Target = box + new Vec3(0.03, 0, 0.13);
        _goal.Place(Target);
    }

    /// <summary>
    /// Upstream's <c>rect_prism_tolerance</c>: 1 outside of a box; inside, the product of the relative distances from a corner.
    /// </summary>
    private static NumpyScalar RectPrismTolerance(Vec3 point, Vec3 zero, Vec3 one)
    {
        Vec3 way = point - zero, whole = one - zero;
        return Within(point.X, zero.X, one.X) && Within(point.Y, zero.Y, one.Y) && Within(point.Z, zero.Z, one.Z)
            ? NumpyScalar.Float64(way.X / whole.X * (way.Y / whole.Y) * (way.Z / whole.Z))
            : 1;

        static bool Within(double x, double a, double b) => (a <= x && x <= b) || (b <= x && x <= a);
    }

    private static ExpertCommand Expert(in TaskObservation obs)
    {
        Vec3 hand = obs.Hand, peg = obs.Object, hole = new(-0.35, obs.Goal.Y, 0.16);
        double effort = DistanceXY(hand, peg) > 0.04 || Math.Abs(hand.Z - peg.Z) > 0.15 ? -1 : 0.6;
        Vec3 to =
            DistanceXY(hand, peg) > 0.04 ? peg + Up(0.3)
            : Math.Abs(hand.Z - peg.Z) > 0.025 ? peg
            : DistanceYZ(peg, hole) > 0.03 ? hole + new Vec3(0.4, 0, 0)
            : hole;
        return new(to, 25, effort);
    }
}
