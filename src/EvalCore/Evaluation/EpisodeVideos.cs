using System.Diagnostics;
using System.Text.Json.Nodes;
using EvalCore.Environments;
using EvalCore.Options;
using EvalCore.Policies;
using EvalCore.Recording;
using EvalCore.Results;
using EvalCore.Rollout;
using EvalCore.Video;

namespace EvalCore.Evaluation;

/// <summary>
/// Makes videos of a run's episodes after the run. An episode is played again: with its recorded actions where the run has
/// recorded its steps, else with the run's policy. Its frames are those that the run would have rendered.
/// </summary>
public sealed class EpisodeVideos : IDisposable
{
    private readonly string _folder;
    private readonly IReadOnlyDictionary<EpisodeKey, EpisodeSpec> _episodes;
    private readonly IPolicy _policy;
    private readonly IBenchmark _benchmark;
    private readonly VideoWriter _writer;
    private readonly EpisodeScheduler _scheduler;
    private readonly TaskLifetimes _lifetimes;
    private readonly List<string> _differences = [];
    private bool _disposed;

    private EpisodeVideos(
        string folder, IReadOnlyList<EpisodeRecord> records, EnvConfig env, IBenchmark benchmark, IPolicy policy, int cores, Action<string> warn)
    {
        (_folder, _benchmark, _policy, Records) = (folder, benchmark, policy, records);
        _episodes = records.ToDictionary(record => record.Key, record => SpecOf(record, benchmark, folder));
        _writer = new VideoWriter(benchmark, env.Fps, folder, warn);
        int slots = new EvalConfig().EnvsInFlight(cores, records.Count);
        _scheduler = new EpisodeScheduler(benchmark, policy, slots, useAsyncEnvs: true, Progress, warn);
        _lifetimes = new TaskLifetimes(slots + 1, Release);
        foreach (var task in _episodes.Values.GroupBy(episode => episode.Task))
        {
            _lifetimes.Plan(task.Key, task.Count());
            Progress.Expect(task.Key, task.Count(), task.Count());
        }
    }

    /// <summary>The episodes of which videos are made.</summary>
    public IReadOnlyList<EpisodeRecord> Records { get; }

    /// <summary>The progress.</summary>
    public EvalProgress Progress { get; } = new();

    /// <summary>Episodes that ended differently than in the run, one line each; no video is made of them.</summary>
    public IReadOnlyList<string> Differences
    {
        get
        {
            lock (_differences)
                return [.. _differences];
        }
    }

    /// <summary>The whole video of an episode in a run's output folder, relative to it; null where there is none.</summary>
    public static string? Existing(string folder, EpisodeRecord record)
    {
        ArgumentNullException.ThrowIfNull(record);
        string stem = VideoWriter.StemOf(record.TaskGroup, record.TaskId, record.EpisodeIndex);
        return ((string?[])[record.VideoPath, $"{stem}.mp4", $"{stem}.png"]).FirstOrDefault(path => path is not null && VideoFile.IsWhole(Path.Combine(folder, path)));
    }

    /// <summary>Opens what is needed to play episodes of a run again.</summary>
    /// <param name="folder">The run's output folder.</param>
    /// <param name="info">Its result.</param>
    /// <param name="records">The episodes of which videos are made.</param>
    /// <param name="registry">The suites and sources of policies.</param>
    /// <param name="warn">Receives notes for the user, one line each.</param>
    /// <param name="host">The machine; <see cref="Host.Local"/> when null.</param>
    /// <param name="flags">Flags <c>--policy.*</c> that override those of the run; null for none.</param>
    /// <exception cref="EvalCoreException">
    /// The run cannot be played again: its policy's files have changed, the engine or the suite's files are others, or the result
    /// is a merged one or one of lerobot-eval.
    /// </exception>
    public static EpisodeVideos Open(
        string folder, EvalInfo info, IReadOnlyList<EpisodeRecord> records, Registry registry, Action<string> warn, Host? host = null,
        IReadOnlyList<string>? flags = null)
    {
        ArgumentNullException.ThrowIfNull(info);
        ArgumentNullException.ThrowIfNull(registry);
        host ??= Host.Local;
        var run = RunOf(folder, info, registry, flags ?? []);
        var env = run.Env;
        IPolicy? policy = null;
        IBenchmark? benchmark = null;
        try
        {
            var steps = registry.StepFormat is { } format ? new RecordedSteps(folder, format) : null;
            policy = steps is not null && records.All(record => steps.Contains(record.Key))
                ? new RecordedPolicy(run.Identity!.Policy.Type, run.Identity.Policy.Facts, steps.Read)
                : PolicyOf(run, folder, warn);
            benchmark = env.Open();
            if (!benchmark.RendersVideos)
                throw new EvalCoreException($"video: the suite {env.Type} renders no videos");
            if (run.Difference(benchmark, policy) is var (part, values))
                throw Changed(folder, part, values);
            return new EpisodeVideos(folder, records, env, benchmark, policy, host.Cores, warn);
        }
        catch
        {
            benchmark?.Dispose();
            policy?.Dispose();
            throw;
        }
    }

