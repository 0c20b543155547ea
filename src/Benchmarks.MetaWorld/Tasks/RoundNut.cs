using Benchmarks.MetaWorld.Simulation;
using Benchmarks.MuJoCo;

namespace Benchmarks.MetaWorld.Tasks;

/// <summary>What the two tasks with a nut and a peg share: the nut is held by its handle, and flat.</summary>
internal abstract class RoundNut(SawyerSimulation simulation, TaskInfo info, CagingDensity density)
    : SawyerTask(simulation, info)
{
    private static readonly Quat Upright = new(0.707, 0, 0, 0.707);
    private readonly Body _nut = simulation.Data.Body("RoundNut");
    private readonly Site _handle = simulation.Data.Site("RoundNut-8");
    private readonly Site _centre = simulation.Data.Site("RoundNut");

    protected Body Peg { get; } = simulation.Data.Body("peg");

    protected Site PegTop { get; } = simulation.Data.Site("pegTop");

    public override void Observe(Span<double> objects) => Write(objects, _handle.Position, _nut.Orientation);

    public override Outcome Evaluate(in TaskObservation obs, NumpyScalar effort)
    {
        Vec3 handle = obs.Object;
        if (Math.Abs(handle.X - obs.Hand.X) < 0.01)
            handle = handle with { X = obs.Hand.X };
        double upright = Math.Max(1 - Quat.Distance(obs.ObjectOrientation, Upright) / 0.4, 0);
        NumpyScalar grasp = GripperCagingReward(
            handle, effort, objRadius: 0.015, padSuccessThresh: 0.02, objectReachRadius: 0.01, xzThresh: 0.01, density);
        (bool success, double inPlace) = Judge(obs, _centre.Position);
        NumpyScalar reward = success ? 10 : (2 * grasp + 6 * inPlace) * upright;
        return new(
            reward: reward, success: success, nearObject: upright, graspSuccess: grasp.Value >= 0.5, graspReward: grasp,
            inPlaceReward: inPlace, objectToTarget: 0);
    }

    /// <summary>Whether the nut is at its target, and the reward for its position.</summary>
    protected abstract (bool Success, double InPlace) Judge(in TaskObservation obs, Vec3 centre);
}
