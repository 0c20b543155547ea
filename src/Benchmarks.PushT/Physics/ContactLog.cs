using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Chipmunk;

namespace Benchmarks.PushT.Physics;

/// <summary>
/// What the solver reports: the number of contact points, and the positions of those of the last substep. Chipmunk writes
/// it from inside a step, so the log is in pinned memory.
/// </summary>
internal sealed unsafe class ContactLog
{
    /// <summary>Bar and stem, each with the agent and four walls, two points each.</summary>
    public const int MostLines = 20;

    private readonly Entries[] _entries = GC.AllocateArray<Entries>(1, pinned: true);

    /// <summary>Contact points since <see cref="Clear"/>, summed over substeps.</summary>
    public int Points => _entries[0].Points;

    /// <summary>
    /// The contacts of the last substep as the image shows them, in the solver's order: x and y of one end, x and y
    /// of the other, in whole pixels.
    /// </summary>
    public ReadOnlySpan<int> Lines =>
        MemoryMarshal.CreateReadOnlySpan(ref _entries[0].Lines[0], 4 * _entries[0].LineCount);

    /// <summary>Clears counts and lines.</summary>
    public void Clear() => _entries[0].Points = _entries[0].LineCount = 0;

    /// <summary>Clears the lines of the last substep; the count continues.</summary>
    public void BeginSubstep() => _entries[0].LineCount = 0;

    /// <summary>Makes a space report to this log.</summary>
    public void Listen(CollisionHandler handler)
    {
        handler.UserData = Unsafe.AsPointer(ref _entries[0]);
        handler.PostSolve = &PostSolve;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void PostSolve(Arbiter arbiter, nint space, void* data)
    {
        var entries = (Entries*)data;
        int count = arbiter.Count;
        entries->Points += count;
        var n = arbiter.Normal;
        for (int i = 0; i < count && entries->LineCount < MostLines; i++)
        {
            var a = arbiter.PointA(i) - 2 * n;
            var b = arbiter.PointB(i) + 2 * n;
            int* line = entries->Lines + 4 * entries->LineCount++;
            line[0] = Pixel.Round(a.X);
            line[1] = Pixel.Round(a.Y);
            line[2] = Pixel.Round(b.X);
            line[3] = Pixel.Round(b.Y);
        }
    }

    private struct Entries
    {
        public int Points;
        public int LineCount;
        public fixed int Lines[4 * MostLines];
    }
}
