namespace EvalCore.Hub;

/// <summary>Decides whether a request is repeated, and waits before that.</summary>
/// <param name="attempts">How many attempts in a row may fail.</param>
/// <param name="patience">The wait after the first failure; each further failure doubles it.</param>
/// <param name="time">The clock.</param>
/// <param name="random">Draws a number from 0 to 1: processes that failed at once do not come back at once.</param>
internal sealed class Retry(int attempts, TimeSpan patience, TimeProvider time, Func<double> random)
{
    /// <summary>The longest wait between attempts that the Hub does not ask for.</summary>
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(8);

    /// <summary>The longest wait that the Hub may ask for: its limits are for five minutes.</summary>
    private static readonly TimeSpan LongestRetryAfter = TimeSpan.FromMinutes(5) + TimeSpan.FromSeconds(10);

    private int _failures;

    /// <summary>Bytes have arrived: failures before that do not count.</summary>
    public void Progressed() => _failures = 0;

    /// <summary>Waits after a failure, as long as the Hub asks for or a little longer than before.</summary>
    /// <returns>Whether there is another attempt.</returns>
    public async Task<bool> Wait(HubException failure, CancellationToken cancellation)
    {
        if (!failure.IsTransient || ++_failures >= attempts || failure.RetryAfter > LongestRetryAfter)
            return false;
        var own = patience * Math.Pow(2, _failures - 1);
        var wait = failure.RetryAfter ?? (own < LongestWait ? own : LongestWait);
        await Task.Delay(wait + (0.1 * random() * wait), time, cancellation).ConfigureAwait(false);
        return true;
    }
}
