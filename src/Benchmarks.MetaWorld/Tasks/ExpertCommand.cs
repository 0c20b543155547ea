using Benchmarks.MuJoCo;

namespace Benchmarks.MetaWorld.Tasks;

/// <summary>What a scripted expert commands.</summary>
/// <param name="To">The position the hand moves to, metres.</param>
/// <param name="Gain">The action per metre of distance (upstream: <c>p</c>).</param>
/// <param name="Effort">The fourth number of the action: -1 opens the fingers, 1 closes them.</param>
internal readonly record struct ExpertCommand(Vec3 To, double Gain, double Effort);
