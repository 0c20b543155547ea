using Benchmarks.MetaWorld.Simulation;

namespace Benchmarks.MetaWorld.Tasks;

/// <summary>What the two tasks with a nut and a peg have in common: hold the nut by its handle, and keep it upright.</summary>
internal abstract class RoundNut(SawyerWorld world, TaskInfo info, Density density) : SawyerTask(world, info)
{
    private static readonly Quat Upright = new(0.707, 0, 0, 0.707);
    private readonly Body _nut = world.Body("RoundNut");
    private readonly Site _handle = world.Site("RoundNut-8");
    private readonly Site _centre = world.Site("RoundNut");

    protected Body Peg { get; } = world.Body("peg");

    protected Site PegTop { get; } = world.Site("pegTop");

    public override void Observe(Span<double> objects) => Write(objects, _handle.Position, _nut.Orientation);

    public override Outcome Evaluate(in Seen seen, double effort)
    {
        Vec3 handle = seen.Object;
        if (Math.Abs(handle.X - seen.Hand.X) < 0.01)
            handle = handle with { X = seen.Hand.X };
        double upright = Math.Max(1 - Quat.Distance(seen.ObjectOrientation, Upright) / 0.4, 0);
        double grasp = Caging(handle, effort, radius: 0.015, pad: 0.02, reach: 0.01, xz: 0.01, density);
        (bool success, double inPlace) = Judge(seen, _centre.Position);
        double reward = success ? 10 : (2 * grasp + 6 * inPlace) * upright;
        return new(reward, success, upright, grasp >= 0.5, grasp, inPlace, 0);
    }

    /// <summary>Whether the nut is where the task wants it, and how nearly.</summary>
    protected abstract (bool Success, double InPlace) Judge(in Seen seen, Vec3 centre);
}
