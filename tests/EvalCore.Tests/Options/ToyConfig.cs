using System.ComponentModel.DataAnnotations;
using EvalCore.Assets;
using EvalCore.Environments;

namespace EvalCore.Tests.Options;

/// <summary>A suite with a flag of every type that a suite's flag may have; it has no environment.</summary>
internal sealed class ToyConfig : EnvConfig
{
    public override string Type => "toy";

    public override string Task { get; set; } = "Toy-v0";

    public override int Fps { get; set; } = 10;

    public string? CameraName { get; set; }

    public double Friction { get; set; } = 0.5;

    public bool InitStates { get; set; } = true;

    public int? EpisodeLength { get; set; }

    public IReadOnlyList<int>? TaskIds { get; set; }

    public IReadOnlyDictionary<string, string>? CameraNameMapping { get; set; }

    public ToyMode ControlMode { get; set; }

    [Range(1, 4096)]
    public int Size { get; set; } = 96;

    [AllowedValues("pixels", "state")]
    public string ObsType { get; set; } = "pixels";

    public override IBenchmark Open(AssetStore assets) => new ToyBenchmark(this);

    private sealed class ToyBenchmark(ToyConfig config) : IBenchmark
    {
        public IReadOnlyList<EnvTask> Tasks { get; } = [new EnvTask("toy", "toy", 0, config.Task, "")];

        public ObservationSpace ObservationSpace { get; } = new();

        public ActionSpace ActionSpace { get; } = new(new ActionComponent("x", "", -1, 1, IsRelative: true));

        public IReadOnlyDictionary<string, string> EngineVersions { get; } = new Dictionary<string, string>();

        public IEnvironment Make(EnvTask task) => throw new NotSupportedException();

        public void Dispose()
        {
        }
    }
}
