using EvalCore.Environments;
using EvalCore.Isolation;

namespace EvalCore.Rollout;

/// <summary>The calls of one thread, for a <see cref="Watchdog"/>. Written by that thread, read by the watchdog's.</summary>
/// <param name="limits">What a call may take.</param>
internal sealed class CallWatch(CallLimits limits)
{
    private long _calls;
    private long _begun;
    private int _made;

    /// <summary>Odd while the thread is in a call; another number for each.</summary>
    public long Number => Volatile.Read(ref _calls);

    /// <summary>The call.</summary>
    public WatchedCall Call { get; private set; }

    /// <summary>The episode of the call.</summary>
    public EpisodeSpec? Episode { get; private set; }

    /// <summary>The steps of the episode that were played before the call.</summary>
    public int Steps { get; private set; }

    /// <summary>The process of the environment, whose end ends the call; null where the environment is in this process.</summary>
    public WorkerProcess? Process { get; set; }

    /// <summary>How long the call may take; null for ever.</summary>
    public TimeSpan? Limit => limits.Of(Call, IsFirst);

    /// <summary>Whether the environment, or the policy, has not made such a call before.</summary>
    public bool IsFirst => (_made & (1 << (int)Call)) == 0;

    /// <summary>What the watchdog has seen of the call.</summary>
    public long SeenNumber { get; set; }

    /// <summary>How long the watchdog has seen the call last.</summary>
    public TimeSpan Age { get; set; }

    /// <summary>Another environment: its first calls may take longer.</summary>
    public void Renew() => _made &= (1 << (int)WatchedCall.NewSession) | (1 << (int)WatchedCall.Planning) | (1 << (int)WatchedCall.Inference);

    /// <summary>A call begins.</summary>
    public void Begin(WatchedCall call, EpisodeSpec? episode, int steps = 0)
    {
        (Call, Episode, Steps, _begun) = (call, episode, steps, limits.Time.GetTimestamp());
        Volatile.Write(ref _calls, _calls + 1);
    }

    /// <summary>The call has returned.</summary>
    public void End()
    {
        Volatile.Write(ref _calls, _calls + 1);
        limits.Add(Call, IsFirst, limits.Time.GetElapsedTime(_begun));
        _made |= 1 << (int)Call;
    }

    /// <summary>The call has thrown.</summary>
    public void GiveUp()
    {
        if ((_calls & 1) != 0)
            Volatile.Write(ref _calls, _calls + 1);
    }
}
