using MuJoCo.Native;

namespace MuJoCo;

/// <summary>MuJoCo's version, library file and warnings.</summary>
/// <remarks>
/// <para>Threads: any number of threads may read a <see cref="MjModel"/> at the same time, as long as no thread changes
/// it. One thread at a time may use a <see cref="MjData"/>, a <see cref="MjSpec"/> or a <see cref="Renderer"/>; a
/// renderer is used on the thread that created it.</para>
/// <para>Memory: arrays are spans over MuJoCo's memory. A span is valid until its object is disposed or collected, so
/// keep a reference to the object while a span of it is in use.</para>
/// </remarks>
public static class Mujoco
{
    /// <summary>
    /// The only version that this binding accepts, because the layout of MuJoCo's structs changes between versions.
    /// </summary>
    public const string RequiredVersion = "3.8.1";

    /// <summary>
    /// Raised for each warning of MuJoCo (NaN or too large numbers, too many contacts, ...), on the thread that caused
    /// it, after the native call has returned. An exception thrown by a handler is passed to the caller of that call,
    /// so a program can turn warnings into errors. Without a handler, warnings of the simulation are only counted in
    /// <see cref="MjData.warning"/>; nothing is printed or written to a log file.
    /// </summary>
    public static event EventHandler<MujocoWarningEventArgs>? Warning;

    /// <summary>
    /// The version of the loaded library, always <see cref="RequiredVersion"/>: loading rejects other versions.
    /// </summary>
    /// <exception cref="MujocoException">The library is missing or has another version.</exception>
    public static string Version
    {
        get
        {
            Library.Require();
            return RequiredVersion;
        }
    }

    /// <summary>The file the library was loaded from.</summary>
    /// <exception cref="MujocoException">The library is missing or has another version.</exception>
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
