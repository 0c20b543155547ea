using System.Reflection;
using System.Runtime.InteropServices;

namespace MuJoCo.Native;

/// <summary>
/// Finds and loads libmujoco: the file that the environment variable <c>MUJOCO_LIBRARY</c> names, else the one beside
/// the program (where the build puts it), else the system's. Loading never throws: what went wrong is kept and thrown
/// by <see cref="Require"/> as one clear line.
/// </summary>
internal static unsafe class Library
{
    public const string FileName = "libmujoco.so." + Mujoco.RequiredVersion;

    /// <summary>mj_version() of 3.8.1.</summary>
    private const int RequiredVersion = 3008001;

    private static readonly string? Problem;
    private static readonly nint Handle = Load(Environment.GetEnvironmentVariable("MUJOCO_LIBRARY"), Candidates(), out Problem);

    /// <summary>The file it was loaded from, or the name the system found it under.</summary>
    public static string? LoadedFrom { get; private set; }

    /// <summary>The address of a function, or 0 where no usable library was found.</summary>
    public static nint Find(string name) => Handle != 0 ? NativeLibrary.GetExport(Handle, name) : 0;

    /// <summary>Called by whatever makes the first object: no object, no other call.</summary>
    public static void Require()
    {
        if (Problem is not null)
            throw new MujocoException(Problem);
        Guard.Install();
    }

    /// <summary>
    /// Loads a chosen file, or else the first of some that can be loaded, if it is what this binding was made for.
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

    /// <summary>What is wrong with a library of a version, or null.</summary>
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
