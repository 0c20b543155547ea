namespace Benchmarks.Libero.Tasks;

/// <summary>One of LIBERO's suites.</summary>
internal sealed class LiberoTaskSuite
{
    /// <summary>The initial states that LIBERO publishes for each task.</summary>
    public const int InitStates = 50;

    /// <summary>Makes a suite.</summary>
    /// <param name="name">Its name, for example <c>libero_spatial</c>.</param>
    /// <param name="maxSteps">The most steps of an episode: LeRobot's limit, a little more than the longest demonstration takes.</param>
    /// <param name="tasks">The names of its tasks, in LIBERO's order.</param>
    public LiberoTaskSuite(string name, int maxSteps, IEnumerable<string> tasks)
    {
        (Name, MaxSteps) = (name, maxSteps);
        Tasks = [.. tasks.Select((task, id) => new LiberoTask(this, id, task))];
    }

    public string Name { get; }

    public int MaxSteps { get; }

    public IReadOnlyList<LiberoTask> Tasks { get; }
}
