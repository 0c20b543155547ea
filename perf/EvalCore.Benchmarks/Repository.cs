namespace EvalCore.Benchmarks;

/// <summary>Finds the files of this repository from wherever a benchmark's own program runs.</summary>
internal static class Repository
{
    public static string Checkpoint(string name)
    {
        string? folder = AppContext.BaseDirectory;
        while (folder is not null && !File.Exists(Path.Combine(folder, "Benchmarks.sln")))
            folder = Path.GetDirectoryName(folder);
        return Path.Combine(folder ?? throw new DirectoryNotFoundException("Benchmarks.sln is in no folder above"), "checkpoints", name);
    }
}
