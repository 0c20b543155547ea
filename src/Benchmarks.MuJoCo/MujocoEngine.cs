using EvalCore;
using EvalCore.Assets;
using MuJoCo;

namespace Benchmarks.MuJoCo;

/// <summary>
/// MuJoCo on this machine, for <c>provenance</c>. The library of the official release need not be the file that the reference
/// data was recorded with: an unknown one is used, and <see cref="SelfTest"/> says whether it rounds the same way.
/// </summary>
public static class MujocoEngine
{
    private static readonly Lazy<bool> Rounds = new(RoundsAsReference);

    /// <summary>
    /// For <c>IBenchmark.EngineVersions</c>: the version, and besides, when the library rounds differently than the reference,
    /// its SHA-256: results are then merged only with results of the same file. The first call may download the library.
    /// </summary>
    public static IReadOnlyDictionary<string, string> Versions
    {
        get
        {
            var versions = new Dictionary<string, string> { ["mujoco"] = Mujoco.RequiredVersion };
            if (LibrarySha256 is { } hash && !Rounds.Value)
                versions["mujoco_library"] = hash;
            return versions;
        }
    }

    /// <summary>The SHA-256 of the loaded library; null where there is no library.</summary>
    public static string? LibrarySha256
    {
        get
        {
            try
            {
                return MujocoLibrary.Sha256;
            }
            catch (MujocoException)
            {
                // Reported when an episode needs it.
                return null;
            }
        }
    }

    /// <summary>For <c>IBenchmark.EngineLibraries</c>: the SHA-256 of the loaded library; empty where there is no library.</summary>
    public static IReadOnlyDictionary<string, string> Libraries =>
        LibrarySha256 is { } hash ? new Dictionary<string, string> { ["mujoco"] = hash } : new Dictionary<string, string>();

    /// <summary>For <c>IBenchmark.Notes</c>: variables without effect, and a library that rounds differently.</summary>
    public static IReadOnlyList<string> Notes
    {
        get
        {
            List<string> notes = [.. RenderingVariables.Notes(Environment.GetEnvironmentVariable)];
            if (LibrarySha256 is not null && !Rounds.Value)
                notes.Add($"{Mujoco.LibraryPath} is MuJoCo {Mujoco.Version}, but rounds differently than the library of the reference data: results are merged only with results of the same file");
            return notes;
        }
    }

    /// <summary>What <c>evalcore doctor</c> says about the library.</summary>
    /// <exception cref="EvalCoreException">It is missing or of another version; the line says what to do.</exception>
    public static string Describe()
    {
        if (MujocoLibrary.Find() is null)
            throw new EvalCoreException("not here: the first evaluation that needs it downloads it, or run 'evalcore assets fetch'");
        string hash = MujocoErrors.Translate(() => MujocoLibrary.Sha256);
        string verdict = hash == MujocoLibrary.ReferenceSha256
            ? "the library of the reference data"
            : $"unknown SHA-256 {hash}, {(Rounds.Value ? "rounds as" : "rounds differently than")} the library of the reference data";
        return $"{Mujoco.Version}, {Mujoco.LibraryPath}, {verdict}";
    }

    /// <summary>Downloads the library into the cache where this machine has none.</summary>
    /// <exception cref="EvalCoreException">It cannot be fetched; the line says why.</exception>
    public static string Fetch() => MujocoLibrary.Find() is null && MujocoLibrary.Restore() is { } problem
        ? throw new EvalCoreException($"MuJoCo: {problem}")
        : Describe();

    private static bool RoundsAsReference()
    {
        string hash = MujocoLibrary.Sha256;
        return hash == MujocoLibrary.ReferenceSha256 || StatesOf(hash) == SelfTest.Expected;
    }

    /// <summary>
    /// The result of the test, kept in the cache for each library and machine: the C library's functions differ between
    /// processors.
    /// </summary>
    private static string StatesOf(string library)
    {
        string? kept = null;
        try
        {
            kept = Path.Combine(
                AssetStore.CacheFolder, "native", $"mujoco-{Mujoco.RequiredVersion}-selftest", $"{library[..16]}-{SelfTest.Expected[..8]}-{Environment.MachineName}");
            if (File.Exists(kept))
                return File.ReadAllText(kept).Trim();
        }
        catch (Exception e) when (e is EvalCoreException or IOException or UnauthorizedAccessException)
        {
            // Played again.
        }

        string states = SelfTest.Run();
        try
        {
            if (kept is not null)
            {
                Directory.CreateDirectory(Path.GetDirectoryName(kept)!);
                File.WriteAllText(kept, states + "\n");
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A cache that cannot be written: the next program plays it again.
        }

        return states;
    }
}
