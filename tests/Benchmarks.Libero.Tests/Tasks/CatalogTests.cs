using System.Text.Json.Nodes;
using Benchmarks.Libero.Tasks;
using EvalCore;
using EvalCore.Tests;

namespace Benchmarks.Libero.Tests.Tasks;

/// <summary>The suites and tasks, compared with LIBERO's list.</summary>
public sealed class CatalogTests
{
    [Fact]
    public void The_130_tasks_are_LIBEROs()
    {
        var expected = JsonNode.Parse(File.ReadAllText(Goldens.Find("libero/tasks.json")))!.AsArray()
            .Select(task => ((string)task!["suite"]!, (int)task["task_id"]!, (string)task["name"]!, (string)task["language"]!,
                (string)task["bddl"]!, (string)task["init_states"]!, (int)task["n_init_states"]!, (int)task["max_steps"]!))
            .ToHashSet();
        var actual = Catalog.All
            .Select(task => (task.Suite.Name, task.Id, task.Name, task.Language, task.BddlFile, task.InitStatesFile, LiberoTaskSuite.InitStates, task.Suite.MaxSteps))
            .ToList();
        Assert.Equal(130, actual.Count);
        Assert.Equal(expected, actual.ToHashSet());
    }

    [Fact]
    public void A_list_names_suites_and_tasks()
    {
        const string Task = "open_the_middle_drawer_of_the_cabinet";
        Assert.Equal(21, Catalog.Select($"libero_spatial, libero_10,{Task}", null).Count);
        Assert.Equal([0, 3], Catalog.Select("libero_goal", [3, 0, 3]).Select(task => task.Id));
        Assert.Equal(["libero_goal", "libero_10"], Catalog.Select("libero_goal,libero_10", [1]).Select(task => task.Suite.Name));
    }

    [Fact]
    public void A_task_that_is_named_twice_is_played_once() =>
        Assert.Equal(10, Catalog.Select("libero_goal,open_the_middle_drawer_of_the_cabinet,libero_goal", null).Count);

    [Theory]
    [InlineData("libero_spacial", null, "--env.task=libero_spacial: LIBERO has no such suite or task; did you mean 'libero_spatial'? (suites: libero_spatial, libero_object, libero_goal, libero_10, libero_90)")]
    [InlineData(" , ", null, "--env.task is empty: give tasks or groups separated by commas, for example libero_spatial or libero_spatial,libero_goal")]
    [InlineData("libero_spatial", new[] { 10 }, "--env.task_ids: libero_spatial has no task 10, but tasks 0 to 9")]
    [InlineData("libero_90", new[] { 2, -1 }, "--env.task_ids: libero_90 has no task -1, but tasks 0 to 89")]
    [InlineData("libero_90", new int[0], "--env.task_ids is empty: give numbers of tasks, for example [0,3], or leave it out for all tasks")]
    [InlineData("turn_on_the_stove", new[] { 0 }, "--env.task_ids numbers the tasks of a suite, and --env.task=turn_on_the_stove is a task: leave one of them out")]
    public void Bad_flags_are_refused_in_one_line(string task, int[]? ids, string line) =>
        Assert.Equal(line, Assert.Throws<EvalCoreException>(() => Catalog.Select(task, ids)).Message);
}
