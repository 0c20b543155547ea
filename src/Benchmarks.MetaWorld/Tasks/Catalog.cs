using EvalCore;
using EvalCore.Environments;
using EvalCore.Options;

namespace Benchmarks.MetaWorld.Tasks;

/// <summary>The 50 tasks of Meta-World v3.</summary>
internal static class Catalog
{
    /// <summary>Meta-World's name for all tasks.</summary>
    public const string Everything = "MT50";

    /// <summary>All tasks, in Meta-World's order.</summary>
    public static IReadOnlyList<TaskInfo> All { get; } =
    [
        Assembly.Task, Basketball.Task, BinPicking.Task, BoxClose.Task, ButtonPressTopdown.Task,
        ButtonPressTopdownWall.Task, ButtonPress.Task, ButtonPressWall.Task, CoffeeButton.Task, CoffeePull.Task,
        CoffeePush.Task, DialTurn.Task, Disassemble.Task, DoorClose.Task, DoorLock.Task, DoorOpen.Task,
        DoorUnlock.Task, DrawerClose.Task, DrawerOpen.Task, FaucetClose.Task, FaucetOpen.Task, Hammer.Task,
        HandInsert.Task, HandlePressSide.Task, HandlePress.Task, HandlePullSide.Task, HandlePull.Task,
        LeverPull.Task, PegInsertSide.Task, PegUnplugSide.Task, PickOutOfHole.Task, PickPlace.Task,
        PickPlaceWall.Task, PlateSlideBackSide.Task, PlateSlideBack.Task, PlateSlideSide.Task, PlateSlide.Task,
        PushBack.Task, Push.Task, PushWall.Task, Reach.Task, ReachWall.Task, ShelfPlace.Task, Soccer.Task,
        StickPull.Task, StickPush.Task, SweepInto.Task, Sweep.Task, WindowOpen.Task, WindowClose.Task,
    ];

    private static readonly TaskInfo[] Easy =
    [
        ButtonPress.Task, ButtonPressTopdown.Task, ButtonPressTopdownWall.Task, ButtonPressWall.Task,
        CoffeeButton.Task, DialTurn.Task, DoorClose.Task, DoorLock.Task, DoorOpen.Task, DoorUnlock.Task,
        DrawerClose.Task, DrawerOpen.Task, FaucetClose.Task, FaucetOpen.Task, HandlePress.Task, HandlePressSide.Task,
        HandlePull.Task, HandlePullSide.Task, LeverPull.Task, PlateSlide.Task, PlateSlideBack.Task,
        PlateSlideBackSide.Task, PlateSlideSide.Task, Reach.Task, ReachWall.Task, WindowClose.Task, WindowOpen.Task,
        PegUnplugSide.Task,
    ];

    private static readonly TaskInfo[] Medium =
    [
        Basketball.Task, BinPicking.Task, BoxClose.Task, CoffeePull.Task, CoffeePush.Task, Hammer.Task,
        PegInsertSide.Task, PushWall.Task, Soccer.Task, Sweep.Task, SweepInto.Task,
    ];

    private static readonly TaskInfo[] Hard =
    [
        Assembly.Task, HandInsert.Task, PickOutOfHole.Task, PickPlace.Task, Push.Task, PushBack.Task,
    ];

    private static readonly TaskInfo[] VeryHard =
    [
        ShelfPlace.Task, Disassemble.Task, StickPull.Task, StickPush.Task, PickPlaceWall.Task,
    ];

    /// <summary>LeRobot's groups by difficulty, in LeRobot's order, and all tasks.</summary>
    public static IReadOnlyDictionary<string, IReadOnlyList<TaskInfo>> Groups { get; } =
        new Dictionary<string, IReadOnlyList<TaskInfo>>
        {
            ["easy"] = Easy, ["medium"] = Medium, ["hard"] = Hard, ["very_hard"] = VeryHard, [Everything] = All,
        };

    /// <summary>A task by name, with or without LeRobot's prefix <c>metaworld-</c>.</summary>
    /// <exception cref="EvalCoreException">There is no such task; the line names the nearest.</exception>
    public static TaskInfo Get(string name)
    {
        string bare = name.StartsWith("metaworld-", StringComparison.Ordinal) ? name["metaworld-".Length..] : name;
        if (All.FirstOrDefault(task => task.Name == bare) is { } task)
            return task;
        throw new EvalCoreException(
            $"--env.task={name}: Meta-World has no such task or group{Nearest.Hint(bare, All.Select(t => t.Name).Concat(Groups.Keys))}"
            + $" (groups: {string.Join(", ", Groups.Keys)})");
    }

    /// <summary>The tasks that a list of tasks and groups names.</summary>
    /// <param name="suite">The value of <c>--env.type</c>.</param>
    /// <param name="list">The value of <c>--env.task</c>.</param>
    /// <exception cref="EvalCoreException">There is no such group or task, or the list is empty.</exception>
    public static IReadOnlyList<EnvTask> EnvTasks(string suite, string list) =>
        [.. TaskList.Split(list, "push-v3 or easy,medium").SelectMany(group => EnvTasksOf(suite, group))];

    /// <summary>All tasks, each in its group by difficulty.</summary>
    /// <param name="suite">The value of <c>--env.type</c>.</param>
    public static IReadOnlyList<EnvTask> AllEnvTasks(string suite) =>
        [.. Groups.Keys.Where(group => group != Everything).SelectMany(group => EnvTasksOf(suite, group))];

    /// <summary>The tasks of a group, or the one task of a name.</summary>
    private static IEnumerable<EnvTask> EnvTasksOf(string suite, string group) =>
        (Groups.TryGetValue(group, out var tasks) ? tasks : [Get(group)])
            .Select((task, id) => new EnvTask(suite, group, id, task.Name, task.Description));
}
