using System.Text.Json.Nodes;
using EvalCore;
using EvalCore.Environments;
using EvalCore.Options;

namespace Benchmarks.Libero.Tasks;

/// <summary>LIBERO's five suites with their 130 tasks.</summary>
internal static class Catalog
{
    /// <summary>The suites, in the order of LeRobot's step limits.</summary>
    public static IReadOnlyList<LiberoTaskSuite> Suites { get; } = Read();

    /// <summary>All tasks.</summary>
    public static IEnumerable<LiberoTask> All => Suites.SelectMany(suite => suite.Tasks);

    /// <summary>The tasks that the flags name.</summary>
    /// <param name="list">Suites and tasks, separated by commas: the value of <c>--env.task</c>.</param>
    /// <param name="ids">The numbers of tasks to play of each suite; null for all: the value of <c>--env.task_ids</c>.</param>
    /// <exception cref="EvalCoreException">There is no such suite, task or number.</exception>
    public static IReadOnlyList<LiberoTask> Select(string list, IReadOnlyList<int>? ids)
    {
        if (ids is { Count: 0 })
            throw new EvalCoreException("--env.task_ids is empty: give numbers of tasks, for example [0,3], or leave it out for all tasks");
        return [.. TaskList.Split(list, "libero_spatial or libero_spatial,libero_goal").SelectMany(name => Named(name, ids)).Distinct()];
    }

    private static IEnumerable<LiberoTask> Named(string name, IReadOnlyList<int>? ids)
    {
        if (Suites.FirstOrDefault(suite => suite.Name == name) is { } suite)
            return ids is null ? suite.Tasks : [.. ids.Distinct().Order().Select(id => Get(suite, id))];
        if (All.FirstOrDefault(task => task.Name == name) is not { } task)
        {
            throw new EvalCoreException(
                $"--env.task={name}: LIBERO has no such suite or task{Nearest.Hint(name, Suites.Select(suite => suite.Name).Concat(All.Select(task => task.Name)))}"
                + $" (suites: {string.Join(", ", Suites.Select(suite => suite.Name))})");
        }

        return ids is null
            ? [task]
            : throw new EvalCoreException($"--env.task_ids numbers the tasks of a suite, and --env.task={name} is a task: leave one of them out");
    }

    private static LiberoTask Get(LiberoTaskSuite suite, int id) => id >= 0 && id < suite.Tasks.Count
        ? suite.Tasks[id]
        : throw new EvalCoreException($"--env.task_ids: {suite.Name} has no task {id}, but tasks 0 to {suite.Tasks.Count - 1}");

    private static LiberoTaskSuite[] Read()
    {
        using var stream = typeof(Catalog).Assembly.GetManifestResourceStream("suites.json")!;
        return
        [
            .. JsonNode.Parse(stream)!.AsObject().Select(entry => new LiberoTaskSuite(
                entry.Key, (int)entry.Value!["max_steps"]!, entry.Value["tasks"]!.AsArray().Select(name => (string)name!))),
        ];
    }
}
