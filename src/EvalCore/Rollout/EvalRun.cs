using System.Collections.Concurrent;
using EvalCore.Environments;
using EvalCore.Policies;
using EvalCore.Results;
using EvalCore.Video;

namespace EvalCore.Rollout;

/// <summary>
/// A run: it plays the episodes of a benchmark's tasks with a policy, and writes each to the journal as soon as it is
/// finished. A resumed run does not play finished episodes again.
/// </summary>
public sealed class EvalRun : IDisposable
{
    private readonly RolloutOptions _options;
    private readonly IBenchmark _benchmark;
    private readonly IPolicy _policy;
    private readonly RunIdentity _identity;
    private readonly EpisodeScheduler _scheduler;
    private readonly VideoWriter? _videos;
    private readonly Journal? _journal;
    private readonly ConcurrentDictionary<EpisodeSpec, Lazy<Task<EpisodeRecord>>> _episodes = new();
    private readonly Dictionary<EpisodeKey, EpisodeRecord> _finished = [];
    private readonly ConcurrentDictionary<EnvTask, int> _episodesLeft;
    private readonly Lazy<bool> _clock;
    private readonly Action<string> _warn;
    private int _warned;
    private bool _disposed;

    /// <summary>Opens the benchmark, the output folder and its journal. No episode is played yet.</summary>
    /// <param name="env">The suite and its flags.</param>
    /// <param name="policy">The policy; the caller disposes it.</param>
    /// <param name="options">The options of the run.</param>
    /// <param name="warn">Receives notes for the user, one line each.</param>
    /// <exception cref="EvalCoreException">
    /// The output folder cannot be used, or the value of a flag is invalid.
    /// </exception>
    public EvalRun(EnvConfig env, IPolicy policy, RolloutOptions options, Action<string>? warn = null)
    {
        options.Validate();
        env.Validate();
        (_policy, _options, _warn) = (policy, options, warn ?? (_ => { }));
        _benchmark = env.Open();
        try
        {
            Tasks = _benchmark.Tasks;
            long all = (long)Tasks.Count * options.Eval.NEpisodes;
            Episodes = [.. Tasks
                .SelectMany(task => Enumerable.Range(0, options.Eval.NEpisodes).Select(index => task.Episode(index, options.Seed)))
                .Where((_, i) => i % options.Shard.Count == options.Shard.Index)];
            if (Episodes.Count == 0)
                throw new EvalCoreException($"--shard: shard {options.Shard} has no episode: there are only {all}; give fewer shards");
            _episodesLeft = new(Episodes.CountBy(episode => episode.Task));

            NumEnvs = options.Eval.EnvsInFlight(options.Cores, all);
            _identity = Provenance.Identity(env, _benchmark, policy, options);
            foreach (string note in _benchmark.Notes)
                _warn(note);
            if (options.OutputDir is { } folder)
            {
                _journal = options.Resume ? Journal.Resume(folder, _identity) : Journal.Create(folder, _identity, options.Given);
                foreach (var record in _journal.Finished)
                    _finished[record.Key] = record;
                if (_benchmark.RendersVideos)
                    _videos = new VideoWriter(_benchmark, env.Fps, folder, _warn);
            }

            _scheduler = new EpisodeScheduler(_benchmark, policy, NumEnvs, options.Eval.UseAsyncEnvs, Progress);
            _clock = new Lazy<bool>(() =>
            {
                Progress.Start();
                return true;
            });
        }
        catch
        {
            _journal?.Dispose();
            _benchmark.Dispose();
            throw;
        }
    }

    /// <summary>The tasks, in the order they are evaluated.</summary>
    public IReadOnlyList<EnvTask> Tasks { get; }

    /// <summary>The episodes of the run, or of this shard of it.</summary>
    public IReadOnlyList<EpisodeSpec> Episodes { get; }

    /// <summary>The number of episodes in flight at once. Results do not depend on it.</summary>
    public int NumEnvs { get; }

    /// <summary>The progress of the run.</summary>
    public EvalProgress Progress { get; } = new();

    /// <summary>The time the run has taken, in seconds, including the time before a resume.</summary>
    private double ElapsedS => Progress.Elapsed.TotalSeconds + (_journal?.ElapsedS ?? 0);

