namespace EvalCore.Tests;

/// <summary>How much managed memory some work allocates each time it is done.</summary>
internal static class Allocated
{
    /// <summary>
    /// The least of several times, in bytes: the runtime allocates on a thread as well, when it compiles a method for the
    /// first time or anew.
    /// </summary>
    /// <param name="work">The work, done on this thread.</param>
    /// <param name="times">How often.</param>
    public static long By(Action work, int times = 6)
    {
        long least = long.MaxValue;
        for (int i = 0; i < times; i++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            work();
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        return least;
    }
}
