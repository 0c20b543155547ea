using System.Runtime.InteropServices;

namespace MuJoCo.Native;

/// <summary>
/// Loads libmujoco, from the first place of <see cref="MujocoLibrary"/> that has it; where none has it, it is downloaded.
/// Loading never throws; <see cref="Require"/> throws the problem, as one line.
/// </summary>
internal static unsafe class Library
{
    public const string FileName = "libmujoco.so." + Mujoco.RequiredVersion;

    /// <summary>The result of <c>mj_version()</c> of 3.8.1.</summary>
    private const int RequiredVersion = 3008001;

    private static readonly string? Problem;
    private static readonly nint Handle = LoadOrRestore(out Problem);

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
        if (!MujocoLibrary.IsSupported)
        {
            problem = $"MuJoCo.NET runs on Linux x86-64 only; this is {RuntimeInformation.RuntimeIdentifier}";
            return 0;
        }

        nint handle = 0;
        if (!string.IsNullOrEmpty(chosen))
            candidates = [Path.GetFullPath(chosen)];
        string? found = candidates.FirstOrDefault(candidate => LibraryFile.TryLoad(candidate, out handle));
        if (found is null)
        {
            problem = !string.IsNullOrEmpty(chosen)
                ? $"MUJOCO_LIBRARY={chosen}: {(File.Exists(chosen) ? "cannot be loaded" : "there is no such file")}; "
                    + $"name the {FileName} of the official release"
                : $"{FileName} is neither beside the program ({AppContext.BaseDirectory}), nor in the cache ({MujocoLibrary.CachePath}), nor on the system";
            return 0;
        }

        problem = ProblemOf(found, handle);
        if (problem is not null)
            return 0;
        LoadedFrom = found;
        return handle;
    }

    /// <summary>The problem with a loaded library: it is not MuJoCo, or of another version. Null for the required version.</summary>
    internal static string? ProblemOf(string file, nint handle) => NativeLibrary.TryGetExport(handle, "mj_version", out nint version)
        ? ProblemOf(file, ((delegate* unmanaged<int>)version)())
        : $"{file} is not MuJoCo: it has no mj_version; this binding needs MuJoCo {Mujoco.RequiredVersion}";

    /// <summary>The problem with a library of a version; null for the required version.</summary>
    internal static string? ProblemOf(string file, int version) => version == RequiredVersion
        ? null
        : $"{file} is MuJoCo {version / 1_000_000}.{version / 1000 % 1000}.{version % 1000}; this binding needs exactly "
            + $"{Mujoco.RequiredVersion}: put {FileName} beside the program or set MUJOCO_LIBRARY to it";

    private static nint LoadOrRestore(out string? problem)
    {
        string? chosen = MujocoLibrary.Chosen;
        nint handle = Load(chosen, MujocoLibrary.Candidates(), out problem);
        // Where there is a library of another version, the user decides which is wanted.
        if (handle != 0 || !string.IsNullOrEmpty(chosen) || !MujocoLibrary.IsSupported || MujocoLibrary.Candidates().Any(file => LibraryFile.TryLoad(file, out _)))
            return handle;
        if (MujocoLibrary.Restore() is { } failure)
        {
            problem = $"MuJoCo {Mujoco.RequiredVersion} is not on this machine: {failure}";
            return 0;
        }

        return Load(null, MujocoLibrary.Candidates(), out problem);
    }
}
