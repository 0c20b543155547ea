using EvalCore.Environments;

namespace EvalCore.Tests;

/// <summary>The toy suite that <see cref="WalkConfig"/> describes.</summary>
internal sealed class WalkBenchmark(WalkConfig config) : IBenchmark
{
    public IReadOnlyList<EnvTask> Tasks { get; } =
        [.. TaskList.Split(config.Task, "left,right").Select((name, i) => new EnvTask("walk", "walks", i, name, $"walk {name}"))];

    public ObservationSpace ObservationSpace { get; } = new(ObservationField.Vector("observation.state", 2));

    public ActionSpace ActionSpace { get; } = new(new ActionComponent("x", "", -1, 1, IsRelative: true));

    public IReadOnlyDictionary<string, string> EngineVersions { get; } = new Dictionary<string, string> { ["walk"] = "1.0" };

    public IReadOnlyDictionary<string, string> EngineLibraries =>
        config.Library is { } hash ? new Dictionary<string, string> { ["walk"] = hash } : new Dictionary<string, string>();

    public IReadOnlyList<string> Notes => config.Notes;

    public bool RendersVideos => true;

    public IEnvironment Make(EnvTask task)
    {
        config.OnMake?.Invoke();
        return new Walk(this, config, task);
    }

    public IFrameRenderer MakeRenderer(EnvTask task) => new Renderer(config);

    public void Release(EnvTask task) => config.OnRelease?.Invoke(task);

    public void Dispose()
    {
    }

    private sealed class Walk(WalkBenchmark benchmark, WalkConfig config, EnvTask task) : IEnvironment, IStateAccess, IVideoSource
    {
        private readonly int _sign = task.Name == "left" ? -1 : 1;
        private ulong _random;
        private double _position;
        private int _step;

        public ObservationSpace ObservationSpace => benchmark.ObservationSpace;

        public ActionSpace ActionSpace => benchmark.ActionSpace;

        public int MaxEpisodeSteps => 40;

        public IReadOnlyList<StateField> StateFields { get; } = [new("state", 1)];

        public int SnapshotLength => 1;

        public string? Warning => config.Warning;

        public void Reset(EpisodeSpec episode) => (_random, _position, _step) = ((ulong)episode.Seed * 77 + 1, 0, 0);

        public StepResult Step(ReadOnlySpan<double> action)
        {
            config.OnStep?.Invoke();
            _random = _random * 6364136223846793005 + 1442695040888963407;
            _position += _sign * action[0] * 0.1 + ((_random >> 40) / (double)(1 << 24) - 0.5) * 0.3;
            bool success = _position > 1;
            return new StepResult(config.Reward?.Invoke(_position) ?? _position, success, ++_step == 40, success);
        }

        public void Observe(Observation observation) => (observation.Vector(0)[0], observation.Vector(0)[1]) = (_position, _step);

        public void GetState(SimulatorState state) => state[0][0] = _position;

        public void SetState(SimulatorState state) => _position = state[0][0];

        public void Snapshot(Span<double> snapshot) => snapshot[0] = _position;

        public void Dispose() => config.OnDispose?.Invoke();
    }

    /// <summary>Renders a white image with a black column where the point is.</summary>
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
