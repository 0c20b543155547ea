using System.Diagnostics;
using System.Text.Json.Nodes;
using EvalCore.Environments;
using EvalCore.Files;
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
    private readonly IPolicy _policy;
    private readonly IBenchmark _benchmark;
    private readonly VideoWriter _writer;
    private readonly EpisodePlayer _player;
    private readonly List<string> _differences = [];
    private bool _disposed;

    private EpisodeVideos(
        PlayedRun run, string folder, IReadOnlyList<EpisodeRecord> records, IBenchmark benchmark, IPolicy policy, int cores, Action<string> warn)
    {
        (_benchmark, _policy, Records) = (benchmark, policy, records);
        var episodes = records.ToDictionary(record => record.Key, record => run.SpecOf(record, benchmark));
        _writer = new VideoWriter(benchmark, run.Env.Fps, folder, warn);
        _player = new EpisodePlayer(benchmark, policy, episodes, makesVideos: true, cores, Progress, warn);
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
        return record.VideoPath is { } path && VideoFile.IsWhole(Path.Combine(folder, path))
            ? path
            : VideoWriter.Existing(folder, record.TaskGroup, record.TaskId, record.EpisodeIndex);
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
    /// The videos cannot be written, or the run cannot be played again: its policy's files have changed, the engine or the suite's files are others, or the result
    /// is a merged one or one of lerobot-eval.
    /// </exception>
    public static EpisodeVideos Open(
        string folder, EvalInfo info, IReadOnlyList<EpisodeRecord> records, Registry registry, Action<string> warn, Host? host = null,
        IReadOnlyList<string>? flags = null)
    {
        ArgumentNullException.ThrowIfNull(info);
        ArgumentNullException.ThrowIfNull(registry);
        host ??= Host.Local;
        CheckWritable(folder, records);
        var run = RunOf(folder, info, registry, flags ?? []);
        IPolicy? policy = null;
        IBenchmark? benchmark = null;
        try
        {
            var steps = registry.StepFormat is { } format ? new RecordedSteps(folder, format) : null;
            if (steps is not null && records.All(record => steps.Contains(record.Key)))
            {
                CheckFlags(run);
                policy = new RecordedPolicy(run.Identity!.Policy.Type, run.Identity.Policy.Facts, steps.Read);
            }
            else
            {
                policy = PolicyOf(run, folder, warn);
            }

            benchmark = run.Env.Open();
            if (!benchmark.RendersVideos)
                throw new EvalCoreException($"video: the suite {run.Env.Type} renders no videos");
            if (run.Difference(benchmark, policy) is var (part, values))
                throw Changed(folder, part, values);
            return new EpisodeVideos(run, folder, records, benchmark, policy, host.Cores, warn);
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
        bool isStopped = _player.Stop(patience);
        _writer.Stop(TimeSpan.FromTicks(Math.Max(0, (patience - Stopwatch.GetElapsedTime(started)).Ticks)));
        if (!isStopped)
            return;
        _policy.Dispose();
        if (!_writer.IsStuck)
            _benchmark.Dispose();
    }

    private Task<EpisodeRecord> Render(EpisodeRecord record) => _player.Play(record, async (scheduler, episode) =>
    {
        var recording = new FrameRecording(episode, _writer);
        var played = await scheduler.Play(episode, recording).ConfigureAwait(false);
        Progress.Finish(played, resumed: false);
        string? path = null;
        if (record.HasResultOf(played))
            path = await _writer.Write(recording).ConfigureAwait(false);
        else
            Add($"{episode} ended differently than in the run ({Result(record)}, now {Result(played)}); no video is made of it");
        Progress.FinishVideo();
        return record with { VideoPath = path };
    });

    private static string Result(EpisodeRecord record) => FormattableString.Invariant($"{record.Steps} steps, sum of rewards {record.SumReward:0.###}, {(record.Success ? "success" : "failure")}");

    private void Add(string difference)
    {
        lock (_differences)
            _differences.Add(difference);
    }

    /// <summary>Checks that the videos can be written, before their episodes are played.</summary>
    private static void CheckWritable(string folder, IReadOnlyList<EpisodeRecord> records)
    {
        foreach (string videos in records.Select(record => Path.Combine(folder, Path.GetDirectoryName(VideoWriter.StemOf(record.TaskGroup, record.TaskId, record.EpisodeIndex))!)).Distinct())
        {
            try
            {
                Folder.CheckWritable(videos);
            }
            catch (Exception e) when (EvalCoreException.IsFileError(e))
            {
                throw EvalCoreException.CannotWrite($"video: {videos}", e);
            }
        }
    }

    private static PlayedRun RunOf(string folder, EvalInfo info, Registry registry, IReadOnlyList<string> flags)
    {
        if (info.Provenance is not { } provenance)
            throw new EvalCoreException($"video: {folder}: lerobot-eval wrote its {EvalInfo.FileName}, which does not say how to play its episodes again");
        if (provenance["merged"] is JsonArray parts)
        {
            throw new EvalCoreException(
                $"video: {folder} is a merged result; name the output folder of one of its runs: {string.Join(", ", parts.Select(part => EvalCoreException.Printable($"{Merge.Inner(part, "output_dir")}")))}");
        }

        return PlayedRun.Of("video", folder, provenance, registry, flags);
    }

    /// <summary>Checks the flags that a user gave although the steps were recorded, which need no policy.</summary>
    private static void CheckFlags(PlayedRun run)
    {
        if (!run.HasFlags)
            return;
        try
        {
            _ = run.Policy;
            run.Finish();
        }
        catch (EvalCoreException e)
        {
            throw new EvalCoreException($"video: {e.Message}; the steps of these episodes were recorded, which needs no policy: omit --policy.*", e);
        }
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
}
