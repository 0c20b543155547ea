using EvalCore.Assets;
using EvalCore.Environments;

namespace Benchmarks.MetaWorld.Tests;

/// <summary>Meta-World's flags, which keep the benchmark that a run has opened.</summary>
internal sealed class OpenedConfig : EnvConfig
{
    public override string Type => "metaworld";

    public override string Task { get; set; } = "";

    public override int Fps { get; set; } = 80;

    public MetaWorldBenchmark? Benchmark { get; private set; }

    public override IBenchmark Open(AssetStore assets) =>
        Benchmark = (MetaWorldBenchmark)new MetaWorldConfig { Task = Task, Fps = Fps }.Open(assets);
}
