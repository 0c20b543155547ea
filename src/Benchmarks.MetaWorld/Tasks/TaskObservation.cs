using Benchmarks.MuJoCo;

namespace Benchmarks.MetaWorld.Tasks;

/// <summary>The observation's 39 numbers by name; lengths in metres.</summary>
internal readonly ref struct TaskObservation(ReadOnlySpan<double> observation)
{
    private readonly ReadOnlySpan<double> _observation = observation;

    public Vec3 Hand => Vec3.From(_observation[..3]);

    /// <summary>How far the fingers are open, 0 to 1 (upstream: <c>tcp_opened</c>).</summary>
    public double Opening => _observation[3];

    /// <summary>The first object.</summary>
    public Vec3 Object => Vec3.From(_observation.Slice(4, 3));

    public Quat ObjectOrientation => Quat.From(_observation.Slice(7, 4));

    /// <summary>The second object.</summary>
    public Vec3 Second => Vec3.From(_observation.Slice(11, 3));

    /// <summary>The target, clipped to <see cref="TaskInfo.GoalSpace"/>.</summary>
    public Vec3 Goal => Vec3.From(_observation.Slice(36, 3));
}
