using System.Text.Json.Nodes;
using EvalCore.Options;
using EvalCore.Results;

namespace EvalCore.Commands.Jobs;

/// <summary>The files that run an evaluation in shards, in the folder of the shards.</summary>
/// <param name="Scheduler">What runs them.</param>
/// <param name="Shards">The number of shards.</param>
/// <param name="Texts">The text of each file, by name.</param>
internal sealed record JobFiles(Scheduler Scheduler, int Shards, IReadOnlyDictionary<string, string> Texts)
{
    /// <summary>The file that says how many shards there are, and what runs them.</summary>
    public const string FileName = "jobs.json";

    /// <summary>Checks that a folder has no jobs and no result yet.</summary>
    /// <exception cref="EvalCoreException">It has.</exception>
    public static void CheckFolder(string folder)
    {
        if (File.Exists(Path.Combine(folder, FileName)))
            throw new EvalCoreException($"--output_dir: {folder} already contains the jobs of a run; evalcore shards {ShellWord.Quote(folder)} says what is missing of it, or name another folder");
        if (File.Exists(Path.Combine(folder, EvalInfo.FileName)) || Journal.HasRun(folder))
            throw new EvalCoreException($"--output_dir: {folder} already contains a run; name another folder");
    }

    /// <summary>Writes the files.</summary>
    /// <exception cref="EvalCoreException">A file cannot be written.</exception>
    public void Write(string folder)
    {
        try
        {
            Directory.CreateDirectory(folder);
            foreach (var (name, text) in Texts)
                File.WriteAllText(Path.Combine(folder, name), text);
            File.WriteAllText(
                Path.Combine(folder, FileName),
                new JsonObject { ["scheduler"] = Scheduler == Scheduler.Slurm ? "slurm" : "k8s", ["shards"] = Shards }.ToJsonString() + "\n");
        }
        catch (Exception e) when (EvalCoreException.IsFileError(e))
        {
            throw EvalCoreException.CannotWrite($"--output_dir: {folder}", e);
        }
    }

    /// <summary>Reads what the jobs in a folder are; null where it has none.</summary>
    /// <exception cref="EvalCoreException">The file is damaged.</exception>
    public static (Scheduler Scheduler, int Shards)? Read(string folder)
    {
        string file = Path.Combine(folder, FileName);
        if (!File.Exists(file))
            return null;
        var json = JsonFile.Read(file, "the file that evalcore slurm and evalcore k8s write");
        return json["scheduler"] is JsonValue scheduler && scheduler.TryGetValue(out string? name) && name is "slurm" or "k8s"
            && json["shards"] is JsonValue shards && shards.TryGetValue(out int count) && count > 0
            ? (name == "slurm" ? Scheduler.Slurm : Scheduler.K8s, count)
            : throw new EvalCoreException($"{file}: is damaged: expected \"scheduler\" and \"shards\"; delete it, and the shards are read from their folders");
    }
}
