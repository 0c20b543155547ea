using System.Reflection;
using System.Runtime.InteropServices;

namespace Chipmunk;

/// <summary>
/// Finds and loads the native library: the system's <c>libchipmunk.so.7</c>, else the one in the user's cache.
/// </summary>
/// <remarks>
/// The environment decides where to look: <c>EVALCORE_CACHE</c> is the cache folder (else <c>evalcore</c> in
/// <c>XDG_CACHE_HOME</c>, else <c>~/.cache/evalcore</c>), and <c>EVALCORE_IGNORE_SYSTEM_LIBRARIES=1</c> leaves the
/// system's library aside.
/// </remarks>
public static unsafe class ChipmunkLibrary
{
    /// <summary>The one version this binding is for.</summary>
    public const string Version = "7.0.3";

    private const string FileName = "libchipmunk.so.7";

    private static readonly Lock Loading = new();
    private static nint _handle;

    /// <summary>Where the library is looked for after the system's folders, and where a restore puts it.</summary>
    public static string CachePath => Path.Combine(CacheFolder, "native", $"chipmunk-{Version}", FileName);

    private static string CacheFolder
    {
        get
        {
            string? own = Environment.GetEnvironmentVariable("EVALCORE_CACHE");
            if (!string.IsNullOrEmpty(own))
                return own;
            string? cache = Environment.GetEnvironmentVariable("XDG_CACHE_HOME");
            if (string.IsNullOrEmpty(cache))
                cache = Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache");
            return Path.Combine(cache, "evalcore");
        }
    }

    /// <summary>Looks for the library without failing.</summary>
    public static LibraryStatus Find()
    {
        try
        {
            nint handle = Load();
            return new LibraryStatus(PathOf(handle), VersionOf(handle), null);
        }
        catch (DllNotFoundException e)
        {
            return new LibraryStatus(null, null, e.Message);
        }
    }

    internal static nint Resolve(string name, Assembly assembly, DllImportSearchPath? path) => Load();

    private static nint Load()
    {
        lock (Loading)
        {
            if (_handle != 0)
                return _handle;
            string? wrong = null;
            foreach (string candidate in Candidates())
            {
                if (!NativeLibrary.TryLoad(candidate, out nint handle))
                    continue;
                string version = VersionOf(handle);
                if (version == Version)
                    return _handle = handle;
                wrong ??= $"{PathOf(handle) ?? candidate} is Chipmunk {version}, and this binding is for {Version}";
                NativeLibrary.Free(handle);
            }

            throw new DllNotFoundException(
                $"{wrong ?? $"{FileName} is neither a system library nor at {CachePath}"}: "
                + "install the package libchipmunk7 ('apt-get install libchipmunk7'), "
                + "or let the build fetch it into the cache without root ('dotnet build')");
        }
    }

    private static IEnumerable<string> Candidates()
    {
        if (Environment.GetEnvironmentVariable("EVALCORE_IGNORE_SYSTEM_LIBRARIES") != "1")
            yield return FileName;
        yield return CachePath;
    }

    /// <summary>Chipmunk states its version in <c>const char *cpVersionString</c>.</summary>
    private static string VersionOf(nint handle) =>
        NativeLibrary.TryGetExport(handle, "cpVersionString", out nint variable)
            ? Marshal.PtrToStringUTF8(*(nint*)variable) ?? "of no version"
            : "of no version";

    /// <summary>The file a loaded library came from, where the system tells (Linux: the process's memory map).</summary>
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
