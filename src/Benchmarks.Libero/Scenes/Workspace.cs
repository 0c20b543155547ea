using Benchmarks.Libero.Bddl;
using Benchmarks.MuJoCo;
using EvalCore;
using EvalCore.Options;

namespace Benchmarks.Libero.Scenes;

/// <summary>The table or floor of a domain (hf-libero 0.1.4, the problem classes in <c>envs/problems/</c>).</summary>
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
        new("libero_tabletop_manipulation", "main_table", "table", new(0, 0, 0.90), 0.01 - 0.05, true)
        {
            Arena = ArenaStyle.Tabletop,
            Mount = RobotMount.Rethink,
            RobotPosition = new(-0.16 - 0.5, 0, 0),
        },
        new("libero_floor_manipulation", "floor", "floor", new(0, 0, -0.035), -0.025, true)
        {
            Arena = ArenaStyle.Floor,
            Mount = RobotMount.None,
            RobotPosition = new(-0.6, 0, 0),
        },
        new("libero_kitchen_tabletop_manipulation", "kitchen_table", "kitchen_table", new(0, 0, 0.90), 0.01 - 0.05, false)
        {
            Arena = ArenaStyle.Kitchen,
            Mount = RobotMount.Rethink,
            RobotPosition = new(-0.16 - 0.5, 0, 0),
        },
        new("libero_living_room_tabletop_manipulation", "living_room_table", "living_room_table", new(0, 0, 0.41), 0.01 - 0.024, false)
        {
            Arena = ArenaStyle.LivingRoom,
            Mount = RobotMount.None,
            RobotPosition = new(-0.16 - 0.35, 0, 0.42),
        },
        new("libero_study_tabletop_manipulation", "study_table", "study_table", new(-0.2, 0, 0.867), 0.01 - 0.05, false)
        {
            Arena = ArenaStyle.Study,
            Mount = RobotMount.Rethink,
            RobotPosition = new(-0.25 - 0.5, 0, 0),
        },
    ];

    /// <summary>The room around the workspace, and the cameras in it.</summary>
    public required ArenaStyle Arena { get; init; }

    /// <summary>What the robot stands on.</summary>
    public required RobotMount Mount { get; init; }

    /// <summary>Where the foot of the robot's mount is in the world, metres.</summary>
    public required Vec3 RobotPosition { get; init; }

    /// <summary>The workspace of a task.</summary>
    /// <exception cref="EvalCoreException">LIBERO has no such domain.</exception>
    public static Workspace Of(BddlProblem problem)
    {
        var names = All.Select(workspace => workspace.Domain);
        return All.FirstOrDefault(workspace => workspace.Domain == problem.Domain) ?? throw problem.Error(
            problem.Position,
            $"unknown problem '{problem.Domain}'{Nearest.Hint(problem.Domain, names)} (known: {string.Join(", ", names)})");
    }

    /// <summary>Whether a region is a zone of the workspace: LIBERO looks for the workspace's name in the region's.</summary>
    public bool Contains(BddlRegion region) => region.Key.Contains(Name, StringComparison.Ordinal);
}
