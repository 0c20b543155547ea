using System.Reflection;
using System.Runtime.InteropServices;
using EvalCore.Assets;
using EvalCore.Diagnostics;
using Microsoft.ML.OnnxRuntime;

namespace EvalCore.Onnx;

/// <summary>
/// Loads onnxruntime's native library: the one beside the program, where its project has the package
/// <c>Microsoft.ML.OnnxRuntime</c>; or else the first of these: in the user's cache, in the folder that <c>EVALCORE_MIRROR</c> names,
/// in NuGet's folder of packages.
/// </summary>
internal static class OnnxLibrary
{
    /// <summary>The version of the binding; a library of another version may have another interface.</summary>
    public const string Version = "1.31.1";

    private const string Package = "Microsoft.ML.OnnxRuntime";

    private static readonly Lazy<EvalCoreException?> Failure = new(Try);

    private static string? _path;

    /// <summary>For <c>evalcore doctor</c>.</summary>
    public static Check Check { get; } = new("onnxruntime", Describe, Optional: true);

    private static string FileName => OperatingSystem.IsWindows() ? "onnxruntime.dll" : OperatingSystem.IsMacOS() ? "libonnxruntime.dylib" : "libonnxruntime.so";

    private static string Platform =>
        $"{(OperatingSystem.IsWindows() ? "win" : OperatingSystem.IsMacOS() ? "osx" : "linux")}-{RuntimeInformation.ProcessArchitecture.ToString().ToLowerInvariant()}";

    /// <summary>Loads the library, if it is not loaded yet.</summary>
    /// <exception cref="EvalCoreException">It is not on this machine, or does not load; the message says what to do.</exception>
    public static void Load()
    {
        if (Failure.Value is { } failure)
            throw new EvalCoreException(failure.Message, failure);
    }

    /// <summary>The places where the library may be, besides the program's folder.</summary>
    /// <param name="variable">Reads an environment variable.</param>
    internal static IEnumerable<string> Candidates(Func<string, string?> variable)
    {
        string inFolder = Path.Combine("native", $"onnxruntime-{Version}-{Platform}", FileName);
        if (Cache() is { } cache)
            yield return Path.Combine(cache, inFolder);
        if (variable("EVALCORE_MIRROR") is { Length: > 0 } mirror)
            yield return Path.Combine(Path.GetFullPath(mirror), inFolder);
        string packages = variable("NUGET_PACKAGES") is { Length: > 0 } own
            ? own
            : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");
        yield return Path.Combine(packages, Package.ToLowerInvariant(), Version, "runtimes", Platform, "native", FileName);
    }

    private static string? Cache()
    {
        try
        {
            return AssetStore.CacheFolder;
        }
        catch (EvalCoreException)
        {
            // Said by the check of the cache.
            return null;
        }
    }

    private static string Describe()
    {
        Load();
        return $"{OrtEnv.Instance().GetVersionString()}{(_path is null ? "" : $", {_path}")}";
    }

    private static EvalCoreException? Try()
    {
        try
        {
            OrtEnv.DisableDllImportResolver = true;
            NativeLibrary.SetDllImportResolver(typeof(OrtEnv).Assembly, Resolve);

            // onnxruntime writes what it has to say to the standard error, a page for each mistake in a model.
            var options = new EnvironmentCreationOptions { logId = "evalcore", logLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL };
            var environment = OrtEnv.CreateInstanceWithOptions(ref options);
            environment.DisableTelemetryEvents();
            return environment.GetVersionString() is var found && found.StartsWith(Version[..(Version.LastIndexOf('.') + 1)], StringComparison.Ordinal) ? null
                : new EvalCoreException($"onnxruntime's library {_path ?? FileName} has version {found}, but {Version} is needed; add the package {Package} {Version} to your program");
        }
        catch (Exception e) when (e is DllNotFoundException or BadImageFormatException or EntryPointNotFoundException or TypeInitializationException)
        {
            return new EvalCoreException(
                $"onnxruntime's library ({FileName}, {Version}) is not on this machine, or does not load: add the package {Package} {Version} to your program; in EvalCore's repository build once with -p:Onnx=cpu", e);
        }
    }

    private static nint Resolve(string name, Assembly assembly, DllImportSearchPath? search)
    {
        if (!name.StartsWith("onnxruntime", StringComparison.Ordinal) || NativeLibrary.TryLoad("onnxruntime", assembly, search, out nint library))
            return NativeLibrary.TryLoad(name, assembly, search, out library) ? library : 0;
        foreach (string file in Candidates(Environment.GetEnvironmentVariable).Where(File.Exists))
        {
            if (!NativeLibrary.TryLoad(file, out library))
                continue;
            _path = file;
            return library;
        }

        return 0;
    }
}
