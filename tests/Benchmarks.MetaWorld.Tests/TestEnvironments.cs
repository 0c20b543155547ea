using Benchmarks.MuJoCo;
using EvalCore.Environments;

namespace Benchmarks.MetaWorld.Tests;

/// <summary>Benchmarks, environments and episodes for the tests.</summary>
internal static class TestEnvironments
{
    public static EpisodeSpec Episode(string task, long seed) => new(new EnvTask("metaworld", task, 0, task, ""), 0, seed);

    public static MetaWorldBenchmark Open(string tasks, string obsType = "pixels_agent_pos") =>
        (MetaWorldBenchmark)new MetaWorldConfig { Task = tasks, ObsType = obsType }.Open();

    /// <summary>An environment of a task. It has its own copy of the model, so the benchmark is closed already.</summary>
    public static MetaWorldEnvironment Make(string task)
    {
        using var benchmark = Open(task);
        return (MetaWorldEnvironment)benchmark.Make(benchmark.Tasks[0]);
    }

    /// <summary>A renderer of a task's images, with the model and the samples of the observation instead of those of videos.</summary>
    public static SnapshotRenderer MakeObservationRenderer(MetaWorldBenchmark benchmark) =>
        new(benchmark.Models.Rent(benchmark.Tasks[0]), model => LeRobotCamera.Make(model));
}
