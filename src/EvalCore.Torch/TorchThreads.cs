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

    /// <summary>Loads libtorch.</summary>
    /// <exception cref="OptionException">It cannot be loaded on this machine.</exception>
    public static void Load()
    {
        try
        {
            Use(1);
        }
        catch (Exception e) when (e is TypeInitializationException or DllNotFoundException or NotSupportedException or BadImageFormatException)
        {
            string why = e.GetBaseException().Message.Split('\n')[0].TrimEnd('.', '\r');
            throw new OptionException($"libtorch cannot be loaded on this machine: {why}", e);
        }
    }

    /// <summary>Sets the number for operations called from this thread.</summary>
    public static void Use(int count)
    {
        if (_current == count)
            return;
        set_num_threads(count);
        _current = count;
    }
}
