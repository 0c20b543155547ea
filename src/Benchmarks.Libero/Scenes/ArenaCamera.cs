using Benchmarks.MuJoCo;

namespace Benchmarks.Libero.Scenes;

/// <summary>A camera that LIBERO places in an arena; its field of view is the arena's or MuJoCo's default.</summary>
/// <param name="Name">The camera.</param>
/// <param name="Position">Where it is, metres.</param>
/// <param name="Orientation">Its orientation.</param>
internal sealed record ArenaCamera(string Name, Vec3 Position, Quat Orientation);
