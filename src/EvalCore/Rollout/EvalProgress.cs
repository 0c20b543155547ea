using EvalCore.Environments;
using EvalCore.Results;

namespace EvalCore.Rollout;

/// <summary>The progress of a run, written by the scheduler and read by a display. Thread-safe.</summary>
public sealed class EvalProgress(TimeProvider time)
{
    private readonly Lock _lock = new();
    private readonly List<TaskProgress> _tasks = [];
    private long _started = time.GetTimestamp();
    private long _lastFinished;
    private long _steps;
    private long _playedEpisodes;
    private long _videos;
    private long _writtenVideos;
    private bool _ended;

    /// <summary>Makes a progress on the system's clock.</summary>
    public EvalProgress() : this(TimeProvider.System)
    {
    }

    /// <summary>
    /// The number of steps of all environments, including unfinished episodes, excluding episodes of a resumed journal.
    /// </summary>
    public long Steps => Interlocked.Read(ref _steps);

    /// <summary>The time since the first episode began.</summary>
    public TimeSpan Elapsed => time.GetElapsedTime(_started);

    /// <summary>Steps per second while episodes are played; the time for the remaining videos does not count.</summary>
    public double StepsPerSecond
    {
        get
        {
            var playing = Finished < Total ? Elapsed : time.GetElapsedTime(_started, Interlocked.Read(ref _lastFinished));
            return Steps / Math.Max(1e-9, playing.TotalSeconds);
        }
    }

    /// <summary>The tasks, in the order of their first episodes.</summary>
    public IReadOnlyList<TaskProgress> Tasks
    {
        get
        {
            lock (_lock)
                return [.. _tasks];
        }
    }

    /// <summary>Finished episodes of all tasks.</summary>
    public long Finished => Tasks.Sum(task => (long)task.Finished);

    /// <summary>Episodes to play, of all tasks.</summary>
    public long Total => Tasks.Sum(task => (long)task.Total);

    /// <summary>The number of videos that are not written yet, including those of episodes still to play.</summary>
    public long Videos => Volatile.Read(ref _videos) - Volatile.Read(ref _writtenVideos);

    /// <summary>
    /// The estimated time left, from the rate of finished episodes or of written videos, whichever is longer; null
    /// before the first of them.
    /// </summary>
    public TimeSpan? Eta
    {
        get
        {
            long played = Volatile.Read(ref _playedEpisodes), written = Volatile.Read(ref _writtenVideos);
            long left = Total - Finished;
            if (played == 0 || (left == 0 && Videos > 0 && written == 0))
                return null;
            return Elapsed * Math.Max((double)left / played, written == 0 ? 0 : (double)Videos / written);
        }
    }

    /// <summary>Restarts the clock, so that start-up does not count.</summary>
    internal void Start() => _started = time.GetTimestamp();

    /// <summary>Adds episodes to play.</summary>
    /// <param name="task">Their task.</param>
    /// <param name="episodes">Their number.</param>
    /// <param name="videos">The number of videos to write of them.</param>
    internal void Expect(EnvTask task, int episodes = 1, int videos = 0)
    {
        Interlocked.Add(ref _videos, videos);
        lock (_lock)
        {
            int index = Index(task.Group, task.Id);
            if (index < 0)
                _tasks.Add(new TaskProgress(task.Group, task.Id, task.Name, 0, 0, episodes));
            else
                _tasks[index] = _tasks[index] with { Total = _tasks[index].Total + episodes };
        }
    }

    /// <summary>No further episode counts: the run has stopped early, and only some videos are left to write.</summary>
    internal void End(int videosLeft)
    {
        lock (_lock)
        {
            _ended = true;
            for (int i = 0; i < _tasks.Count; i++)
                _tasks[i] = _tasks[i] with { Total = _tasks[i].Finished };
        }

        Interlocked.Exchange(ref _videos, Volatile.Read(ref _writtenVideos) + videosLeft);
    }

    internal void Step() => Interlocked.Increment(ref _steps);

    internal void FinishVideo() => Interlocked.Increment(ref _writtenVideos);

    internal void Finish(EpisodeRecord episode, bool resumed)
    {
        if (!resumed)
            Interlocked.Increment(ref _playedEpisodes);
        Interlocked.Exchange(ref _lastFinished, time.GetTimestamp());
        lock (_lock)
        {
            if (_ended)
                return;
            int index = Index(episode.TaskGroup, episode.TaskId);
            var task = _tasks[index];
            _tasks[index] = task with
            {
                Finished = task.Finished + 1,
                Successes = task.Successes + (episode.Success ? 1 : 0),
                Errors = task.Errors + (episode.Error is null ? 0 : 1),
            };
        }
    }

    private int Index(string group, int id) => _tasks.FindIndex(task => task.Group == group && task.Id == id);
}
