using Benchmarks.Libero.Control;
using Benchmarks.Libero.Objects;
using Benchmarks.Libero.Scenes;
using Benchmarks.MuJoCo;
using EvalCore;
using EvalCore.Numerics;

namespace Benchmarks.Libero.Resets;

/// <summary>
/// LIBERO's reset from a seed: the poses of fixtures and objects, and the positions of joints that start opened, closed or
/// turned. A function of the scene, the seed and the number of the reset; nothing is kept between calls.
/// Source: hf-libero 0.1.4, <c>envs/bddl_base_domain.py</c> (<c>_reset_internal</c>), with the generator of numpy 2.2.6.
/// </summary>
internal sealed class SeededReset
{
    /// <summary>The numbers of robosuite's robot noise, which lerobot multiplies by zero.</summary>
    private const int RobotNoise = 7;

    /// <summary>LIBERO repeats a reset without end; regions that leave no room would then never end.</summary>
    private const int MaxRepeats = 20;

    private readonly Scene _scene;
    private readonly ResetPlan _plan;

    /// <summary>Prepares the resets of a scene.</summary>
    /// <exception cref="EvalCoreException">An initial predicate cannot be made true; the line says where it is.</exception>
    public SeededReset(Scene scene)
    {
        _scene = scene;
        _plan = new ResetPlan(scene);
    }

    /// <summary>Called with each call of the generator, in order.</summary>
    public Action<NumpyDraw>? Drawn { get; init; }

    /// <summary>
    /// The poses of the fixtures that the task places, in that order: all that is left of a reset when an initial state is
    /// loaded after it. What LIBERO draws for objects on and in other instances is not drawn.
    /// </summary>
    /// <remarks>
    /// If a placement on a site failed, LIBERO would repeat the reset and the fixtures with it. In the published tasks none
    /// can fail: whatever is on a site is alone there.
    /// </remarks>
    /// <param name="seed">The seed, 0 to 2^32 - 1.</param>
    /// <param name="number">
    /// The number of the reset in its environment, from 1: with a batch size of 1, an episode's index plus 1. It counts in
    /// tasks where something starts opened, closed or turned, because LIBERO appends to its list of these at each reset and
    /// draws for the whole list.
    /// </param>
    /// <exception cref="EvalCoreException">The seed is not possible, or the objects do not fit into their regions.</exception>
    public IReadOnlyList<Placement> FixturePoses(long seed, int number) =>
        [.. Repeat(seed, number, (sampling, _) => PlaceOnWorkspace(sampling)).Placements.Where(placement => placement.Instance.IsFixture)];

    /// <summary>The complete state that the reset gives.</summary>
    /// <param name="seed">The seed, 0 to 2^32 - 1.</param>
    /// <param name="number">The number of the reset in its environment, from 1; see <see cref="FixturePoses"/>.</param>
    /// <param name="poses">
    /// The simulation, reset: where its sites are decides about objects on and in regions of other instances. Its fixtures are
    /// moved to where the model has them, and its joints to the positions drawn.
    /// </param>
    /// <exception cref="EvalCoreException">The seed is not possible, or the objects do not fit into their regions.</exception>
    public SampledState Sample(long seed, int number, ScenePoses poses) =>
        Repeat(seed, number, (sampling, joints) => PlaceOnWorkspace(sampling) && PlaceOnSites(sampling, joints, poses) && PlaceOnObjects(sampling));

    private SampledState Repeat(long seed, int number, Func<Sampling, IReadOnlyList<JointPosition>, bool> place)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(number, 1);
        if (seed is < 0 or > uint.MaxValue)
            throw new EvalCoreException($"--seed={seed}: LIBERO's seed is a number from 0 to {uint.MaxValue}");
        var random = new RandomState((uint)seed);
        for (int repeat = 0; repeat < MaxRepeats; repeat++)
        {
            var sampling = new Sampling(random, Drawn);
            sampling.Randn(RobotNoise);

            // The list has one copy of the predicates from the environment's construction, one from the reset that ends it,
            // and one from each reset since, repeated ones included. The last copy counts.
            double[] positions = new double[_plan.Joints.Count];
            for (int copy = 0; copy < number + 2 + repeat; copy++)
            {
                for (int i = 0; i < positions.Length; i++)
                    positions[i] = sampling.Uniform(_plan.Joints[i].Range.From, _plan.Joints[i].Range.To);
            }

            JointPosition[] joints = [.. _plan.Joints.Zip(positions).SelectMany(x => x.First.Joints, (x, joint) => new JointPosition(joint, x.Second))];
            if (place(sampling, joints))
                return new SampledState(joints, sampling.Placements);
        }

        throw new EvalCoreException(
            $"--seed={seed}: the objects of the task do not fit into their initial regions, in {MaxRepeats} resets with {Sampling.Tries} tries for each object; make the regions larger or move them apart");
    }

    private bool PlaceOnWorkspace(Sampling sampling)
    {
        var workspace = _scene.Workspace;
        foreach (var (instance, range, yaw) in _plan.OnWorkspace)
        {
            if (instance.IsFixture)
            {
                sampling.PlaceFixture(instance, range, yaw, workspace.Offset, workspace.FixtureHeight);
                continue;
            }

            double margin = workspace.ShrinksRegions ? instance.Radius : 0;
            JointRange x = new(range.X0 + margin, range.X1 - margin), y = new(range.Y0 + margin, range.Y1 - margin);
            if (!sampling.PlaceObject(instance, x, y, Sampling.Gap, workspace.Offset, default, mayOverlap: false))
                return false;
        }

        return true;
    }

    /// <summary>
    /// Upstream reads the site where it is before the fixtures are placed, rotates that world position by the fixture's new
    /// orientation and adds it to the fixture's new position.
    /// </summary>
    private bool PlaceOnSites(Sampling sampling, IReadOnlyList<JointPosition> joints, ScenePoses poses)
    {
        if (_plan.OnSites.Count == 0)
            return true;
        poses.Begin(joints);
        foreach (var (instance, region, inside) in _plan.OnSites)
        {
            var parent = sampling.PlacementOf(region.Parent);
            var site = Rotated(poses.SitePosition(region.Key), parent.Orientation);
            JointRange x = default, y = default;
            var reference = parent.Position;
            if (!inside)
            {
                x = new(-region.Size[0] / 2 + instance.Radius, region.Size[0] / 2 - instance.Radius);
                y = new(-region.Size[1] / 2 + instance.Radius, region.Size[1] / 2 - instance.Radius);
                reference += Vec3.Up(parent.Instance.Top);
            }

            if (!sampling.PlaceObject(instance, x, y, 0, reference, site, mayOverlap: false))
                return false;
        }

        return true;
    }

    private bool PlaceOnObjects(Sampling sampling)
    {
        foreach (var (instance, below) in _plan.OnObjects)
        {
            var reference = sampling.PlacementOf(below.Name).Position + Vec3.Up(below.Top);
            sampling.PlaceObject(instance, default, default, Sampling.Gap, reference, default, mayOverlap: true);
        }

        return true;
    }

    private static Vec3 Rotated(Vec3 vector, Quat orientation)
    {
        Span<double> m = stackalloc double[9];
        Rotation.ToMatrix(orientation, m);
        return new(
            m[0] * vector.X + m[1] * vector.Y + m[2] * vector.Z,
            m[3] * vector.X + m[4] * vector.Y + m[5] * vector.Z,
            m[6] * vector.X + m[7] * vector.Y + m[8] * vector.Z);
    }
}
