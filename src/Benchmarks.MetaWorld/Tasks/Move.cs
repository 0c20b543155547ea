using Benchmarks.MetaWorld.Simulation;

namespace Benchmarks.MetaWorld.Tasks;

/// <summary>What a scripted expert wants: where the hand goes, how eagerly, and how hard the fingers close.</summary>
/// <param name="To">Where the hand goes.</param>
/// <param name="Gain">The action per metre that is missing.</param>
/// <param name="Effort">The fourth number of the action: -1 opens the fingers, 1 closes them.</param>
internal readonly record struct Move(Vec3 To, double Gain, double Effort);
