using Benchmarks.Libero.Bddl;
using Benchmarks.Libero.Objects;
using Benchmarks.Libero.Scenes;
using Benchmarks.MuJoCo;
using EvalCore.Numerics;

namespace Benchmarks.Libero.Resets;

/// <summary>
/// One attempt of a reset: the generator and what is placed so far. Each sum is evaluated in the order in which LIBERO's
/// samplers (<c>envs/regions/base_region_sampler.py</c>) evaluate it.
/// </summary>
internal sealed class Sampling(RandomState random, Action<NumpyDraw>? drawn)
{
    /// <summary>The positions that are tried for an object.</summary>
    public const int Tries = 5000;

    /// <summary>The height at which an object is dropped onto the workspace or another object, metres.</summary>
    public const double Gap = 0.01;

    private readonly List<Placement> _placements = [];

    /// <summary>What is placed, in order.</summary>
    public IReadOnlyList<Placement> Placements => _placements;

    /// <summary>The placement of an instance that is placed.</summary>
    public Placement PlacementOf(string name) => _placements.First(placement => placement.Instance.Name == name);

    /// <summary><c>randn(n)</c>.</summary>
    public void Randn(int n)
    {
        double[] values = new double[n];
        foreach (ref double value in values.AsSpan())
            value = random.Randn();
        drawn?.Invoke(new NumpyDraw("randn", 0, n, values));
    }

    /// <summary><c>uniform(low, high)</c>; <paramref name="low"/> may be above <paramref name="high"/>.</summary>
    public double Uniform(double low, double high)
    {
        double value = random.Uniform(low, high);
        drawn?.Invoke(new NumpyDraw("uniform", low, high, [value]));
        return value;
    }

    /// <summary>Places a fixture in a rectangle of the workspace, wherever other things are.</summary>
    public void PlaceFixture(SceneInstance fixture, BddlRectangle range, (double From, double To) yaw, Vec3 offset, double height)
    {
        ChooseRectangle();
        double x = Uniform(range.X0, range.X1) + offset.X;
        double y = Uniform(range.Y0, range.Y1) + offset.Y;
        double z = height + offset.Z - fixture.Bottom;
        double half = Uniform(Math.Min(yaw.From, yaw.To), Math.Max(yaw.From, yaw.To)) / 2;
        _placements.Add(new Placement(fixture, new(x, y, z), new(Math.Cos(half), 0, 0, Math.Sin(half))));
    }

    /// <summary>Places an object at a random position beside what is placed already, and turns it as its category says.</summary>
    /// <param name="instance">The object.</param>
    /// <param name="rangeX">The positions along x, from the reference.</param>
    /// <param name="rangeY">The positions along y, from the reference.</param>
    /// <param name="height">The height of its lowest point, from the reference.</param>
    /// <param name="reference">The reference, world frame.</param>
    /// <param name="site">The offset of a site from the reference.</param>
    /// <param name="mayOverlap">Whether the position is taken wherever other things are.</param>
    /// <returns>False when all tries failed.</returns>
    public bool PlaceObject(SceneInstance instance, JointRange rangeX, JointRange rangeY, double height, Vec3 reference, Vec3 site, bool mayOverlap)
    {
        for (int i = 0; i < Tries; i++)
        {
            ChooseRectangle();
            double x = Uniform(rangeX.From, rangeX.To) + reference.X + site.X;
            double y = Uniform(rangeY.From, rangeY.To) + reference.Y + site.Y;
            double z = height + reference.Z + site.Z - instance.Bottom;
            Vec3 position = new(x, y, z);
            if (!mayOverlap && _placements.Exists(placement => Overlap(instance, position, placement)))
                continue;
            _placements.Add(new Placement(instance, position, Turn(ObjectRotation.Find(instance.Category)!)));
            return true;
        }

        return false;
    }

    private static bool Overlap(SceneInstance instance, Vec3 position, Placement other) =>
        Vec3.DistanceXY(position, other.Position) <= other.Instance.Radius + instance.Radius
        && position.Z - other.Position.Z <= other.Instance.Top - instance.Bottom;

    /// <summary>numpy draws nothing to choose one rectangle of one.</summary>
    private void ChooseRectangle() => drawn?.Invoke(new NumpyDraw("randint", 0, 1, [0]));

    /// <summary>
    /// Draws an orientation. LIBERO computes x, y, z, w and stores them as w, x, y, z; so does this. Two rotations are
    /// multiplied in binary64 and rounded to binary32, as robosuite's <c>quat_multiply</c> does.
    /// </summary>
    private Quat Turn(IReadOnlyList<AxisRotation> rotations)
    {
        if (rotations is [AxisRotation only])
            return AsStored(Draw(only));
        double x = 0, y = 0, z = 0, w = 1;
        foreach (var rotation in rotations)
        {
            var (cx, cy, cz, cw) = Draw(rotation);
            (x, y, z, w) = (
                (float)(cx * w + cy * z - cz * y + cw * x),
                (float)(-cx * z + cy * w + cz * x + cw * y),
                (float)(cx * y - cy * x + cz * w + cw * z),
                (float)(-cx * x - cy * y - cz * z + cw * w));
        }

        return AsStored((x, y, z, w));

        static Quat AsStored((double X, double Y, double Z, double W) q) => new(q.X, q.Y, q.Z, q.W);
    }

    private (double X, double Y, double Z, double W) Draw(AxisRotation rotation)
    {
        double half = Uniform(rotation.From, rotation.To) / 2;
        double sin = Math.Sin(half);
        return (rotation.Axis == 0 ? sin : 0, rotation.Axis == 1 ? sin : 0, rotation.Axis == 2 ? sin : 0, Math.Cos(half));
    }
}
