using static TorchSharp.torch;

namespace EvalCore.Torch;

/// <summary>
/// How many threads torch computes an operation with. OpenMP keeps the number for each calling thread, so every thread that
/// computes must set it.
/// </summary>
internal static class TorchThreads
{
    [ThreadStatic]
    private static int _current;

    /// <summary>Sets the number for operations called from this thread.</summary>
    public static void Use(int count)
    {
        if (_current == count)
            return;
        set_num_threads(count);
        _current = count;
    }
}
