using System.Diagnostics;
using System.Reflection;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using EvalCore.Assets;

namespace Chipmunk;

/// <summary>
/// Finds and loads the native library: the system's <c>libchipmunk.so.7</c>, or else the copy in the user's cache.
/// </summary>
/// <remarks>
/// Environment variables: <c>EVALCORE_CACHE</c> is the cache folder (default: <c>evalcore</c> in <c>XDG_CACHE_HOME</c>,
/// or else <c>~/.cache/evalcore</c>); <c>EVALCORE_IGNORE_SYSTEM_LIBRARIES=1</c> skips the system's library.
/// </remarks>
public static unsafe class ChipmunkLibrary
{
    /// <summary>The only version that this binding accepts.</summary>
    public const string Version = "7.0.3";

    /// <summary>The command that installs the library for all users, as root.</summary>
    public const string Fix = "apt-get install libchipmunk7";

    private const string FileName = "libchipmunk.so.7";

    private static readonly Lock Loading = new();
    private static nint _handle;
    private static LibraryStatus? _found;
    private static string? _sha256;

    /// <summary>The file in the cache: searched after the system's folders, written by <see cref="Restore"/>.</summary>
    public static string CachePath => Path.Combine(CacheFolder, "native", $"chipmunk-{Version}", FileName);

    private static string CacheFolder => UserCache.Find(Environment.GetEnvironmentVariable, out _);

    /// <summary>The file in the folder that <c>EVALCORE_MIRROR</c> names; null where the variable is not set.</summary>
    private static string? MirrorPath => Environment.GetEnvironmentVariable("EVALCORE_MIRROR") is { Length: > 0 } mirror
        ? Path.Combine(Path.GetFullPath(mirror), "native", $"chipmunk-{Version}", FileName)
        : null;

    /// <summary>
    /// The SHA-256 of the loaded library, in lower-case hexadecimal; null when none is loaded or its file cannot be read.
    /// </summary>
    public static string? Sha256
    {
        get
        {
            try
            {
                return _sha256 ??= Find().Path is { } path ? Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(path))) : null;
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                return null;
            }
        }
    }

    /// <summary>Finds and loads the library; never throws, but returns the problem.</summary>
    public static LibraryStatus Find()
    {
        lock (Loading)
        {
            return TryLoad(Candidates(), out string? problem)
                ? _found ??= new LibraryStatus(PathOf(_handle), VersionOf(_handle), null)
                : new LibraryStatus(null, null, problem);
        }
    }

    /// <summary>
    /// Finds and loads the library. When there is none, copies it into the cache from the folder that
    /// <c>EVALCORE_MIRROR</c> names, or else from the distribution's package, which takes some seconds and needs
    /// network access, but not root.
    /// </summary>
    /// <param name="again">Whether to retry when an attempt failed in the last ten minutes.</param>
    public static LibraryStatus Restore(bool again = false)
    {
        lock (Loading)
        {
            var found = Find();
            if (found.Problem is null || !OperatingSystem.IsLinux())
                return found;
            if (Fetch(again) is not { } failure)
                return Find();
            // A cache that cannot be written is passed over.
            return MirrorPath is { } mirrored && TryLoad([mirrored], out _)
                ? Find()
                : found with { Problem = $"{found.Problem}, and fetching it failed: {failure}" };
        }
    }

    internal static nint Resolve(string name, Assembly assembly, DllImportSearchPath? path) =>
        name == Native.Library ? Load() : 0;

    private static nint Load()
    {
        lock (Loading)
        {
            return TryLoad(Candidates(), out string? problem)
                ? _handle
                : throw new DllNotFoundException($"{problem}: install it with '{Fix}', or call {nameof(ChipmunkLibrary)}.{nameof(Restore)}()");
        }
    }

    private static bool TryLoad(IEnumerable<string> candidates, out string? problem)
    {
        problem = null;
        if (_handle != 0)
            return true;
        foreach (string candidate in candidates)
        {
            if (!NativeLibrary.TryLoad(candidate, out nint handle))
                continue;
            string version = VersionOf(handle);
            if (version == Version)
            {
                StartupOutput.Discard(handle);
                _handle = handle;
                return true;
            }

            problem ??= $"{PathOf(handle) ?? candidate} is Chipmunk {version}, but {Version} is required";
            NativeLibrary.Free(handle);
        }

        problem ??= $"Chipmunk {Version} ({FileName}) is neither installed on the system nor at {CachePath}";
        return false;
    }

    /// <summary>
    /// Runs <c>restore-chipmunk.sh</c>, as the build does; returns its error line, or null on success.
    /// </summary>
    private static string? Fetch(bool again)
    {
        _ = UserCache.Find(Environment.GetEnvironmentVariable, out string? unusable);
        if (unusable is not null)
            return unusable;
        var start = new ProcessStartInfo("/bin/sh", ["-s", "--", .. again ? (string[])["--again"] : [], CachePath])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        try
        {
            using var script = new StreamReader(typeof(ChipmunkLibrary).Assembly.GetManifestResourceStream("restore-chipmunk.sh")!);
            using var process = Process.Start(start)!;
            process.StandardInput.Write(script.ReadToEnd());
            process.StandardInput.Close();
            string error = process.StandardError.ReadToEnd();
            process.WaitForExit();
            return process.ExitCode == 0 ? null : error.Trim().ReplaceLineEndings(" ");
        }
        catch (Exception e) when (e is System.ComponentModel.Win32Exception or IOException)
        {
            return e.Message;
        }
    }

    private static IEnumerable<string> Candidates()
    {
        if (Environment.GetEnvironmentVariable("EVALCORE_IGNORE_SYSTEM_LIBRARIES") != "1")
            yield return FileName;
        yield return CachePath;
    }

    /// <summary>The version of a loaded library, from its variable <c>const char *cpVersionString</c>.</summary>
    private static string VersionOf(nint handle) =>
        NativeLibrary.TryGetExport(handle, "cpVersionString", out nint variable)
            ? Marshal.PtrToStringUTF8(*(nint*)variable) ?? "of unknown version"
            : "of unknown version";

    /// <summary>The file of a loaded library, from the process's memory map; null on systems without one.</summary>
    private static string? PathOf(nint handle)
    {
        const string Maps = "/proc/self/maps";
        if (!NativeLibrary.TryGetExport(handle, "cpSpaceStep", out nint function) || !File.Exists(Maps))
            return null;
        foreach (string line in File.ReadLines(Maps))
        {
            // 7f1c2a000000-7f1c2a021000 r-xp 00000000 08:01 123456   /usr/lib/libchipmunk.so.7
            string[] range = line[..line.IndexOf(' ', StringComparison.Ordinal)].Split('-');
            int path = line.IndexOf('/', StringComparison.Ordinal);
            if (path >= 0 && (ulong)function >= Convert.ToUInt64(range[0], 16) && (ulong)function < Convert.ToUInt64(range[1], 16))
                return line[path..];
        }

        return null;
    }
}
