using System.Text.Json.Nodes;
using EvalCore.Options;
using EvalCore.Results;

namespace EvalCore.Commands.Jobs;

/// <summary>The files that run an evaluation in shards, in the folder of the shards.</summary>
/// <param name="Jobs">What runs them.</param>
/// <param name="Texts">The text of each file, by name.</param>
internal sealed record JobFiles(WrittenJobs Jobs, IReadOnlyDictionary<string, string> Texts)
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
            var json = new JsonObject { ["scheduler"] = Jobs.Scheduler == Scheduler.Slurm ? "slurm" : "k8s", ["shards"] = Jobs.Shards };
            if (Jobs.Parallelism is { } most)
                json["parallelism"] = most;
            File.WriteAllText(Path.Combine(folder, FileName), json.ToJsonString() + "\n");
        }
        catch (Exception e) when (EvalCoreException.IsFileError(e))
        {
            throw EvalCoreException.CannotWrite($"--output_dir: {folder}", e);
        }
    }

    /// <summary>Removes the files, and the folder where nothing else is in it: the same command can be given again.</summary>
    public void Delete(string folder)
    {
        try
        {
            foreach (string name in Texts.Keys.Append(FileName))
                File.Delete(Path.Combine(folder, name));
            foreach (string path in (string[])[Path.Combine(folder, SlurmScripts.Logs), folder])
            {
                if (Directory.Exists(path) && !Directory.EnumerateFileSystemEntries(path).Any())
                    Directory.Delete(path);
            }
        }
        catch (Exception e) when (EvalCoreException.IsFileError(e))
        {
            // Why the jobs were not submitted is what the user has to know; the next attempt names a file that stays.
        }
    }

    /// <summary>Reads what the jobs in a folder are; null where it has none.</summary>
    /// <exception cref="EvalCoreException">The file is damaged.</exception>
    public static WrittenJobs? Read(string folder)
    {
        string file = Path.Combine(folder, FileName);
        if (!File.Exists(file))
            return null;
        var json = JsonFile.Read(file, "the file that evalcore slurm and evalcore k8s write");
        int most = 0;
        return json["scheduler"] is JsonValue scheduler && scheduler.TryGetValue(out string? name) && name is "slurm" or "k8s"
            && json["shards"] is JsonValue shards && shards.TryGetValue(out int count) && count > 0
            && (!json.ContainsKey("parallelism") || (json["parallelism"] is JsonValue parallelism && parallelism.TryGetValue(out most) && most > 0))
            ? new WrittenJobs(name == "slurm" ? Scheduler.Slurm : Scheduler.K8s, count, most > 0 ? most : null)
            : throw new EvalCoreException($"{file}: is damaged: expected \"scheduler\" and \"shards\"; delete it, and the shards are read from their folders");
    }
}
