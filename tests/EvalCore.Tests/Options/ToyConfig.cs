using EvalCore.Environments;

namespace EvalCore.Tests.Options;

/// <summary>A suite with a field of every type a suite's field may have; nothing in it can be played.</summary>
internal sealed class ToyConfig : EnvConfig
{
    private int _size = 96;

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

    public int Size
    {
        get => _size;
        set => _size = value > 0 ? value : throw new EvalCoreException($"--env.size: {value} pixels are no picture");
    }

    public override ObservationSpace ObservationSpace => new();

    public override ActionSpace ActionSpace => new(1, -1, 1);

    public override IReadOnlyDictionary<string, string> EngineVersions => new Dictionary<string, string>();

    public override IReadOnlyList<EnvTask> Tasks() => [];

    public override IEnvironment Make(EnvTask task) => throw new NotSupportedException();

    public override IFrameRenderer MakeRenderer(EnvTask task) => throw new NotSupportedException();
}
