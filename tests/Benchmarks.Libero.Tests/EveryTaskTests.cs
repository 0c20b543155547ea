using Benchmarks.Libero.Simulation;
using Benchmarks.Libero.Tests.Goals;
using Benchmarks.Libero.Tests.Scenes;
using Benchmarks.Libero.Tests.Simulation;
using EvalCore.Tests;

namespace Benchmarks.Libero.Tests;

/// <summary>
/// The 130 tasks against LIBERO. A model compiles for a second or more: one stands for all comparisons of its task, and without
/// <c>EVALCORE_LONG</c> a few tasks for all.
/// </summary>
public sealed class EveryTaskTests(ITestOutputHelper output)
{
    /// <summary>
    /// Tasks that have every predicate between them: on an object, on a zone, on and in a region of a fixture, open, close of a
    /// drawer and of a door, turnon, turnoff; and those of the data in the repository.
    /// </summary>
    private static readonly (string Suite, int Id)[] Some =
    [
        ("libero_spatial", 4), ("libero_goal", 3), ("libero_goal", 9), ("libero_10", 3), ("libero_10", 4), ("libero_10", 8),
        ("libero_90", 6), ("libero_90", 33), ("libero_90", 34), ("libero_90", 39),
    ];

    private static readonly (string Suite, int Tasks)[] All =
        [("libero_spatial", 10), ("libero_object", 10), ("libero_goal", 10), ("libero_10", 10), ("libero_90", 90)];

    /// <summary>The five suites.</summary>
    public static TheoryData<string> Suites => new(All.Select(suite => suite.Suite));

    public static TheoryData<string, int> Tasks => new(
        LongRun.Is ? All.SelectMany(suite => Enumerable.Range(0, suite.Tasks), (suite, id) => (suite.Suite, id)) : Some);

    [Theory, MemberData(nameof(Tasks))]
    public void Goal_model_and_settled_states_equal_the_recorded_ones(string suite, int id)
    {
        Machine.NeedsLibero();
        var golden = GoldenTask.Of(suite)[id];
        var task = new ReferenceTask(suite, id);
        using var model = task.Compile();
        GoalTests.AssertRecordedVerdicts(golden, model);
        Assert.Empty(ModelDifferences.Of(golden, model));
        using var simulation = new LiberoSimulation(model);
        foreach (int initState in (int[])[0, 7])
        {
            task.Reset(simulation, initState);
            simulation.Settle();
            LiberoSimulationTests.AssertSettled(simulation, task, initState, output);
        }
    }
}
