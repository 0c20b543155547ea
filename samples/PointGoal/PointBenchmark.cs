using EvalCore.Environments;

namespace PointGoal;

/// <summary>The suite, opened for a run: its tasks, its spaces, and what makes environments.</summary>
public sealed class PointBenchmark(PointConfig config) : IBenchmark
{
    public const string State = "observation.state";

    public IReadOnlyList<EnvTask> Tasks { get; } = [new("point", "point", 0, config.Task, "reach the goal")];

    public ObservationSpace ObservationSpace { get; } = new(ObservationField.Vector(State, 4, "x, y, goal x, goal y in metres"));

    public ActionSpace ActionSpace { get; } = new(
        new ActionComponent("x", "m", -0.1, 0.1, IsRelative: true), new ActionComponent("y", "m", -0.1, 0.1, IsRelative: true));

    public IReadOnlyDictionary<string, string> EngineVersions { get; } = new Dictionary<string, string> { ["point"] = "1" };

    public IEnvironment Make(EnvTask task) => new PointEnvironment(this);

    public void Dispose() { }
}
