using Benchmarks.MetaWorld.Simulation;
using Benchmarks.MuJoCo;
using static Benchmarks.MetaWorld.Tasks.Tolerance;
using static Benchmarks.MuJoCo.Vec3;

namespace Benchmarks.MetaWorld.Tasks;

/// <summary>
/// reach-v3: reach a goal position. Follows metaworld 3.0.0, <c>envs/sawyer_reach_v3.py</c> (<c>SawyerReachEnvV3</c>)
/// and <c>policies/sawyer_reach_v3_policy.py</c>.
/// </summary>
internal class Reach(SawyerSimulation simulation, TaskInfo info) : SawyerTask(simulation, info)
{
    public static readonly TaskInfo Task = new(
        "reach-v3", "Reach a goal position", "sawyer_reach_v3.xml",
        (simulation, info) => new Reach(simulation, info), Expert)
    {
        Low = [-0.1, 0.6, 0.02, -0.1, 0.8, 0.05],
        High = [0.1, 0.7, 0.02, 0.1, 0.9, 0.3],
        HandStart = new(0, 0.6, 0.2),
        GoalSpace = new(new(-0.1, 0.8, 0.05), new(0.1, 0.9, 0.3)),
    };

    private readonly Body _puck = simulation.Data.Body("obj");
    private readonly Geom _puckGeom = simulation.Data.Geom("objGeom");
    private readonly Site _goal = simulation.Data.Site("goal");

    public override void Observe(Span<double> objects) => WriteXyzw(objects, _puck.Position, _puckGeom.Orientation);

    public override Outcome Evaluate(in TaskObservation obs, NumpyScalar effort)
    {
        double objToTarget = Distance(Tcp, Target);
        double inPlace = LongTail(objToTarget, 0, TargetRadius, Distance(Info.HandStart, Target));
        return Report(objToTarget, inPlace);
    }

    /// <summary>Makes the outcome. Upstream reports the distance as <c>near_object</c> and <c>grasp_reward</c> too.</summary>
    protected virtual Outcome Report(double distance, double inPlace) =>
        new(
            reward: 10 * inPlace, success: distance <= 0.05, nearObject: distance, graspSuccess: true,
            graspReward: distance, inPlaceReward: inPlace, objectToTarget: distance);

    protected override void Reset()
    {
        (ObjectStart, Target) = DrawApart(0.15);
        Simulation.SetObject(ObjectStart);
        _goal.Place(Target);
    }

    private static ExpertCommand Expert(in TaskObservation obs) => new(obs.Goal, 5, 0);
}
