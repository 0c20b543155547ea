using System.Collections.Concurrent;
using EvalCore.Environments;
using EvalCore.Options;
using EvalCore.Policies;
using EvalCore.Results;
using EvalCore.Video;

namespace EvalCore.Rollout;

/// <summary>
/// A run: episodes of an environment's tasks, played by a policy, on record as soon as they are finished. Episodes
/// that an interrupted run has finished are not played again.
/// </summary>
public sealed class EvalRun : IDisposable
{
    private readonly EvalRunOptions _options;
    private readonly EnvConfig _env;
    private readonly IPolicy _policy;
    private readonly EpisodeScheduler _scheduler;
    private readonly VideoWriter? _videos;
    private readonly Journal? _journal;
    private readonly ConcurrentDictionary<EpisodeSpec, Lazy<Task<EpisodeRecord>>> _episodes = new();
    private readonly Dictionary<(string, string, int, int, long), EpisodeRecord> _finished = [];
    private readonly Lazy<bool> _clock;
    private readonly Action<string> _warn;
    private int _warned;
    private bool _disposed;

    /// <summary>Opens the output folder and its journal. Nothing is played yet.</summary>
    /// <param name="env">The environment.</param>
    /// <param name="policy">The policy; stays the caller's.</param>
    /// <param name="options">What is asked for.</param>
    /// <param name="warn">Takes one line for each thing the user should know.</param>
    /// <exception cref="EvalCoreException">The output folder cannot be used, or the task has no such name.</exception>
    public EvalRun(EnvConfig env, IPolicy policy, EvalRunOptions options, Action<string>? warn = null)
    {
        options.Eval.Resolve(Environment.ProcessorCount);
        EvalConfig.CheckSeed(options.Seed);
        env.Validate();
        (_env, _policy, _options, _warn) = (env, policy, options, warn ?? (_ => { }));
        Tasks = env.Tasks();
        Episodes = [.. Tasks
            .SelectMany(task => Enumerable.Range(0, options.Eval.NEpisodes)
                .Select(index => new EpisodeSpec(task, index, options.Seed + index)))
            .Where((_, i) => i % options.Shard.Count == options.Shard.Index)];
        if (Episodes.Count == 0)
        {
            throw new EvalCoreException(
                $"--shard: slice {options.Shard} has no episode: there are only {Tasks.Count * options.Eval.NEpisodes}; give fewer slices");
        }

        Environments = new VectorEnvironment(env, options.Eval.BatchSize, options.Eval.UseAsyncEnvs);
        if (options.OutputDir is { } folder)
        {
            var identity = Provenance.Identity(env, policy, options);
            _journal = options.Resume ? Journal.Resume(folder, identity) : Journal.Create(folder, identity, options.Given);
            foreach (var record in _journal.Finished)
                _finished[(record.Suite, record.TaskGroup, record.TaskId, record.EpisodeIndex, record.Seed)] = record;
            _videos = new VideoWriter(env, folder, _warn);
        }

        _scheduler = new EpisodeScheduler(Environments, policy, Progress);
        _clock = new Lazy<bool>(() =>
        {
            Progress.Start();
            return true;
        });
    }

    /// <summary>The tasks, in the order they are evaluated.</summary>
    public IReadOnlyList<EnvTask> Tasks { get; }

    /// <summary>The episodes of the run, or of this shard of it.</summary>
    public IReadOnlyList<EpisodeSpec> Episodes { get; }

    /// <summary>The worlds.</summary>
    public VectorEnvironment Environments { get; }

    /// <summary>How far the run is.</summary>
    public EvalProgress Progress { get; } = new();

    /// <summary>The time the run has taken, that before a resume included.</summary>
    private double ElapsedS => Progress.Elapsed.TotalSeconds + (_journal?.ElapsedS ?? 0);

    /// <summary>
    /// Plays an episode, or takes it from the journal. The task ends when the episode is on record and its video written.
    /// Asking twice plays once.
    /// </summary>
    public Task<EpisodeRecord> Play(EpisodeSpec episode) =>
        _episodes.GetOrAdd(episode, spec => new Lazy<Task<EpisodeRecord>>(() => PlayOnce(spec))).Value;

    /// <summary>Plays all episodes of the run.</summary>
    /// <exception cref="EvalCoreException">A simulator cannot be built on this machine.</exception>
    public async Task<EvalInfo> PlayAll()
    {
        // The first failure ends the run; what is finished by then is in the journal.
        var playing = Episodes.Select(Play).ToList();
        await foreach (var episode in Task.WhenEach(playing))
            await episode;
        return Complete();
    }

    /// <summary>The result of the episodes finished so far, written to the output folder where there is one.</summary>
    /// <exception cref="EvalCoreException">The file cannot be written.</exception>
    public EvalInfo Complete()
    {
        var finished = _episodes
            .Where(episode => episode.Value.Value.IsCompletedSuccessfully)
            .OrderBy(episode => Order(episode.Key.Task))
            .Select(episode => episode.Value.Value.Result);
        var info = new EvalInfo(
            finished,
            ElapsedS,
            _options.OutputDir ?? "",
            Provenance.Of(_env, _policy, _options, Environments));
        if (_options.OutputDir is { } folder)
            info.Save(Path.Combine(folder, EvalInfo.FileName));
        return info;
    }

    /// <summary>Stops: what is in flight is dropped; what is finished is on record, and a resume makes its video.</summary>
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
    }

    private static (string, string, int, int, long) Key(EpisodeSpec episode) =>
        (episode.Task.Suite, episode.Task.Group, episode.Task.Id, episode.Index, episode.Seed);

    private async Task<EpisodeRecord> PlayOnce(EpisodeSpec episode)
    {
        bool wantsVideo = _videos is not null && episode.Index < _options.Eval.NEpisodesToRender;
        var before = _finished.GetValueOrDefault(Key(episode));
        bool lacksVideo = before is not null && LacksVideo(before);
        bool plays = before is null || (wantsVideo && lacksVideo);
        Progress.Expect(episode.Task, plays && wantsVideo);
        if (!plays)
        {
            Progress.Finish(before!, resumed: true);
            return lacksVideo ? before! with { VideoPath = null } : before!;
        }

        _ = _clock.Value;
        var recording = wantsVideo ? new FrameRecording(episode, _videos) : null;
        var played = await _scheduler.Play(episode, recording);

        if (played.Warning is not null && Interlocked.Exchange(ref _warned, 1) == 0)
            _warn($"episode {played.EpisodeIndex} of {played.Task}: {played.Warning} (others, if any, are in {EvalInfo.FileName})");

        // On record before the video is drawn: that may take longer than the episode.
        _journal?.Append(wantsVideo ? played with { VideoPath = _videos!.PathOf(episode) } : played, ElapsedS);
        Progress.Finish(played, resumed: false);
        if (recording is null)
            return played;
        played = played with { VideoPath = await _videos!.Write(recording) };
        Progress.FinishVideo();
        if (played.VideoPath is null)
            _journal!.Append(played, ElapsedS);
        return played;
    }

    /// <summary>Whether an episode's video was never completed: it is played again for it, with the same result.</summary>
    private bool LacksVideo(EpisodeRecord episode) =>
        episode.VideoPath is { } path && !File.Exists(Path.Combine(_options.OutputDir!, path));

    private int Order(EnvTask task)
    {
        int i = 0;
        while (i < Tasks.Count && Tasks[i] != task)
            i++;
        return i;
    }
}
