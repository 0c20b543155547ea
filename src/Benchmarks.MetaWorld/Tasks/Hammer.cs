using Benchmarks.MetaWorld.Simulation;
using Benchmarks.MuJoCo;
using static Benchmarks.MetaWorld.Tasks.Tolerance;
using static Benchmarks.MuJoCo.Vec3;

namespace Benchmarks.MetaWorld.Tasks;

/// <summary>
/// hammer-v3: hammer a screw on the wall. Follows metaworld 3.0.0, <c>envs/sawyer_hammer_v3.py</c>
/// (<c>SawyerHammerEnvV3</c>) and <c>policies/sawyer_hammer_v3_policy.py</c>.
/// </summary>
internal sealed class Hammer(SawyerSimulation simulation, TaskInfo info) : SawyerTask(simulation, info)
{
    public static readonly TaskInfo Task = new(
        "hammer-v3", "Hammer a screw on the wall", "sawyer_hammer.xml",
        (simulation, info) => new Hammer(simulation, info), Expert)
    {
        Low = [-0.1, 0.4, 0],
        High = [0.1, 0.5, 0],
        HandStart = new(0, 0.4, 0.2),
        GoalSpace = new(new(0.2399, 0.7399, 0.109), new(0.2401, 0.7401, 0.111)),
    };

    private static readonly Quat Upright = new(1, 0, 0, 0);
    private readonly Body _hammer = simulation.Data.Body("hammer");
    private readonly Body _nail = simulation.Data.Body("nail_link");
    private readonly Body _box = simulation.Data.Body("box");
    private readonly Site _goal = simulation.Data.Site("goal");
    private readonly Joint _nailSlide = simulation.Data.Joint("NailSlideJoint");

    public override void Observe(Span<double> objects)
    {
        Write(objects, _hammer.Position, _hammer.Orientation);
        Write(objects[7..], _nail.Position, _nail.Orientation);
    }

    public override Outcome Evaluate(in TaskObservation obs, NumpyScalar effort)
    {
        Vec3 handle = obs.Object, head = obs.Object + new Vec3(0.16, 0.06, 0);
        if (Math.Abs(handle.X - obs.Hand.X) < 0.07)
            handle = handle with { X = obs.Hand.X };
        double upright = Math.Max(1 - Quat.Distance(obs.ObjectOrientation, Upright) / 0.4, 0);
        NumpyScalar grasp = GripperCagingReward(
            handle, effort, objRadius: 0.015, padSuccessThresh: 0.02, objectReachRadius: 0.01, xzThresh: 0.01,
            CagingDensity.High);
        double inPlace = 0.1 * (head.Z > 0.02 ? 1 : 0) + 0.9 * LongTail(Distance(Target, head), 0, 0.02, 0.2);
        NumpyScalar reward = (2 * grasp + 6 * inPlace) * upright;
        bool success = _nailSlide.Position > 0.09;
        if (success && reward.Value > 5)
            reward = 10;
        return new(
            reward: reward, success: success, nearObject: upright, graspSuccess: grasp.Value >= 0.5, graspReward: grasp,
            inPlaceReward: inPlace, objectToTarget: 0);
    }

    protected override void Reset()
    {
        _box.Place(new(0.24, 0.85, 0));
        Target = _goal.Position;
        ObjectStart = DrawPoint();
        Simulation.SetObject(ObjectStart);
    }

    private static ExpertCommand Expert(in TaskObservation obs)
    {
        Vec3 hand = obs.Hand, hammer = obs.Object + new Vec3(-0.04, 0, -0.01);
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
