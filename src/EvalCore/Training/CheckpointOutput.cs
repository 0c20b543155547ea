using System.Security.Cryptography;
using System.Text.Json.Nodes;
using EvalCore.Evaluation;
using EvalCore.Files;
using EvalCore.Results;

namespace EvalCore.Training;

/// <summary>What the output folder of a checkpoint's evaluation has from an earlier start of the program.</summary>
public static class CheckpointOutput
{
    private const string HashPrefix = "sha256:";

    /// <summary>
    /// Whether the run in a folder was of other files: a file whose SHA-256 the run recorded has another one now.
    /// </summary>
    /// <param name="folder">The output folder, which has a run.</param>
    /// <param name="checkpoint">The checkpoint.</param>
    /// <exception cref="EvalCoreException">The run's journal is damaged, or a file cannot be read.</exception>
    public static bool IsOfOtherFiles(string folder, Checkpoint checkpoint)
    {
        ArgumentNullException.ThrowIfNull(checkpoint);
        foreach (var (name, recorded) in Journal.ReadIdentity(folder).Policy.Facts)
        {
            string file = Path.Combine(checkpoint.Path, name);
            if (recorded.StartsWith(HashPrefix, StringComparison.Ordinal) && File.Exists(file) && recorded[HashPrefix.Length..] != Sha256(file))
                return true;
        }

        return false;
    }

    /// <summary>
    /// The result in the output folder, where it is of these options and complete; null where episodes or videos are missing, or errors are
    /// played again.
    /// </summary>
    /// <param name="options">The options of the checkpoint's evaluation.</param>
    public static EvalInfo? Finished(EvalOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        string file = Path.Combine(options.OutputDir, EvalInfo.FileName);
        if (!File.Exists(file))
            return null;
        try
        {
            var info = EvalInfo.Load(file);
            bool isWhole = !(options.Eval.RetryErrors && info.Errors.Count > 0) && info.Episodes.All(episode => episode.VideoPath is not null || episode.EpisodeIndex >= options.Eval.NEpisodesToRender);
            return isWhole && info.Provenance?["options"] is JsonObject before && OptionChanges.Between(before, options.ToJson(), mayAskForMore: false) is null ? info : null;
        }
        catch (EvalCoreException)
        {
            // It is written again from the journal.
            return null;
        }
    }

    /// <summary>Gives an output folder another name, so that its results are kept and the checkpoint is evaluated again.</summary>
    /// <param name="folder">The output folder.</param>
    /// <returns>The new path.</returns>
    /// <exception cref="EvalCoreException">The folder cannot be moved.</exception>
    public static string SetAside(string folder)
    {
        ArgumentNullException.ThrowIfNull(folder);
        try
        {
            int number = 1;
            while (Path.Exists($"{folder}_before_{number}"))
                number++;
            Directory.Move(folder, $"{folder}_before_{number}");
            return $"{folder}_before_{number}";
        }
        catch (Exception e) when (EvalCoreException.IsFileError(e))
        {
            throw EvalCoreException.CannotWrite($"--output_dir: {folder}", e);
        }
    }

    private static string Sha256(string file)
    {
        try
        {
            using var stream = InputFile.Open(file);
            return Convert.ToHexStringLower(SHA256.HashData(stream));
        }
        catch (Exception e) when (EvalCoreException.IsFileError(e))
        {
            throw EvalCoreException.CannotRead($"--policy.path: {file}", e);
        }
    }
}
