using EvalCore.Environments;

namespace EvalCore.Tests;

/// <summary>The toy suite that <see cref="WalkConfig"/> describes.</summary>
internal sealed class WalkBenchmark(WalkConfig config) : IBenchmark
{
    public IReadOnlyList<EnvTask> Tasks { get; } = [.. TasksOf(config)];

    public ObservationSpace ObservationSpace { get; } = new(
    [
        ObservationField.Vector("observation.state", 2),
        .. config.Images ? [ObservationField.Image("observation.images.image", 4, 6), ObservationField.Image("observation.images.image2", 2, 3)] : Array.Empty<ObservationField>(),
    ]);

    public ActionSpace ActionSpace { get; } = new(new ActionComponent("x", "", -1, 1, IsRelative: true));

    public IReadOnlyDictionary<string, string> EngineVersions { get; } = new Dictionary<string, string> { ["walk"] = "1.0" };

    public IReadOnlyDictionary<string, string> EngineLibraries =>
        config.Library is { } hash ? new Dictionary<string, string> { ["walk"] = hash } : new Dictionary<string, string>();

    public IReadOnlyList<string> Notes => config.Notes;

    public string? RenderingDevice => config.RenderingDevice;

    public IReadOnlyList<string> RenderingNotes => config.RenderingNotes;

    public bool RendersVideos => true;

    public IEnvironment Make(EnvTask task)
    {
        config.OnMake?.Invoke();
        config.OnLive?.Invoke(task, true);
        return new Walk(this, config, task);
    }

    public IFrameRenderer MakeRenderer(EnvTask task) => new Renderer(config);

    public void Release(EnvTask task) => config.OnRelease?.Invoke(task);

    public void Dispose()
    {
    }

    /// <summary>The tasks, numbered in their groups.</summary>
    private static IEnumerable<EnvTask> TasksOf(WalkConfig config)
    {
        var count = new Dictionary<string, int>();
        foreach (string given in TaskList.Split(config.Task, "left,right"))
        {
            var (group, name) = given.Split('/') is [var named, var rest] ? (named, rest) : ("walks", given);
            int id = count[group] = count.GetValueOrDefault(group, -1) + 1;
            yield return new EnvTask("walk", group, id, name, $"walk {name}") { InitStates = config.InitStates };
        }
    }

    private sealed class Walk(WalkBenchmark benchmark, WalkConfig config, EnvTask task) : IEnvironment, IStateAccess, IVideoSource, IGoalConditions
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

        public int ConditionCount => config.Conditions;

        public string? Warning => config.Warning;

        public void Reset(EpisodeSpec episode) =>
            (_random, _position, _step) = ((ulong)episode.Seed * 77 + 1, (episode.InitStateId ?? 0) / 10.0, 0);

        public StepResult Step(ReadOnlySpan<double> action)
        {
            config.OnStep?.Invoke();
            _random = _random * 6364136223846793005 + 1442695040888963407;
            _position += _sign * action[0] * 0.1 + ((_random >> 40) / (double)(1 << 24) - 0.5) * 0.3;
            bool success = _position > 1;
            return new StepResult(config.Reward?.Invoke(_position) ?? _position, success, ++_step == 40, success);
        }

        public void Observe(Observation observation)
        {
            for (int i = 0; i < observation.Space.Count; i++)
            {
                if (observation.Space[i].Kind == ObservationKind.Image)
                    observation.Image(i).Fill((byte)(10 * i + _step));
                else
                    (observation.Vector(i)[0], observation.Vector(i)[1]) = (_position, _step);
            }
        }

        public void GetConditions(Span<byte> conditions)
        {
            for (int i = 0; i < conditions.Length; i++)
                conditions[i] = (config.Holds?.Invoke(i, _position) ?? _position > (i + 1.0) / conditions.Length) ? (byte)1 : (byte)0;
        }

        public void GetState(SimulatorState state) => state[0][0] = _position;

        public void SetState(SimulatorState state) => _position = state[0][0];

        public void Snapshot(Span<double> snapshot) => snapshot[0] = _position;

        public void Dispose()
        {
            config.OnLive?.Invoke(task, false);
            config.OnDispose?.Invoke();
        }
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
