using EvalCore.Environments;
using EvalCore.Policies;
using EvalCore.Results;
using EvalCore.Rollout;

namespace EvalCore.Evaluation;

/// <summary>Plays chosen episodes of a finished run again, several at once.</summary>
internal sealed class EpisodePlayer : IDisposable
{
    private readonly IBenchmark _benchmark;
    private readonly IReadOnlyDictionary<EpisodeKey, EpisodeSpec> _episodes;
    private readonly EpisodeScheduler _scheduler;
    private readonly TaskLifetimes _lifetimes;
    private bool _stopped;

    /// <summary>Prepares the episodes; none is played yet.</summary>
    /// <param name="benchmark">The suite; the caller disposes it.</param>
    /// <param name="policy">The policy; the caller disposes it.</param>
    /// <param name="episodes">The episodes.</param>
    /// <param name="makesVideos">Whether a video of each is made.</param>
    /// <param name="cores">The processor's cores.</param>
    /// <param name="progress">The progress.</param>
    /// <param name="warn">Receives notes for the user, one line each.</param>
    public EpisodePlayer(
        IBenchmark benchmark, IPolicy policy, IReadOnlyDictionary<EpisodeKey, EpisodeSpec> episodes, bool makesVideos, int cores, EvalProgress progress, Action<string> warn)
    {
        (_benchmark, _episodes) = (benchmark, episodes);
        int slots = new EvalConfig().EnvsInFlight(cores, episodes.Count);
        _scheduler = new EpisodeScheduler(benchmark, policy, slots, useAsyncEnvs: true, progress, warn);
        _lifetimes = new TaskLifetimes(slots + 1, Release);
        foreach (var task in episodes.Values.GroupBy(episode => episode.Task))
        {
            _lifetimes.Plan(task.Key, task.Count());
            progress.Expect(task.Key, task.Count(), makesVideos ? task.Count() : 0);
        }
    }

    /// <summary>Plays an episode. What its task needs is kept until all is done with it.</summary>
    /// <param name="record">The episode in the run.</param>
    /// <param name="play">Plays it with the scheduler, and does what is done with it.</param>
    public async Task<T> Play<T>(EpisodeRecord record, Func<EpisodeScheduler, EpisodeSpec, Task<T>> play)
    {
        var episode = _episodes[record.Key];
        _lifetimes.Begin(episode.Task);
        try
        {
            return await play(_scheduler, episode).ConfigureAwait(false);
        }
        finally
        {
            _lifetimes.End(episode.Task);
        }
    }

    /// <summary>Stops, and waits for up to half a minute.</summary>
    public void Dispose() => Stop(TimeSpan.FromSeconds(30));

    /// <summary>Stops the episodes in flight.</summary>
    /// <param name="patience">How long to wait for them.</param>
    /// <returns>False when a thread did not stop: it still uses the suite and the policy, which cannot be disposed.</returns>
    public bool Stop(TimeSpan patience)
    {
        _stopped = true;
        _scheduler.Stop(patience);
        return _scheduler.Stuck.Count == 0;
    }

    private void Release(EnvTask task)
    {
        if (_stopped)
            return;
        _scheduler.Release(task);
        _benchmark.Release(task);
    }
}
