namespace EvalCore.Benchmarks;

/// <summary>Finds the files of this repository from the folder of the benchmark program.</summary>
internal static class Repository
{
    public static string Checkpoint(string name)
    {
        string? folder = AppContext.BaseDirectory;
        while (folder is not null && !File.Exists(Path.Combine(folder, "Benchmarks.sln")))
            folder = Path.GetDirectoryName(folder);
        return Path.Combine(folder ?? throw new DirectoryNotFoundException("no folder above the program contains Benchmarks.sln"), "checkpoints", name);
    }
}
