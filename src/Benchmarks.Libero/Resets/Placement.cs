using Benchmarks.Libero.Scenes;
using Benchmarks.MuJoCo;

namespace Benchmarks.Libero.Resets;

/// <summary>Where a reset puts an instance.</summary>
/// <param name="Instance">The object or fixture.</param>
/// <param name="Position">The position of its root body, metres, world frame.</param>
/// <param name="Orientation">The orientation of its root body, world frame.</param>
internal sealed record Placement(SceneInstance Instance, Vec3 Position, Quat Orientation);
