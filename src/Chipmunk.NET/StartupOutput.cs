using System.Runtime.InteropServices;

namespace Chipmunk;

/// <summary>
/// Discards the two lines that a build of Chipmunk with assertions, as distributions ship it, prints to C's
/// <c>stdout</c> when the first space of the process is created. They would appear in the middle of the program's own
/// output.
/// </summary>
internal static unsafe class StartupOutput
{
    private const int FullyBuffered = 0;
    private const int LineBuffered = 1;

    /// <summary>
    /// Creates the first space and purges what it printed from the buffer of <c>stdout</c> before it is written.
    /// </summary>
    /// <param name="chipmunk">The loaded library.</param>
    public static void Discard(nint chipmunk)
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