    /// <summary>
    /// Plays an episode, or takes it from the journal. The task ends when the episode is in the journal and its video
    /// written. An episode that is requested twice is played once.
    /// </summary>
    public Task<EpisodeRecord> Play(EpisodeSpec episode) =>
        _episodes.GetOrAdd(episode, spec => new Lazy<Task<EpisodeRecord>>(() => PlayOnce(spec))).Value;

    /// <summary>Plays all episodes of the run.</summary>
    /// <exception cref="EvalCoreException">A simulator cannot be built on this machine.</exception>
    public async Task<EvalInfo> PlayAll()
    {
        // The first failure ends the run; episodes finished by then are in the journal.
        var playing = Episodes.Select(Play).ToList();
        await foreach (var episode in Task.WhenEach(playing).ConfigureAwait(false))
            await episode.ConfigureAwait(false);
        return Complete();
    }

    /// <summary>The result of the episodes finished so far; written to the output folder if there is one.</summary>
    /// <exception cref="EvalCoreException">The file cannot be written.</exception>
    public EvalInfo Complete()
    {
        var order = Tasks.Select((task, i) => (task, i)).ToDictionary(entry => entry.task, entry => entry.i);
        var finished = _episodes
            .Where(episode => episode.Value.Value.IsCompletedSuccessfully)
            .OrderBy(episode => order[episode.Key.Task])
            .Select(episode => episode.Value.Value.Result);
        var info = new EvalInfo(
            finished,
            ElapsedS,
            _options.OutputDir ?? "",
            Provenance.Of(_identity, _benchmark, _policy, _options, NumEnvs, _options.Eval.UseAsyncEnvs && NumEnvs > 1));
        if (_options.OutputDir is { } folder)
            info.Save(Path.Combine(folder, EvalInfo.FileName));
        return info;
    }

    /// <summary>
    /// Stops the run and cancels the episodes in flight. Finished episodes are in the journal; a resume makes their
    /// missing videos.
    /// </summary>
    public void Dispose()
    {
        if (_disposed)
            return;
        _disposed = true;
        _videos?.Stop();
        _scheduler.Dispose();
        _videos?.Dispose();
        Task.WhenAll(_episodes.Values.Select(episode => episode.Value)).ContinueWith(
            _ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default).Wait();
        _journal?.Dispose();
        _benchmark.Dispose();
    }

    private async Task<EpisodeRecord> PlayOnce(EpisodeSpec episode)
    {
        bool wantsVideo = _videos is not null && episode.Index < _options.Eval.NEpisodesToRender;
        var before = _finished.GetValueOrDefault(episode.Key);
        bool lacksVideo = before is not null && LacksVideo(before);
        bool plays = before is null || (wantsVideo && lacksVideo);
        Progress.Expect(episode.Task, plays && wantsVideo);
        if (!plays)
        {
            Progress.Finish(before!, resumed: true);
            ReleaseAfterLast(episode.Task);
            return lacksVideo ? before! with { VideoPath = null } : before!;
        }

        _ = _clock.Value;
        var recording = wantsVideo ? new FrameRecording(episode, _videos) : null;
        var played = await _scheduler.Play(episode, recording).ConfigureAwait(false);

        if (played.Warning is not null && Interlocked.Exchange(ref _warned, 1) == 0)
            _warn($"episode {played.EpisodeIndex} of {played.Task}: {played.Warning} (further warnings are only in {EvalInfo.FileName})");

        // Written before the video is rendered, which may take longer than the episode.
        _journal?.Append(wantsVideo ? played with { VideoPath = _videos!.PathOf(episode) } : played, ElapsedS);
        Progress.Finish(played, resumed: false);
        if (recording is not null)
        {
            played = played with { VideoPath = await _videos!.Write(recording).ConfigureAwait(false) };
            Progress.FinishVideo();
            if (played.VideoPath is null)
                _journal!.Append(played, ElapsedS);
        }

        ReleaseAfterLast(episode.Task);
        return played;
    }

    /// <summary>Releases the shared resources of a task after its last episode and its last video.</summary>
    private void ReleaseAfterLast(EnvTask task)
    {
        if (_episodesLeft.AddOrUpdate(task, 0, (_, left) => left - 1) == 0)
            _benchmark.Release(task);
    }

    /// <summary>
    /// Whether an episode's video is missing. The episode is then played again, with the same result, to record it.
    /// </summary>
    private bool LacksVideo(EpisodeRecord episode) =>
        episode.VideoPath is { } path && !File.Exists(Path.Combine(_options.OutputDir!, path));
}