    /// <summary>Plays the episodes and writes their videos.</summary>
    /// <returns>The records with the paths of the videos; null for a video that could not be made.</returns>
    /// <exception cref="EvalCoreException">An episode cannot be played; the message names it.</exception>
    public async Task<IReadOnlyList<EpisodeRecord>> Render()
    {
        Progress.Start();
        return await Task.WhenAll(Records.Select(Render)).ConfigureAwait(false);
    }

    /// <summary>Writes a result whose episodes have the paths of videos that were made.</summary>
    /// <param name="folder">The run's output folder.</param>
    /// <param name="info">Its result.</param>
    /// <param name="rendered">The records that <see cref="Render()"/> returned.</param>
    /// <exception cref="EvalCoreException">The file cannot be written.</exception>
    public static void Save(string folder, EvalInfo info, IReadOnlyList<EpisodeRecord> rendered)
    {
        ArgumentNullException.ThrowIfNull(info);
        var paths = rendered.Where(record => record.VideoPath is not null).ToDictionary(record => record.Key, record => record.VideoPath);
        var episodes = info.Episodes.Select(record => paths.TryGetValue(record.Key, out string? path) ? record with { VideoPath = path } : record);
        new EvalInfo(episodes.Concat(info.Errors), info.EvalS, info.OutputDir, info.Provenance).Save(RunFolder.FileOf(folder));
    }

    /// <summary>Stops, and waits for up to half a minute.</summary>
    public void Dispose() => Stop(TimeSpan.FromSeconds(30));

    /// <summary>Stops the episodes in flight and the videos that are rendered. A second call does nothing.</summary>
    /// <param name="patience">How long to wait for them.</param>
    public void Stop(TimeSpan patience)
    {
        if (_disposed)
            return;
        _disposed = true;
        long started = Stopwatch.GetTimestamp();
        _writer.Stop();
        _scheduler.Stop(patience);
        _writer.Stop(TimeSpan.FromTicks(Math.Max(0, (patience - Stopwatch.GetElapsedTime(started)).Ticks)));

        // A thread that did not stop still uses them.
        if (_scheduler.Stuck.Count > 0)
            return;
        _policy.Dispose();
        if (!_writer.IsStuck)
            _benchmark.Dispose();
    }

    private async Task<EpisodeRecord> Render(EpisodeRecord record)
    {
        var episode = _episodes[record.Key];
        _lifetimes.Begin(episode.Task);
        try
        {
            var recording = new FrameRecording(episode, _writer);
            var played = await _scheduler.Play(episode, recording).ConfigureAwait(false);
            Progress.Finish(played, resumed: false);
            string? path = null;
            if (record.HasResultOf(played))
                path = await _writer.Write(recording).ConfigureAwait(false);
            else
                Add($"{episode} ended differently than in the run ({Result(record)}, now {Result(played)}); no video is made of it");
            Progress.FinishVideo();
            return record with { VideoPath = path };
        }
        finally
        {
            _lifetimes.End(episode.Task);
        }

        static string Result(EpisodeRecord record) => FormattableString.Invariant($"{record.Steps} steps, sum of rewards {record.SumReward:0.###}, {(record.Success ? "success" : "failure")}");
    }

    private void Add(string difference)
    {
        lock (_differences)
            _differences.Add(difference);
    }

    private void Release(EnvTask task)
    {
        if (_disposed)
            return;
        _scheduler.Release(task);
        _benchmark.Release(task);
    }

    private static PlayedRun RunOf(string folder, EvalInfo info, Registry registry, IReadOnlyList<string> flags)
    {
        if (info.Provenance is not { } provenance)
            throw new EvalCoreException($"video: {folder}: lerobot-eval wrote its {EvalInfo.FileName}, which does not say how to play its episodes again");
        if (provenance["merged"] is JsonArray parts)
        {
            throw new EvalCoreException(
                $"video: {folder} is a merged result; name the output folder of one of its runs: {string.Join(", ", parts.Select(part => EvalCoreException.Printable($"{part?["output_dir"]}")))}");
        }

        return PlayedRun.Of("video", folder, provenance, registry, flags);
    }

    private static IPolicy PolicyOf(PlayedRun run, string folder, Action<string> warn)
    {
        // A note on how to go on without the policy; what is wrong with it, the message says.
        string without = $"; the episodes are played again with the policy, because {folder} has no recorded steps of them (--eval.record=steps)";
        try
        {
            var config = run.Policy;
            run.Finish();
            return config.Make(run.PolicyContext(warn));
        }
        catch (EvalCoreException e)
        {
            throw new EvalCoreException($"video: {e.Message}{without}", e);
        }
    }

    private static EvalCoreException Changed(string folder, string part, string values) => new(part == "policy"
        ? $"video: the policy of {folder} has changed since the run ({values}); its episodes can no longer be played again; runs with --eval.record=steps need no policy"
        : $"video: {folder} was played with other {part} ({values}); its episodes would not be the same");

    private static EpisodeSpec SpecOf(EpisodeRecord record, IBenchmark benchmark, string folder) => PlayedRun.SpecOf(record, benchmark)
        ?? throw new EvalCoreException($"video: {folder}: the task {record.Task} of group {record.TaskGroup} is not one of the run's options");
}
