using System.Text.Json.Nodes;

namespace EvalCore.Results;

/// <summary>Reads the result of a run from its output folder.</summary>
public static class RunFolder
{
    /// <summary>
    /// Reads <c>eval_info.json</c>; without one, for a run that goes on or was killed, the episodes that its journal has.
    /// </summary>
    /// <param name="run">An output folder, or a file <c>eval_info.json</c>.</param>
    /// <exception cref="EvalCoreException">There is neither, or the file is damaged.</exception>
    public static EvalInfo Load(string run)
    {
        string file = FileOf(run);
        return File.Exists(file) || !HasRun(run) ? EvalInfo.Load(file) : OfJournal(run);
    }

    /// <summary>Whether there is a result, or a journal.</summary>
    /// <param name="run">An output folder, or a file <c>eval_info.json</c>.</param>
    public static bool HasRun(string run) => File.Exists(FileOf(run)) || File.Exists(Path.Combine(run, Journal.FileName));

    /// <summary>The file with the result of a run.</summary>
    /// <param name="run">An output folder, or the file itself.</param>
    public static string FileOf(string run) => Directory.Exists(run) || !Path.Exists(run) ? Path.Combine(run, EvalInfo.FileName) : run;

    /// <summary>The output folders in a folder, as of a training run's checkpoints; empty where there is none.</summary>
    internal static string[] In(string folder)
    {
        try
        {
            return [.. Directory.EnumerateDirectories(folder.Length == 0 ? "." : folder).Where(inner => File.Exists(Path.Combine(inner, EvalInfo.FileName))).Order(StringComparer.Ordinal)];
        }
        catch (Exception e) when (EvalCoreException.IsFileError(e))
        {
            return [];
        }
    }

    private static EvalInfo OfJournal(string folder)
    {
        var (identity, options, episodes, elapsedS) = Journal.Read(folder);
        var provenance = new JsonObject { ["output_dir"] = folder };
        foreach (var (key, value) in identity.ToJson())
            provenance[key] = value?.DeepClone();
        provenance["options"] = options;

        // The later of two records of an episode is valid.
        return new EvalInfo(episodes.Reverse().DistinctBy(episode => episode.Key).Reverse(), elapsedS, folder, provenance);
    }
}
