using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace EvalCore.Torch;

/// <summary>Loads libtorch.</summary>
/// <remarks>
/// TorchSharp's own loader, where it fails, prints a page to the standard output, copies the libraries of every package
/// it finds, and blames a missing package. So the library is loaded here first: TorchSharp then finds it loaded.
/// </remarks>
internal static unsafe class TorchLibrary
{
    private const string Name = "LibTorchSharp";

    /// <summary>What the dynamic loader says of each place where a library is not.</summary>
    private const string NotThere = "No such file or directory";

    private static readonly Lazy<EvalCoreException?> Failure = new(Try);

    /// <summary>Loads the library, if it is not loaded yet.</summary>
    /// <exception cref="EvalCoreException">It cannot be loaded on this machine; the message has the loader's reason.</exception>
    public static void Load()
    {
        if (Failure.Value is { } failure)
            throw new EvalCoreException(failure.Message, failure);
    }

    /// <summary>The message for a library that does not load.</summary>
    /// <param name="loader">What the dynamic loader says: a line for each place where it looked.</param>
    /// <param name="searchPath">The value of LD_LIBRARY_PATH.</param>
    internal static string Message(string loader, string? searchPath)
    {
        string[] lines = [.. loader.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Where(line => line.Contains(": ", StringComparison.Ordinal))];
        string? reason = lines.FirstOrDefault(line => line.StartsWith('/') && !Absent(line)) ?? lines.FirstOrDefault(line => line.Contains(".so", StringComparison.Ordinal) && !Absent(line));
        if (reason is null)
            return $"libtorch cannot be loaded: {Name} is not beside the program; build again with 'dotnet build'";
        string? folder = searchPath?.Split(':').FirstOrDefault(folder => folder.Length > 0 && reason.StartsWith(folder.TrimEnd('/') + "/", StringComparison.Ordinal));
        return folder is null
            ? $"libtorch cannot be loaded: {reason}; build again with 'dotnet build', or install what is missing"
            : $"libtorch cannot be loaded: {reason}; LD_LIBRARY_PATH names {folder}, which has another program's libraries: run without it";

        static bool Absent(string line) => line.Contains(Name, StringComparison.Ordinal) && line.EndsWith(NotThere, StringComparison.Ordinal);
    }

    private static EvalCoreException? Try()
    {
        try
        {
            // In TorchSharp's order: its own library needs the other.
            NativeLibrary.TryLoad("torch_cpu", typeof(TorchSharp.torch).Assembly, null, out _);
            NativeLibrary.Load(Name, typeof(TorchSharp.torch).Assembly, null);
            _ = get_num_threads();
            EndProcessWithoutDestructors();
            return null;
        }
        catch (Exception e) when (e is DllNotFoundException or BadImageFormatException)
        {
            return new EvalCoreException(Message(e.Message, Environment.GetEnvironmentVariable("LD_LIBRARY_PATH")), e);
        }
        catch (Exception e) when (e is TypeInitializationException or NotSupportedException)
        {
            return new EvalCoreException($"libtorch cannot be loaded: {e.GetBaseException().Message.Split('\n')[0].TrimEnd('.', '\r')}", e);
        }
    }

    /// <summary>
    /// The destructors of libtorch's static objects take a tenth of a second, and free what the system frees in any case. glibc
    /// calls them at the end of the process in the reverse order of their registration, so a function that is registered now is
    /// called before them, and after .NET has ended. It is <c>_exit</c>, with the exit code.
    /// </summary>
    private static void EndProcessWithoutDestructors()
    {
        if (NativeLibrary.TryLoad("libc.so.6", out nint libc) && NativeLibrary.TryGetExport(libc, "on_exit", out nint register) && NativeLibrary.TryGetExport(libc, "_exit", out nint exit))
            _ = ((delegate* unmanaged<nint, nint, int>)register)(exit, 0);
    }
}
