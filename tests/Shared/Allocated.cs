namespace EvalCore.Tests;

/// <summary>Measures the managed memory that an action allocates per call.</summary>
internal static class Allocated
{
    /// <summary>
    /// Returns the minimum of several calls, in bytes: the runtime allocates on a thread as well, when it compiles or
    /// recompiles a method.
    /// </summary>
    /// <param name="work">The action, called on this thread.</param>
    /// <param name="times">The number of calls.</param>
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
