using System.Reflection;
using System.Runtime.InteropServices;

namespace MuJoCo.Native;

/// <summary>
/// Finds and loads libmujoco: the file that the environment variable <c>MUJOCO_LIBRARY</c> names, or else the one in
/// the program's folder (where the build copies it), or else the system's. Loading never throws; <see cref="Require"/>
/// throws the problem, as one line.
/// </summary>
internal static unsafe class Library
{
    public const string FileName = "libmujoco.so." + Mujoco.RequiredVersion;

    /// <summary>The result of <c>mj_version()</c> of 3.8.1.</summary>
    private const int RequiredVersion = 3008001;

    private static readonly string? Problem;
    private static readonly nint Handle = Load(Environment.GetEnvironmentVariable("MUJOCO_LIBRARY"), Candidates(), out Problem);

    /// <summary>
    /// The loaded file, or the name under which the system's loader found it; null when none was loaded.
    /// </summary>
    public static string? LoadedFrom { get; private set; }

    /// <summary>The address of a function; 0 when no usable library was found.</summary>
    public static nint Find(string name) => Handle != 0 ? NativeLibrary.GetExport(Handle, name) : 0;

    /// <summary>
    /// Throws when no usable library was found, and installs the error handler. Called before every call that creates
    /// an object; all other calls need an object.
    /// </summary>
    public static void Require()
    {
        if (Problem is not null)
            throw new MujocoException(Problem);
        Guard.Install();
    }

    /// <summary>
    /// Loads the chosen file, or without one the first candidate that can be loaded. Returns 0 and the problem when
    /// there is none or when it is not the required version of MuJoCo.
    /// </summary>
    internal static nint Load(string? chosen, IEnumerable<string> candidates, out string? problem)
    {
        if (!OperatingSystem.IsLinux() || RuntimeInformation.ProcessArchitecture != Architecture.X64)
        {
            problem = $"MuJoCo.NET runs on Linux x86-64 only; this is {RuntimeInformation.RuntimeIdentifier}";
            return 0;
        }

        nint handle = 0;
        if (!string.IsNullOrEmpty(chosen))
            candidates = [Path.GetFullPath(chosen)];
        string? found = candidates.FirstOrDefault(candidate => NativeLibrary.TryLoad(candidate, out handle));
        if (found is null)
        {
            problem = !string.IsNullOrEmpty(chosen)
                ? $"MUJOCO_LIBRARY={chosen}: {(File.Exists(chosen) ? "cannot be loaded" : "there is no such file")}; "
                    + $"name the {FileName} of the official release"
                : $"{FileName} not found beside the program ({AppContext.BaseDirectory}) or on the system: "
                    + "build with network access or EVALCORE_MIRROR set, or set MUJOCO_LIBRARY to the file of the official release";
            return 0;
        }

        if (!NativeLibrary.TryGetExport(handle, "mj_version", out nint version))
        {
            problem = $"{found} is not MuJoCo: it has no mj_version; this binding needs MuJoCo {Mujoco.RequiredVersion}";
            return 0;
        }

        problem = ProblemOf(found, ((delegate* unmanaged<int>)version)());
        if (problem is not null)
            return 0;
        LoadedFrom = found;
        return handle;
    }

    /// <summary>The problem with a library of a version; null for the required version.</summary>
    internal static string? ProblemOf(string file, int version) => version == RequiredVersion
        ? null
        : $"{file} is MuJoCo {version / 1_000_000}.{version / 1000 % 1000}.{version % 1000}; this binding needs exactly "
            + $"{Mujoco.RequiredVersion}: put {FileName} beside the program or set MUJOCO_LIBRARY to it";

    private static IEnumerable<string> Candidates()
    {
        yield return Path.Combine(AppContext.BaseDirectory, FileName);
        yield return Path.Combine(AppContext.BaseDirectory, "runtimes", "linux-x64", "native", FileName);
        if (Path.GetDirectoryName(Assembly.GetExecutingAssembly().Location) is { Length: > 0 } folder)
            yield return Path.Combine(folder, FileName);
        yield return FileName;
    }
}
