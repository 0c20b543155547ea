using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace EvalCore.Torch;

/// <summary>
/// How many threads torch computes an operation with. A sum over two threads rounds differently than over one, so what
/// must be exact sets the number on each thread that computes.
/// </summary>
/// <remarks>
/// torch's own call sets it for the calling thread's OpenMP, but for MKL's matrix products in the whole process: another
/// policy's threads would change them. So MKL's number is set for the thread as well, which takes precedence.
/// </remarks>
internal static unsafe class TorchThreads
{
    [ThreadStatic]
    private static int _current;

    private static readonly Lazy<nint> SetMklThreadsLocal = new(FindMkl);

    /// <summary>Loads libtorch.</summary>
    /// <exception cref="EvalCoreException">It cannot be loaded on this machine.</exception>
    public static void Load()
    {
        TorchLibrary.Load();
        Use(1);
    }

    /// <summary>Sets the number for operations called from this thread.</summary>
    public static void Use(int count)
    {
        // A thread's first operation, this question included, takes over the number that any thread set last. It must be
        // asked before the number is set: asked later, another thread's number would replace it.
        int current = get_num_threads();
        if (_current == count && current == count)
            return;
        set_num_threads(count);
        if (SetMklThreadsLocal.Value != 0)
            _ = ((delegate* unmanaged<int, int>)SetMklThreadsLocal.Value)(count);
        _current = count;
    }

    /// <summary>MKL is part of libtorch where it is used; elsewhere nothing is set.</summary>
    private static nint FindMkl()
    {
        string library = OperatingSystem.IsWindows() ? "torch_cpu.dll" : "libtorch_cpu.so";
        return NativeLibrary.TryLoad(library, out nint torch)
            && NativeLibrary.TryGetExport(torch, "MKL_Set_Num_Threads_Local", out nint function) ? function : 0;
    }
}
