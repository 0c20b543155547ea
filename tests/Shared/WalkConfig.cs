using System.Text.Json.Serialization;
using EvalCore.Assets;
using EvalCore.Environments;

namespace EvalCore.Tests;

/// <summary>
/// A toy suite for tests of what surrounds a simulator: a point walks on a line, pushed by the action and by noise of
/// the episode's own seed, until it passes 1 (success) or 40 steps are over.
/// </summary>
internal sealed class WalkConfig : EnvConfig
{
    public override string Type => "walk";

    public override string Task { get; set; } = "left,right";

    public override int Fps { get; set; } = 10;

    public override AssetSet? Assets => Files;

    [JsonIgnore]
    public AssetSet? Files { get; set; }

    [JsonIgnore]
    public Action? OnStep { get; set; }

    [JsonIgnore]
    public Action? OnFrame { get; set; }

    [JsonIgnore]
    public string? Warning { get; init; }

    public override ObservationSpace ObservationSpace { get; } = new(ObservationField.Vector("observation.state", 2));

    public override ActionSpace ActionSpace { get; } = new(1, -1, 1);

    public override IReadOnlyDictionary<string, string> EngineVersions { get; } =
        new Dictionary<string, string> { ["walk"] = "1.0" };

    public override IReadOnlyList<EnvTask> Tasks() =>
        [.. Task.Split(',').Select((name, i) => new EnvTask("walk", "walks", i, name, $"walk {name}"))];

    public override IEnvironment Make(EnvTask task) => new Walk(this, task);

    public override IFrameRenderer MakeRenderer(EnvTask task) => new Renderer(this);

    private sealed class Walk(WalkConfig config, EnvTask task) : IEnvironment
    {
        private readonly int _sign = task.Name == "left" ? -1 : 1;
        private ulong _random;
        private double _position;
        private int _step;

        public ObservationSpace ObservationSpace => config.ObservationSpace;

        public ActionSpace ActionSpace => config.ActionSpace;

        public int MaxEpisodeSteps => 40;

        public ObservationSpace StateSpace { get; } = new(ObservationField.Vector("state", 1));

        public int SnapshotLength => 1;

        public string? Warning => config.Warning;

        public void Reset(EpisodeSpec episode) => (_random, _position, _step) = ((ulong)episode.Seed * 77 + 1, 0, 0);

        public StepResult Step(ReadOnlySpan<double> action)
        {
            config.OnStep?.Invoke();
            _random = _random * 6364136223846793005 + 1442695040888963407;
            _position += _sign * action[0] * 0.1 + ((_random >> 40) / (double)(1 << 24) - 0.5) * 0.3;
            bool success = _position > 1;
            return new StepResult(_position, success, ++_step == 40, success);
        }

        public void Observe(Observation observation) => (observation.Vector(0)[0], observation.Vector(0)[1]) = (_position, _step);

        public void GetState(Observation state) => state.Vector(0)[0] = _position;

        public void SetState(Observation state) => _position = state.Vector(0)[0];

        public void Snapshot(Span<double> snapshot) => snapshot[0] = _position;

        public void Dispose()
        {
        }
    }

    /// <summary>A white picture with a black column where the point is.</summary>
    private sealed class Renderer(WalkConfig config) : IFrameRenderer
    {
        public int Width => 64;

        public int Height => 48;

        public void Render(ReadOnlySpan<double> snapshot, Span<byte> frame)
        {
            config.OnFrame?.Invoke();
            frame.Fill(255);
            int column = Math.Clamp((int)(snapshot[0] * 32 + 32), 0, 63);
            for (int y = 0; y < Height; y++)
                frame.Slice((y * Width + column) * 3, 3).Clear();
        }

        public void Dispose()
        {
        }
    }
}
