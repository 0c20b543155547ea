using System.Runtime.InteropServices;

namespace Benchmarks.MetaWorld.Tests;

/// <summary>
/// The memory that malloc has given out and that is not freed: MuJoCo's and OpenGL's, to the byte. What the system shows for a
/// process is more: glibc keeps what was freed, in up to eight arenas per core.
/// </summary>
internal static class NativeHeap
{
    /// <summary>The number of bytes.</summary>
    public static long InUse
    {
        get
        {
            var heap = MallInfo2();
            return (long)(heap.InUse + heap.Mapped);
        }
    }

    [DllImport("libc.so.6", EntryPoint = "mallinfo2")]
    private static extern HeapInfo MallInfo2();

    /// <summary>glibc's <c>struct mallinfo2</c>.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private readonly struct HeapInfo
    {
        private readonly nuint _arena, _ordblks, _smblks, _hblks, _hblkhd, _usmblks, _fsmblks, _uordblks, _fordblks, _keepcost;

        /// <summary>Bytes in large blocks.</summary>
        public nuint Mapped => _hblkhd;

        /// <summary>Bytes in all others.</summary>
        public nuint InUse => _uordblks;
    }
}
