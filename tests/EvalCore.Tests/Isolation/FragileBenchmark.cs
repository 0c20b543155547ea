using System.Runtime.InteropServices;
using EvalCore.Environments;

namespace EvalCore.Tests.Isolation;

/// <summary>The toy suite that <see cref="FragileConfig"/> describes.</summary>
internal sealed class FragileBenchmark(FragileConfig config) : IBenchmark
{
    private static int s_observing;

    private readonly WalkBenchmark _walk = new(new WalkConfig { Task = config.Task, Images = true, Conditions = 3, InitStates = config.HasInitStates ? 4 : null });

    /// <summary>The most observations at once, of all environments in this process.</summary>
    public static int MostObserving { get; set; }

    public IReadOnlyList<EnvTask> Tasks => [.. _walk.Tasks.Select(task => task with { Suite = config.Type })];

    public ObservationSpace ObservationSpace => _walk.ObservationSpace;

    public ActionSpace ActionSpace => _walk.ActionSpace;

    public IReadOnlyDictionary<string, string> EngineVersions => _walk.EngineVersions;

    public string? RenderingDevice
    {
        get
        {
            BreakDown("device", Tasks[0], config.Episode, 0);
            return "brush";
        }
    }

    public bool RendersVideos => true;

    public IEnvironment Make(EnvTask task)
    {
        BreakDown("make", task, config.Episode, 0);
        return new Fragile(this, _walk.Make(task), task);
    }

    public IFrameRenderer MakeRenderer(EnvTask task) => new Renderer(this, _walk.MakeRenderer(task), task);

    public void Dispose() => _walk.Dispose();

    private void BreakDown(string at, EnvTask task, int episode, int step)
    {
        if (config.Trouble == "none" || at != config.At || task.Name != "left" || (config.Episode >= 0 && episode != config.Episode) || (config.Step > 0 && step != config.Step))
            return;
        if (config.Marks.Length > 0)
        {
            if (Directory.GetFiles(config.Marks).Length >= config.Times)
                return;
            File.WriteAllText(Path.Combine(config.Marks, Path.GetRandomFileName()), "");
        }

        switch (config.Trouble)
        {
            case "hang":
                Thread.Sleep(Timeout.Infinite);
                break;
            case "exit":
                Environment.Exit(7);
                break;
            case "throw":
                throw new InvalidOperationException("the leg is broken");
            case "refuse":
                throw new EvalCoreException("the leg is missing");
            default:
                // The runtime's handler restores the system's, and returns: what crashes does so again.
                while (true)
                    _ = Raise(config.Trouble switch { "SIGABRT" => 6, "SIGKILL" => 9, _ => 11 });
        }
    }

    [DllImport("libc", EntryPoint = "raise")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Raise(int signal);

    private sealed class Fragile(FragileBenchmark benchmark, IEnvironment walk, EnvTask task) : IEnvironment, IStateAccess, IVideoSource, IGoalConditions
    {
        private int _episode;
        private int _step;

        public ObservationSpace ObservationSpace => walk.ObservationSpace;

        public ActionSpace ActionSpace => walk.ActionSpace;

        public int MaxEpisodeSteps => walk.MaxEpisodeSteps;

        public IReadOnlyList<StateField> StateFields => ((IStateAccess)walk).StateFields;

        public int SnapshotLength => ((IVideoSource)walk).SnapshotLength;

        public int ConditionCount => ((IGoalConditions)walk).ConditionCount;

        public string? Warning
        {
            get
            {
                Break("warning");
                return _episode == 2 ? "the ground shakes" : null;
            }
        }

        public void Reset(EpisodeSpec episode)
        {
            (_episode, _step) = (episode.Index, 0);
            Break("reset");
            walk.Reset(episode);
        }

        public StepResult Step(ReadOnlySpan<double> action)
        {
            _step++;
            Break("step");
            return walk.Step(action);
        }

        public void Observe(Observation observation)
        {
            Break("observe");
            MostObserving = Math.Max(MostObserving, Interlocked.Increment(ref s_observing));
            if (observation.Space.Count > 1)
                Thread.Sleep(1);
            walk.Observe(observation);
            Interlocked.Decrement(ref s_observing);
        }

        public void GetConditions(Span<byte> conditions)
        {
            Break("conditions");
            ((IGoalConditions)walk).GetConditions(conditions);
        }

        public void GetState(SimulatorState state)
        {
            Break("state");
            ((IStateAccess)walk).GetState(state);
        }

        public void SetState(SimulatorState state) => ((IStateAccess)walk).SetState(state);

        public void Snapshot(Span<double> snapshot)
        {
            Break("snapshot");
            ((IVideoSource)walk).Snapshot(snapshot);
        }

        public void Dispose()
        {
            Break("close");
            walk.Dispose();
        }

        private void Break(string at) => benchmark.BreakDown(at, task, _episode, _step);
    }

    private sealed class Renderer(FragileBenchmark benchmark, IFrameRenderer walk, EnvTask task) : IFrameRenderer
    {
        public int Width => walk.Width;

        public int Height => walk.Height;

        public void Render(ReadOnlySpan<double> snapshot, Span<byte> frame)
        {
            benchmark.BreakDown("frame", task, benchmark.Episode, 0);
            walk.Render(snapshot, frame);
        }

        public void Dispose() => walk.Dispose();
    }

    private int Episode => config.Episode;
}
