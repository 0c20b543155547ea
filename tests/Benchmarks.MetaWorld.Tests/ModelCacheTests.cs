using EvalCore.Rollout;

namespace Benchmarks.MetaWorld.Tests;

/// <summary>A run compiles the model of each of its tasks once, whatever its slots and videos.</summary>
public sealed class ModelCacheTests : IDisposable
{
    private const string Tasks = "handle-press-v3,coffee-button-v3";

    private readonly string _folder = Directory.CreateTempSubdirectory("evalcore-models-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_model_is_compiled_once_per_task_and_freed_after_its_last_episode(bool useAsyncEnvs)
    {
        Machine.NeedsMetaWorld();
        var env = new OpenedConfig { Task = Tasks };
        using var expert = new MetaWorldExpert();
        using var run = new EvalRun(env, expert, new RolloutOptions
        {
            Eval = new EvalConfig { NEpisodes = 4, BatchSize = 3, UseAsyncEnvs = useAsyncEnvs },
        });
        var info = await run.PlayAll();
        Assert.Equal(8, info.Episodes.Count);
        Assert.Equal((2, 0), (env.Benchmark!.Models.Compilations, env.Benchmark.Models.Loaded));
    }

    [Fact]
    public async Task Videos_compile_no_model()
    {
        Machine.NeedsImages();
        var env = new OpenedConfig { Task = Tasks };
        using var expert = new MetaWorldExpert();
        using (var run = new EvalRun(env, expert, new RolloutOptions
        {
            Eval = new EvalConfig { NEpisodes = 3, BatchSize = 3, NEpisodesToRender = 2 },
            OutputDir = Path.Combine(_folder, "run"),
        }))
        {
            var info = await run.PlayAll();
            Assert.Equal(4, info.Episodes.Count(episode => episode.VideoPath is not null));
            Assert.Equal(2, env.Benchmark!.Models.Compilations);
        }

        Assert.Equal((2, 0), (env.Benchmark.Models.Compilations, env.Benchmark.Models.Loaded));
    }
}
