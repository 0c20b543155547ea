using System.Reflection;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using EvalCore.Assets;
using MuJoCo.Native;

namespace MuJoCo;

/// <summary>
/// Where MuJoCo's library is on this machine: the file that <c>MUJOCO_LIBRARY</c> names, or else the first of these: in the
/// program's folder (where the build copies it), in the user's cache, in the folder that <c>EVALCORE_MIRROR</c> names, among the
/// system's libraries. Where none has it, it is downloaded from the official release into the cache when it is first used.
/// </summary>
/// <remarks>
/// Environment variables: <c>EVALCORE_CACHE</c> is the cache folder (default: <c>evalcore</c> in <c>XDG_CACHE_HOME</c>, or else
/// <c>~/.cache/evalcore</c>); <c>EVALCORE_MUJOCO_URL</c> is the address of the release's archive on another server.
/// </remarks>
public static class MujocoLibrary
{
    private const string Release = "mujoco-" + Mujoco.RequiredVersion + "-linux-x86_64";

    /// <summary>
    /// The SHA-256 of the library in MuJoCo's Python wheel for this version, in lower-case hexadecimal: the one that the
    /// reference data was recorded with.
    /// </summary>
    public const string ReferenceSha256 = "8969010a8325d32b9b154159862ffe3b112277cc993983a0168f7dbe2efe0592";

    private static readonly Lazy<string> Loaded = new(() => Hash(LoadedFile));

    private static readonly Uri Official = new(
        $"https://github.com/google-deepmind/mujoco/releases/download/{Mujoco.RequiredVersion}/{Release}.tar.gz");

    /// <summary>The file in the cache.</summary>
    public static string CachePath => Path.Combine(UserCache.Find(Environment.GetEnvironmentVariable, out _), InFolder);

    /// <summary>The SHA-256 of the loaded library, in lower-case hexadecimal.</summary>
    /// <exception cref="MujocoException">The library is missing or has another version, or its file cannot be read any more.</exception>
    public static string Sha256
    {
        get
        {
            Library.Require();
            try
            {
                return Loaded.Value;
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                throw new MujocoException($"{LoadedFile} cannot be read");
            }
        }
    }

    internal static bool IsSupported => OperatingSystem.IsLinux() && RuntimeInformation.ProcessArchitecture == Architecture.X64;

    /// <summary>The value of <c>MUJOCO_LIBRARY</c>.</summary>
    internal static string? Chosen => Environment.GetEnvironmentVariable("MUJOCO_LIBRARY");

    /// <summary>The file of the loaded library, from the process's memory map where the system's loader has found it.</summary>
    private static string LoadedFile => Path.IsPathRooted(Library.LoadedFrom)
        ? Library.LoadedFrom
        : File.ReadLines("/proc/self/maps").Where(line => line.Contains('/', StringComparison.Ordinal))
            .Select(line => line[line.IndexOf('/', StringComparison.Ordinal)..])
            .First(file => Path.GetFileName(file).StartsWith("libmujoco.so", StringComparison.Ordinal));

    private static string InFolder => Path.Combine("native", Release, "lib", Library.FileName);

    /// <summary>
    /// The file that will be loaded, or the name under which the system's loader finds it; null when there is none yet. Nothing
    /// is downloaded.
    /// </summary>
    public static string? Find() => string.IsNullOrEmpty(Chosen)
        ? Candidates().FirstOrDefault(file => Path.IsPathRooted(file) ? File.Exists(file) : LibraryFile.TryLoad(file, out _))
        : Path.GetFullPath(Chosen);

    /// <summary>
    /// Downloads the library of the official release into the cache and verifies it; takes some seconds. A program that uses
    /// MuJoCo does so by itself where the library is missing.
    /// </summary>
    /// <returns>The problem, in one line; null when the library is in the cache.</returns>
    public static string? Restore()
    {
        _ = UserCache.Find(Environment.GetEnvironmentVariable, out string? problem);
        if (problem is not null)
            return problem;
        var source = Official;
        if (Environment.GetEnvironmentVariable("EVALCORE_MUJOCO_URL") is { Length: > 0 } own
            && (!Uri.TryCreate(own, UriKind.Absolute, out source!) || source.Scheme is not ("http" or "https")))
            return $"EVALCORE_MUJOCO_URL: '{own}' is not the address of an archive";
        return new ReleaseArchive(source, HttpDownload.Silence).Restore(CachePath);
    }

    internal static string Hash(string file)
    {
        using var stream = File.OpenRead(file);
        return Convert.ToHexStringLower(SHA256.HashData(stream));
    }

    internal static IEnumerable<string> Candidates()
    {
        yield return Path.Combine(AppContext.BaseDirectory, Library.FileName);
        yield return Path.Combine(AppContext.BaseDirectory, "runtimes", "linux-x64", "native", Library.FileName);
        if (Path.GetDirectoryName(Assembly.GetExecutingAssembly().Location) is { Length: > 0 } folder)
            yield return Path.Combine(folder, Library.FileName);
        yield return CachePath;
        if (Environment.GetEnvironmentVariable("EVALCORE_MIRROR") is { Length: > 0 } mirror)
            yield return Path.Combine(Path.GetFullPath(mirror), InFolder);
        yield return Library.FileName;
    }
}
