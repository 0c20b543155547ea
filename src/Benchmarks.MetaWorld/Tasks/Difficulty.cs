namespace Benchmarks.MetaWorld.Tasks;

/// <summary>LeRobot's groups of tasks.</summary>
internal enum Difficulty
{
    Easy,
    Medium,
    Hard,
    VeryHard,
}
