using Benchmarks.MuJoCo;

namespace Benchmarks.Libero.Scenes;

/// <summary>The table or floor of a domain (LIBERO's problem classes, <c>envs/problems/</c>).</summary>
/// <param name="Domain">The problem's name in a BDDL file.</param>
/// <param name="Name">The name that regions use, for example <c>main_table</c>.</param>
/// <param name="FixtureCategory">The category that stands for the workspace among a file's fixtures.</param>
/// <param name="Offset">Where the workspace's own frame is in the world, metres.</param>
/// <param name="FixtureHeight">What is added to the height of fixtures, metres.</param>
/// <param name="ShrinksRegions">Whether a region is made smaller by an object's radius before a position is drawn.</param>
internal sealed record Workspace(
    string Domain, string Name, string FixtureCategory, Vec3 Offset, double FixtureHeight, bool ShrinksRegions)
{
    /// <summary>The five domains.</summary>
    public static IReadOnlyList<Workspace> All { get; } =
    [
        new("libero_tabletop_manipulation", "main_table", "table", new(0, 0, 0.90), 0.01 - 0.05, true),
        new("libero_floor_manipulation", "floor", "floor", new(0, 0, -0.035), -0.025, true),
        new("libero_kitchen_tabletop_manipulation", "kitchen_table", "kitchen_table", new(0, 0, 0.90), 0.01 - 0.05, false),
        new("libero_living_room_tabletop_manipulation", "living_room_table", "living_room_table", new(0, 0, 0.41), 0.01 - 0.024, false),
        new("libero_study_tabletop_manipulation", "study_table", "study_table", new(-0.2, 0, 0.867), 0.01 - 0.05, false),
    ];
}
