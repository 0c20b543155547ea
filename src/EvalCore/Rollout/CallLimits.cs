namespace EvalCore.Rollout;

/// <summary>
/// How long a call of a simulator or a policy may take, from the run's own times: a hundred times the slowest of its kind so far, and
/// at least a minute. The first of an environment, which compiles a model, shaders or a network, may take longer.
/// </summary>
/// <param name="time">The clock.</param>
/// <param name="seconds">The limit of every call in seconds, but for the start and the end of an environment; 0 for the rule.</param>
/// <param name="limitsInference">Whether the rule is for the policy as well.</param>
internal sealed class CallLimits(TimeProvider time, double seconds, bool limitsInference)
{
    private const int Multiple = 100;

    private static readonly TimeSpan Floor = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan First = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan Start = TimeSpan.FromMinutes(15);

    // A batch may be many times as large as those before it, and a large network on a CPU takes minutes.
    private static readonly TimeSpan InferenceFloor = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan FirstInference = TimeSpan.FromHours(1);

    private readonly long[] _slowest = new long[Enum.GetValues<WatchedCall>().Length];

    /// <summary>The clock.</summary>
    public TimeProvider Time => time;

    /// <summary>Whether a call is one of the policy.</summary>
    public static bool IsOfPolicy(WatchedCall call) => call is WatchedCall.NewSession or WatchedCall.Planning or WatchedCall.Inference;

    /// <summary>How long a call may take; null for ever.</summary>
    /// <param name="call">The call.</param>
    /// <param name="isFirst">Whether the environment or policy has not made such a call before.</param>
    public TimeSpan? Of(WatchedCall call, bool isFirst)
    {
        var given = TimeSpan.FromSeconds(Math.Min(seconds, 1e9));
        if (seconds > 0 && call is not (WatchedCall.Start or WatchedCall.Close))
            return given;
        if (IsOfPolicy(call) && !limitsInference)
            return null;
        var slowest = TimeSpan.FromTicks(Volatile.Read(ref _slowest[(int)call]));
        var floor = call switch
        {
            WatchedCall.Start => given > Start ? given : Start,
            WatchedCall.Close => given > Floor ? given : Floor,
            _ when IsOfPolicy(call) => isFirst ? FirstInference : InferenceFloor,
            _ => isFirst ? First : Floor,
        };
        var measured = Multiple * slowest;
        return measured > floor ? measured : floor;
    }

    /// <summary>Adds a call that has returned.</summary>
    public void Add(WatchedCall call, bool isFirst, TimeSpan took)
    {
        // The first says little about the others: it is a hundred times as slow by itself.
        if (isFirst && !IsOfPolicy(call))
            return;
        ref long slowest = ref _slowest[(int)call];
        for (long before = Volatile.Read(ref slowest); took.Ticks > before; before = Volatile.Read(ref slowest))
            Interlocked.CompareExchange(ref slowest, took.Ticks, before);
    }
}
