using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.Json.Nodes;
using EvalCore.Environments;
using EvalCore.Isolation;
using EvalCore.Policies;
using EvalCore.Recording;
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
    private readonly StepRecorder? _steps;
    private readonly Journal? _journal;
    private readonly ConcurrentDictionary<EpisodeSpec, Lazy<Playing>> _episodes = new();
    private readonly Dictionary<EpisodeKey, EpisodeRecord> _finished = [];
    private readonly HashSet<EpisodeKey> _withoutVideo = [];
    private readonly TaskLifetimes _lifetimes;
    private readonly Lazy<bool> _clock;
    private readonly Action<string> _warn;
    private readonly IStoppingRule? _rule;

    /// <summary>Tasks that keep their models between two rounds of a run that plays episode k of every task before episode k + 1.</summary>
    private const int TasksInTurn = 16;

    /// <summary>Guards what the rule has read.</summary>
    private readonly Lock _reading = new();

    /// <summary>The episodes in the order in which the rule reads them; the current one is the next.</summary>
    private readonly IEnumerator<EpisodeSpec> _unread;
    private readonly Dictionary<EpisodeKey, EpisodeRecord> _early = [];
    private readonly HashSet<EpisodeKey> _read = [];
    private readonly ConcurrentDictionary<EpisodeKey, TaskCompletionSource> _awaited = new();

    /// <summary>Ends when no further episode is played.</summary>
    private readonly TaskCompletionSource _played = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>The result, where no video is written after it.</summary>
    private EvalInfo? _complete;
    private int _toPlayAgain;
    private int _warned;
    private int _warnedOfContradiction;
    private int _warnedOfError;
    private readonly bool _isShared;
    private bool _disposed;

    /// <summary>Opens the benchmark, the output folder and its journal. No episode is played yet.</summary>
    /// <param name="env">The suite and its flags.</param>
    /// <param name="policy">The policy; the caller disposes it.</param>
    /// <param name="options">The options of the run.</param>
    /// <param name="warn">Receives notes for the user, one line each. What it throws is ignored.</param>
    /// <param name="benchmark">
    /// The benchmark, opened with the same flags, that several runs play one after the other; the caller disposes it, and what its
    /// tasks share is kept where it is of few tasks. Null opens one for this run.
    /// </param>
    /// <param name="rule">
    /// Makes the rule that may stop the run early, from the planned episodes; null plays all. With a rule the episodes are played in
    /// the order in which it reads them.
    /// </param>
    /// <exception cref="EvalCoreException">
    /// The output folder cannot be used, or the value of a flag is invalid.
    /// </exception>
    public EvalRun(
        EnvConfig env, IPolicy policy, RolloutOptions options, Action<string>? warn = null, IBenchmark? benchmark = null,
        Func<EpisodePlan, IStoppingRule>? rule = null)
    {
        ArgumentNullException.ThrowIfNull(env);
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        env.Validate();
        (_policy, _options, _warn) = (policy, options, BestEffort(warn));
        (_benchmark, _isShared) = benchmark is null ? (OpenBenchmark(env, options), false) : (benchmark, true);
        try
        {
            Tasks = _benchmark.Tasks;
            Episodes = new EpisodePlan(Tasks, options.Eval.NEpisodes, options.Seed, options.Shard);
            if (Episodes.Count == 0)
                throw new EvalCoreException($"--shard: shard {options.Shard} has no episode: there are only {Episodes.Whole}; give fewer shards");

            NumEnvs = options.Eval.EnvsInFlight(options.Cores, Episodes.Whole);
            if (NumEnvs < Math.Min(options.Eval.BatchSize, Episodes.Whole))
                _warn($"--eval.batch_size={options.Eval.BatchSize}: {NumEnvs} episodes are in flight at once, the most there can be");
            _rule = rule?.Invoke(Episodes);
            _unread = Episodes.ByIndex().GetEnumerator();
            _unread.MoveNext();
            _lifetimes = new TaskLifetimes(_rule is null ? NumEnvs + 1 : Math.Max(NumEnvs + 1, TasksInTurn), Release);
            _identity = Rollout.Provenance.Identity(env, _benchmark, policy, options);
            foreach (string note in _benchmark.Notes)
                _warn(note);
            var renderers = new RendererLimit(options.Eval.MaxRenderers);
            if (_benchmark is IsolatedBenchmark isolated)
                isolated.Renderers = renderers;
            if (options.OutputDir is { } folder)
            {
                _journal = options.Resume ? Journal.Resume(folder, _identity, options.Disk) : Journal.Create(folder, _identity, options.Given, options.Disk);
                if (_benchmark.RendersVideos)
                    _videos = new VideoWriter(_benchmark, env.Fps, folder, _warn, renderers);
                if (options.Eval.Record == RecordedData.Steps)
                    _steps = OpenSteps(folder, options.StepFormat!);
                else if (options.Resume && options.StepFormat is { } format && StepRecorder.LogsOf(folder).Count > 0)
                    OpenSteps(folder, format).Dispose(); // The run recorded before it was killed.
                Recall(_journal.Finished);
            }

            Expect();
            _scheduler = new EpisodeScheduler(_benchmark, policy, NumEnvs, options.Eval.UseAsyncEnvs, Progress, _warn, options.Eval, options.Time, renderers);
            _clock = new Lazy<bool>(() =>
            {
                Progress.Start();
                return true;
            });
        }
        catch
        {
            _steps?.Dispose();
            _journal?.Dispose();
            if (!_isShared)
                _benchmark.Dispose();
            throw;
        }
    }

    private StepRecorder OpenSteps(string folder, IStepFormat format) =>
        new(folder, format, _journal!.Finished.Select(record => record.Key).ToHashSet(), _options.Resume, disk: _options.Disk);

    /// <summary>Opens the benchmark of a run, its environments in processes of their own where the options say so.</summary>
    /// <param name="env">The suite and its flags.</param>
    /// <param name="options">The options of the run.</param>
    /// <exception cref="EvalCoreException">The value of a flag is invalid, or this program cannot start processes of environments.</exception>
    public static IBenchmark OpenBenchmark(EnvConfig env, RolloutOptions options)
    {
        ArgumentNullException.ThrowIfNull(env);
        ArgumentNullException.ThrowIfNull(options);
        return IsolatedBenchmark.Open(env, options.Eval.Isolation, options.Worker);
    }

    /// <summary>The tasks, in the order they are evaluated.</summary>
    public IReadOnlyList<EnvTask> Tasks { get; }

    /// <summary>The episodes of the run, or of this shard of it.</summary>
    public EpisodePlan Episodes { get; }

    /// <summary>The number of episodes in flight at once. Results do not depend on it.</summary>
    public int NumEnvs { get; }

    /// <summary>The progress of the run.</summary>
    public EvalProgress Progress { get; } = new();

    /// <summary>The number of episodes whose results are kept: those of a resumed journal and those finished since.</summary>
    public long Kept => Progress.Finished + Volatile.Read(ref _toPlayAgain);

    /// <summary>The first episode that failed; null for none. <see cref="PlayAll"/> ends with its exception.</summary>
    public EpisodeSpec? Failed { get; private set; }

    /// <summary>
    /// The episodes that did not stop when the run was stopped, because the policy or the simulator did not return from a
    /// call. Their threads still use the policy, so it must not be disposed. Empty until then.
    /// </summary>
    public IReadOnlyList<EpisodeSpec> Stuck => _scheduler.Stuck;

    /// <summary>
    /// The number of episodes after which the rule stopped the run; null while it has not. The result then has exactly the first so many
    /// of <see cref="EpisodePlan.ByIndex"/>; the journal may have more.
    /// </summary>
    public long? StoppedAfter { get; private set; }

    /// <summary>How the result is produced: <c>provenance</c> of <c>eval_info.json</c>.</summary>
    public JsonObject Provenance
    {
        get
        {
            var provenance = Rollout.Provenance.Of(
                _identity, _benchmark, _policy, _options, Episodes, NumEnvs, _options.Eval.UseAsyncEnvs && NumEnvs > 1);
            if (_rule is not null)
                provenance[EvalInfo.Gate] = _rule.ToJson();
            return provenance;
        }
    }

    /// <summary>The time the run has taken, in seconds, including the time before a resume.</summary>
    private double ElapsedS => Progress.Elapsed.TotalSeconds + (_journal?.ElapsedS ?? 0);

    /// <summary>
    /// Plays an episode, or takes it from the journal. The task ends when the episode is in the journal and its video
    /// written. An episode that is requested twice is played once.
    /// <para>
    /// In a run with a rule it only waits for the episode, which <see cref="PlayEpisodes"/> plays in its turn: the task ends when the rule
    /// has read it, and is cancelled when the run ends without it.
    /// </para>
    /// </summary>
    public async Task<EpisodeRecord> Play(EpisodeSpec episode)
    {
        ArgumentNullException.ThrowIfNull(episode);
        if (_rule is not null)
        {
            var read = Awaited(episode.Key).Task;
            await Task.WhenAny(read, _played.Task).ConfigureAwait(false);
            if (!read.IsCompleted)
                throw new OperationCanceledException($"{episode} was not needed");
        }

        return await Start(episode).WithVideo.ConfigureAwait(false);
    }

    /// <summary>Plays all episodes of the run. The task ends when their videos are written, too.</summary>
    /// <exception cref="EvalCoreException">
    /// A simulator cannot be built on this machine, or an episode failed; the message names it.
    /// </exception>
    public async Task<EvalInfo> PlayAll()
    {
        await PlayEpisodes().ConfigureAwait(false);
        return await FinishVideos().ConfigureAwait(false);
    }

    /// <summary>
    /// Plays all episodes of the run, and writes the result. Videos may still be written when the task ends; the result
    /// lists those that are there.
    /// </summary>
    /// <exception cref="EvalCoreException">As <see cref="PlayAll"/>.</exception>
    public async Task<EvalInfo> PlayEpisodes()
    {
        // Some episodes wait in the scheduler's queue, so that no slot waits for the next one. The first failure ends the
        // run; episodes finished by then are in the journal.
        int ahead = (int)Math.Min(2L * NumEnvs + 16, int.MaxValue);
        var playing = new List<Task<EpisodeRecord>>();
        try
        {
            foreach (var episode in _rule is null ? Episodes : Episodes.ByIndex())
            {
                if (HasStopped)
                    break;
                playing.Add(Start(episode).Episode);
                while (playing.Count >= ahead && !HasStopped)
                    await TakeOne().ConfigureAwait(false);
            }

            while (playing.Count > 0 && !HasStopped)
                await TakeOne().ConfigureAwait(false);
        }
        finally
        {
            _played.TrySetResult();
        }

        // The rule has read them, so they are over but for a moment.
        foreach (var (_, counted) in Counted())
            await counted.Episode.ConfigureAwait(false);
        var info = Complete();
        if (_options.Eval.NEpisodesToRender == 0)
            _complete = info;
        return info;

        async Task TakeOne()
        {
            // A rule reads in order: what it has not read is no more than what may wait.
            var over = _rule is null ? await Task.WhenAny(playing).ConfigureAwait(false) : playing[0];
            playing.Remove(over);
            try
            {
                await over.ConfigureAwait(false);
            }
            catch (Exception) when (HasStopped)
            {
                // It was cancelled, and does not count.
            }
        }
    }

    /// <summary>Waits for the videos of the episodes that were played, and writes the result again where there are some.</summary>
    public async Task<EvalInfo> FinishVideos()
    {
        foreach (var (_, episode) in Counted())
            await episode.WithVideo.ConfigureAwait(false);
        return _complete ?? Complete();
    }

    /// <summary>
    /// The result of the episodes finished so far, with the videos written so far; written to the output folder if there is
    /// one.
    /// </summary>
    /// <exception cref="EvalCoreException">The file cannot be written.</exception>
    public EvalInfo Complete()
    {
        _steps?.Flush();
        var order = Tasks.Select((task, i) => (task, i)).ToDictionary(entry => entry.task, entry => entry.i);
        var finished = Counted()
            .Where(episode => episode.Playing.Episode.IsCompletedSuccessfully)
            .OrderBy(episode => order[episode.Spec.Task])
            .Select(episode => episode.Playing.Result)
            .Select(WithExistingVideo);
        var info = new EvalInfo(finished, ElapsedS, _options.OutputDir ?? "", Provenance);
        if (_options.OutputDir is { } folder)
            info.Save(Path.Combine(folder, EvalInfo.FileName), _options.Disk);
        return info;
    }

    /// <summary>Stops the run, and waits for up to half a minute for the episodes in flight.</summary>
    public void Dispose() => Stop(TimeSpan.FromSeconds(30));

    /// <summary>
    /// Stops the run and cancels the episodes in flight. Finished episodes are in the journal; a resume makes their
    /// missing videos. A second call does nothing.
    /// </summary>
    /// <param name="patience">
    /// How long to wait for the steps, forward passes and videos in progress. See <see cref="Stuck"/>.
    /// </param>
    public void Stop(TimeSpan patience)
    {
        if (_disposed)
            return;
        _disposed = true;
        long started = Stopwatch.GetTimestamp();
        _videos?.Stop();
        _scheduler.Stop(patience);
        _videos?.Stop(TimeSpan.FromTicks(Math.Max(0, (patience - Stopwatch.GetElapsedTime(started)).Ticks)));
        Task.WhenAll(_episodes.Values.Select(episode => episode.Value.WithVideo)).ContinueWith(
            _ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default).Wait(TimeSpan.FromSeconds(5));
        FinishSteps();
        _journal?.Dispose();

        // A thread that did not stop still uses it.
        if (Stuck.Count == 0 && _videos is not { IsStuck: true } && !_isShared)
            _benchmark.Dispose();
    }

    private void FinishSteps()
    {
        try
        {
            _steps?.Dispose();
        }
        catch (EvalCoreException e)
        {
            // The log stays. A resume makes the file of it.
            _warn(e.Message);
        }
    }

    /// <summary>A callback that cannot fail: it is called on threads on which an exception would end the process.</summary>
    private static Action<string> BestEffort(Action<string>? warn) => line =>
    {
        try
        {
            warn?.Invoke(line);
        }
        catch (Exception)
        {
            // A note is not worth a run.
        }
    };

    /// <summary>Takes the finished episodes of a resumed run from its journal, and notes what is done about them.</summary>
    private void Recall(IReadOnlyList<EpisodeRecord> finished)
    {
        int errors = finished.Where(record => record.Error is not null).Select(record => record.Key)
            .Except(finished.Where(record => record.Error is null).Select(record => record.Key)).Count();
        if (errors > 0)
        {
            _warn(_options.Eval.RetryErrors
                ? $"{Are(errors)} played again, which the run gave up as {(errors == 1 ? "an error" : "errors")}"
                : $"{Are(errors)} kept as {(errors == 1 ? "an error" : "errors")}; --eval.retry_errors=true plays {(errors == 1 ? "it" : "them")} again");
        }

        foreach (var record in finished)
        {
            if (record.Error is not null && _options.Eval.RetryErrors)
                continue;

            // An episode whose video could not be made has a second line, without a path; it is not tried again.
            if (_finished.TryGetValue(record.Key, out var before) && before.VideoPath is not null && record.VideoPath is null)
                _withoutVideo.Add(record.Key);
            _finished[record.Key] = record;
        }

        var tasks = Tasks.Select((task, i) => (Key: new EpisodeKey(task.Suite, task.Group, task.Id, 0), Number: i)).ToDictionary(task => task.Key, task => task.Number);
        int others = 0, lost = 0, never = 0, unrecorded = 0;
        foreach (var (key, record) in _finished)
        {
            if (!tasks.TryGetValue(key with { Index = 0 }, out int task) || !Episodes.Contains(task, key.Index))
                others++;
            else if (MustPlayForVideo(record) && record.VideoPath is null)
                never++;
            else if (MustPlayForVideo(record))
                lost++;
            else if (MustPlayForSteps(record))
                unrecorded++;
        }

        _toPlayAgain = lost + never + unrecorded;
        if (unrecorded > 0)
            _warn($"{Are(unrecorded)} played again, with the same result, to record {(unrecorded == 1 ? "its" : "their")} steps");
        if (lost > 0)
            _warn($"{Are(lost)} played again, with the same result, to make {(lost == 1 ? "its video, which is" : "their videos, which are")} missing or incomplete");
        if (never > 0)
            _warn($"{Are(never)} played again, with the same result, for {(never == 1 ? "its video" : "their videos")}, which the run had not been asked for");
        if (others > 0)
            _warn($"{Are(others)} in the journal and not in the result: of other tasks, beyond --eval.n_episodes or of another shard");

        static string Are(int episodes) => episodes == 1 ? "1 episode is" : $"{episodes} episodes are";
    }

    /// <summary>Tells the progress which episodes and videos to expect, and which are there already.</summary>
    private void Expect()
    {
        for (int task = 0; task < Tasks.Count; task++)
        {
            if (Episodes.CountOf(task) is not (> 0 and var count))
                continue;
            var there = Recalled(task).ToList();
            int videos = _videos is null
                ? 0
                : Episodes.CountOf(task, _options.Eval.NEpisodesToRender) - InJournal(task).Count(record => WantsVideo(record.EpisodeIndex) && !MustPlayForVideo(record));
            Progress.Expect(Tasks[task], count, videos);
            foreach (var record in there)
                Progress.Finish(record, resumed: true);
            _lifetimes.Plan(Tasks[task], count);
        }

        IEnumerable<EpisodeRecord> Recalled(int task) => InJournal(task).Where(record => !MustPlayAgain(record));

        IEnumerable<EpisodeRecord> InJournal(int task) => _finished.Values.Where(record =>
            record.Key with { Index = 0 } == Tasks[task].Episode(0, 0).Key && Episodes.Contains(task, record.EpisodeIndex));
    }

    private bool HasStopped
    {
        get
        {
            lock (_reading)
                return StoppedAfter is not null;
        }
    }

    /// <summary>The episodes that were started and count in the result: of a run that a rule stopped, those that it has read.</summary>
    private List<(EpisodeSpec Spec, Playing Playing)> Counted()
    {
        lock (_reading)
        {
            return
            [
                .. _episodes.Where(episode => episode.Value.IsValueCreated && (StoppedAfter is null || _read.Contains(episode.Key.Key)))
                    .Select(episode => (episode.Key, episode.Value.Value)),
            ];
        }
    }

    private TaskCompletionSource Awaited(EpisodeKey episode) =>
        _awaited.GetOrAdd(episode, _ => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));

    /// <summary>Gives the rule a finished episode, and those after it that finished earlier; stops the run when the rule has decided.</summary>
    private void Read(EpisodeRecord finished)
    {
        if (_rule is null)
            return;
        lock (_reading)
        {
            if (StoppedAfter is not null || !_early.TryAdd(finished.Key, finished))
                return;
            while (StoppedAfter is null && _unread.Current is { } next && _early.Remove(next.Key, out var episode))
            {
                _read.Add(next.Key);
                if (_rule.Add(episode))
                    StoppedAfter = _read.Count;
                Awaited(next.Key).TrySetResult();
                if (!_unread.MoveNext())
                    break;
            }

            if (StoppedAfter is null)
                return;
        }

        // Without waiting: this is a thread that has just ended an episode.
        _scheduler.Cancel();
        Progress.End(Counted().Count(episode => _videos is not null && WantsVideo(episode.Spec.Index) && !episode.Playing.WithVideo.IsCompleted));
        _played.TrySetResult();
    }

    private Playing Start(EpisodeSpec episode) =>
        _episodes.GetOrAdd(episode, spec => new Lazy<Playing>(() =>
        {
            _lifetimes.Begin(spec.Task);
            return new Playing(PlayOnce(spec), played => WriteVideo(spec, played));
        })).Value;

    private async Task<Played> PlayOnce(EpisodeSpec episode)
    {
        var before = _finished.GetValueOrDefault(episode.Key);
        string? kept = before is not null && HasVideo(before) ? before.VideoPath : null;
        if (before is not null && !MustPlayAgain(before))
        {
            Read(before);
            return new Played(before with { VideoPath = kept });
        }

        _ = _clock.Value;
        try
        {
            bool wantsVideo = before is null ? _videos is not null && WantsVideo(episode.Index) : MustPlayForVideo(before);
            var recording = wantsVideo ? new FrameRecording(episode, _videos) : null;
            var steps = _steps is not null && !_steps.Contains(episode.Key) ? _steps.Rent(episode) : null;
            var played = await _scheduler.Play(episode, recording, steps).ConfigureAwait(false);
            if (played.Warning is not null && Interlocked.Exchange(ref _warned, 1) == 0)
                _warn($"episode {played.EpisodeIndex} of {played.Task}: {played.Warning} (further warnings are only in {EvalInfo.FileName})");
            if (played.Error is { } error)
            {
                if (wantsVideo)
                    Progress.FinishVideo();
                (recording, steps) = (null, null);
                if (Interlocked.Exchange(ref _warnedOfError, 1) == 0)
                    _warn($"{episode} could not be played: {error}{(EpisodeScheduler.IsLostInOneWay(played) ? $", {played.Attempts} times" : "")}; {(before is null ? "it is an error, which counts neither as a failure nor as a success" : "its first result is kept")} (further ones are only in {EvalInfo.FileName})");
                played = before ?? played;
            }
            else if (before is not null && !before.HasResultOf(played))
            {
                if (Interlocked.Exchange(ref _warnedOfContradiction, 1) == 0)
                    _warn($"{episode} was played again and ended differently; its first result is kept (further ones are not noted)");
                played = before;
                steps = null;
            }

            // Written before the video is rendered, which may take longer than the episode, and after the steps.
            string? path = recording is null ? kept : _videos!.PathOf(episode);
            if (steps is not null)
                _steps!.Append(steps);
            _journal?.Append(played with { VideoPath = path }, ElapsedS);
            if (steps is not null)
                _steps!.Confirm(steps);
            Progress.Finish(played, resumed: false);
            if (before is not null)
                Interlocked.Decrement(ref _toPlayAgain);
            Read(played);
            return new Played(played with { VideoPath = kept }, recording, path);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            if (!HasStopped)
                Failed ??= (e as UnresponsiveException)?.Episode ?? episode;
            if (e is EvalCoreException && !e.Message.Contains(episode.ToString(), StringComparison.Ordinal))
                throw new EvalCoreException($"{episode}: {e.Message}", e);
            throw;
        }
    }

    private async Task<EpisodeRecord> WriteVideo(EpisodeSpec episode, Task<Played> playing)
    {
        try
        {
            var (played, recording, announced) = await playing.ConfigureAwait(false);
            if (recording is null)
                return played;
            string? written = await _videos!.Write(recording).ConfigureAwait(false);
            Progress.FinishVideo();
            played = played with { VideoPath = written };
            if (written != announced)
                _journal!.Append(played, ElapsedS);
            return played;
        }
        finally
        {
            // The shared resources of a task are released after its last episode and its last video.
            _lifetimes.End(episode.Task);
        }
    }

    /// <summary>Frees the environments of a task and what they share.</summary>
    private void Release(EnvTask task)
    {
        if (_disposed)
            return;
        _scheduler.Release(task);

        // The next run plays the same tasks. More of them than may be idle in one run would fill the memory.
        if (!_isShared || Tasks.Count > NumEnvs + 1)
            _benchmark.Release(task);
    }

    private bool WantsVideo(int index) => index < _options.Eval.NEpisodesToRender;

    /// <summary>
    /// Whether a finished episode must be played again, with the same result, because its video is requested and missing.
    /// </summary>
    private bool MustPlayForVideo(EpisodeRecord episode) =>
        _videos is not null && episode.Error is null && WantsVideo(episode.EpisodeIndex) && !_withoutVideo.Contains(episode.Key) && !HasVideo(episode);

    /// <summary>Whether a finished episode must be played again, with the same result, because its steps are to be recorded.</summary>
    private bool MustPlayForSteps(EpisodeRecord episode) => _steps is not null && episode.Error is null && !_steps.Contains(episode.Key);

    private bool MustPlayAgain(EpisodeRecord episode) => MustPlayForVideo(episode) || MustPlayForSteps(episode);

    private bool HasVideo(EpisodeRecord episode) =>
        episode.VideoPath is { } path && VideoFile.IsWhole(Path.Combine(_options.OutputDir!, path));

    /// <summary>The record with the video that <c>evalcore video</c> made of the episode while the run was playing others.</summary>
    private EpisodeRecord WithExistingVideo(EpisodeRecord record) => record is { VideoPath: null, Error: null } && !WantsVideo(record.EpisodeIndex) && _options.OutputDir is { } folder
        ? record with { VideoPath = VideoWriter.Existing(folder, record.TaskGroup, record.TaskId, record.EpisodeIndex) }
        : record;

    /// <summary>An episode that is over, what was recorded for its video, and the path that the journal gives for it.</summary>
    private sealed record Played(EpisodeRecord Record, FrameRecording? Recording = null, string? Announced = null);

    /// <summary>An episode from its start: its record is complete first, its video later.</summary>
    private sealed class Playing
    {
        public Playing(Task<Played> playing, Func<Task<Played>, Task<EpisodeRecord>> writeVideo)
        {
            Episode = RecordOf(playing);
            WithVideo = writeVideo(playing);
        }

        /// <summary>Ends when the episode is in the journal; the record has no video, except from a resumed journal.</summary>
        public Task<EpisodeRecord> Episode { get; }

        /// <summary>Ends when the video is written as well, or could not be.</summary>
        public Task<EpisodeRecord> WithVideo { get; }

        /// <summary>The record so far, of an episode that is over.</summary>
        public EpisodeRecord Result => WithVideo.IsCompletedSuccessfully ? WithVideo.Result : Episode.Result;

        private static async Task<EpisodeRecord> RecordOf(Task<Played> playing) => (await playing.ConfigureAwait(false)).Record;
    }
}
