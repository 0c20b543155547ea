using MuJoCo.Native;

namespace MuJoCo;

/// <summary>The engine as a whole: its version and its warnings.</summary>
/// <remarks>
/// <para>Threads: a <see cref="MjModel"/> may be read by any number of threads at once, as long as none of them changes
/// it. A <see cref="MjData"/>, a <see cref="MjSpec"/> and a <see cref="Renderer"/> are used by one thread at a time;
/// a renderer stays on the thread that made it.</para>
/// <para>Memory: arrays are spans over MuJoCo's own memory. A span is valid as long as the object it came from is
/// neither disposed nor collected, so keep that object referenced while a span of it is in use.</para>
/// </remarks>
public static class Mujoco
{
    /// <summary>The only version this binding works with: the layout of its structs changes between versions.</summary>
    public const string RequiredVersion = "3.8.1";

    /// <summary>
    /// Raised for each warning of MuJoCo (bad or too large numbers, too many contacts, ...) on the thread that caused
    /// it, right after the call that did. An exception thrown by a handler reaches that call's caller, so a program
    /// can turn warnings into errors. Without a handler a warning of the simulation is counted in
    /// <see cref="MjData.warning"/>, and nothing is printed or written to a log file.
    /// </summary>
    public static event EventHandler<MujocoWarningEventArgs>? Warning;

    /// <summary>
    /// The version of the loaded library: <see cref="RequiredVersion"/>, because no other is accepted.
    /// </summary>
    /// <exception cref="MujocoException">The library is missing or of another version.</exception>
    public static string Version
    {
        get
        {
            Library.Require();
            return RequiredVersion;
        }
    }

    /// <summary>The file the library was loaded from.</summary>
    /// <exception cref="MujocoException">The library is missing or of another version.</exception>
    public static string LibraryPath
    {
        get
        {
            Library.Require();
            return Library.LoadedFrom!;
        }
    }

    internal static void RaiseWarning(string message) => Warning?.Invoke(null, new MujocoWarningEventArgs(message));
}
