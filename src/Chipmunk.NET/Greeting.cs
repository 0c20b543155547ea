using System.Runtime.InteropServices;

namespace Chipmunk;

/// <summary>
/// Distributions build Chipmunk with its assertions, and such a build prints two lines to the C library's standard
/// output when the process's first space is made. They would end up in the middle of a program's own output.
/// </summary>
internal static unsafe class Greeting
{
    private const int FullyBuffered = 0;
    private const int LineBuffered = 1;

    /// <summary>Makes the first space, and drops what it prints before it leaves the C library's buffer.</summary>
    /// <param name="chipmunk">The loaded library.</param>
    public static void Swallow(nint chipmunk)
    {
        nint program = NativeLibrary.GetMainProgramHandle();
        if (!NativeLibrary.TryGetExport(program, "stdout", out nint variable)
            || !NativeLibrary.TryGetExport(program, "fflush", out nint fflush)
            || !NativeLibrary.TryGetExport(program, "setvbuf", out nint setvbuf)
            || !NativeLibrary.TryGetExport(program, "__fpurge", out nint purge))
            return;

        nint stdout = *(nint*)variable;
        var setBuffering = (delegate* unmanaged<nint, nint, int, nuint, int>)setvbuf;
        _ = ((delegate* unmanaged<nint, int>)fflush)(stdout);
        _ = setBuffering(stdout, 0, FullyBuffered, 0);
        nint space = ((delegate* unmanaged<nint>)NativeLibrary.GetExport(chipmunk, "cpSpaceNew"))();
        ((delegate* unmanaged<nint, void>)NativeLibrary.GetExport(chipmunk, "cpSpaceFree"))(space);
        ((delegate* unmanaged<nint, void>)purge)(stdout);
        if (!Console.IsOutputRedirected)
            _ = setBuffering(stdout, 0, LineBuffered, 0);
    }
}
