using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using EvalCore.Files;
using EvalCore.Options;
using Safetensors;

namespace EvalCore.Torch.Checkpoints;

/// <summary>The files of a LeRobot v0.6.1 checkpoint: a folder that <c>save_pretrained</c> wrote.</summary>
/// <param name="path">The folder.</param>
internal sealed class CheckpointFolder(string path)
{
    /// <summary>The folder inside a training run's checkpoint that has the policy's files.</summary>
    public const string Inner = "pretrained_model";

    private const string ConfigName = "config.json";

    private const string SingleName = "model.safetensors";

    private const string AdapterName = "adapter_config.json";

    /// <summary>How many checkpoints in a folder that is none are named.</summary>
    private const int MostInside = 4;

    private static readonly string[] PickleEndings = [".bin", ".ckpt", ".pt", ".pth", ".pkl"];

    /// <summary>The folder.</summary>
    public string Root => path;

    /// <summary>The configuration: a JSON object whose <c>type</c> names the policy.</summary>
    public string Config => Path.Combine(path, ConfigName);

    /// <summary>The parameters: <c>model.safetensors</c>, or the index of several files where only that is there.</summary>
    public string Model
    {
        get
        {
            string single = Path.Combine(path, SingleName);
            string index = single + WeightFiles.IndexEnding;
            return !File.Exists(single) && File.Exists(index) ? index : single;
        }
    }

    /// <summary>The pipeline from the environment's observation to the network's input.</summary>
    public string Preprocessor => Path.Combine(path, "policy_preprocessor.json");

    /// <summary>The pipeline from the network's actions to the environment's.</summary>
    public string Postprocessor => Path.Combine(path, "policy_postprocessor.json");

    /// <summary>Whether it has pipelines; one from before LeRobot had them has its statistics inside the model.</summary>
    public bool HasPipelines => File.Exists(Preprocessor);

    /// <summary>Why the folder is no checkpoint, where it has no configuration: names the folder that has one, if there is one.</summary>
    public string? LacksConfig
    {
        get
        {
            if (File.Exists(Config))
                return null;
            if (Adapter is { } adapter)
                return adapter;
            if (Nested() is { } inner)
                return $"--policy.path: '{path}' has no {ConfigName}, its folder {Path.GetRelativePath(path, inner)} has; give --policy.path={inner}";
            string[] inside = [.. Inside().Take(MostInside)];
            if (inside.Length > 0)
            {
                string others = inside.Length == 1 ? "" : $" (or {string.Join(", ", inside.Skip(1))})";
                return $"--policy.path: '{path}' has no {ConfigName}, but checkpoints in it have; give --policy.path={inside[0]}{others}";
            }

            return Pickle is { } pickle
                ? $"--policy.path: '{path}' has no {ConfigName}, but {pickle}: a PyTorch checkpoint (a pickle), which is not read; only LeRobot's folders with {ConfigName} and model.safetensors are"
                : $"--policy.path: '{path}' has no {ConfigName}; it is neither a LeRobot checkpoint (a folder {Inner}/) nor a folder of them (checkpoints/005000/{Inner}/)";
        }
    }

    /// <summary>What a user should know of the folder's files, one line each.</summary>
    public IEnumerable<string> Notes
    {
        get
        {
            string read = Path.GetFileName(Model);
            if (read == SingleName && (File.Exists(Path.Combine(path, SingleName + WeightFiles.IndexEnding)) ? SingleName + WeightFiles.IndexEnding : Shard) is { } several)
                yield return $"{path}: the weights are read from {read}, as in LeRobot, and not from {several} beside it";
            if (File.Exists(Path.Combine(path, AdapterName)))
                yield return $"{path}: the weights are read from {read}; the adapter beside it (PEFT, {AdapterName}) is not applied";
        }
    }

    /// <summary>The name of one of several files of weights; null where there is none.</summary>
    private string? Shard => Directory.EnumerateFiles(path, "model-*-of-*.safetensors").Select(Path.GetFileName).Order(StringComparer.Ordinal).FirstOrDefault();

    /// <summary>Why the folder is no policy, where it has only the adapter of one; null elsewhere.</summary>
    private string? Adapter
    {
        get
        {
            string file = Path.Combine(path, AdapterName);
            if (!File.Exists(file) || File.Exists(Model))
                return null;
            string of = "another policy";
            try
            {
                of = JsonFile.Read(file, "the configuration of an adapter")["base_model_name_or_path"] is JsonValue value
                    && value.TryGetValue(out string? name) ? $"'{name}'" : of;
            }
            catch (EvalCoreException)
            {
                // What it adapts is not needed to say what it is.
            }

            return $"--policy.path: {path} has only an adapter (PEFT, {AdapterName}) of {of}; merge it into that policy with PEFT's merge_and_unload(), save the policy with save_pretrained, and give that folder";
        }
    }

    /// <summary>The name of a file in the folder that PyTorch pickles weights into; null where there is none.</summary>
    private string? Pickle => Directory.EnumerateFiles(path).Select(Path.GetFileName)
        .Where(name => PickleEndings.Contains(Path.GetExtension(name))).Order(StringComparer.Ordinal).FirstOrDefault();

    /// <summary>
    /// What to do with a path that is a file: one of a checkpoint's, or a pickle, or a link to nothing; null for another file
    /// and where there is none.
    /// </summary>
    public static string? ExplainFile(string file)
    {
        if (!File.Exists(file))
            return null;
        if (File.ResolveLinkTarget(file, returnFinalTarget: true) is { } target && !Path.Exists(target.FullName))
            return $"--policy.path: '{file}' is a link to '{target.FullName}', which is not there";
        string folder = Path.GetDirectoryName(Path.GetFullPath(file))!;
        if (PickleEndings.Contains(Path.GetExtension(file)) || IsPickle(file))
        {
            return $"--policy.path: '{file}' is a PyTorch checkpoint (a pickle), which is not read; only LeRobot's folders with {ConfigName} and model.safetensors are";
        }

        return Path.GetExtension(file) is ".safetensors" or ".json" && new CheckpointFolder(folder).LacksConfig is null
            ? $"--policy.path: '{file}' is a file; give the folder it is in: --policy.path={folder}"
            : Path.GetExtension(file) is ".safetensors"
                ? $"--policy.path: '{file}' is a file; a policy is a folder with {ConfigName} and model.safetensors, and '{folder}' has no {ConfigName}"
                : null;
    }

    /// <summary>The folder of the policy in a folder that lerobot-train writes at one step; null where there is none.</summary>
    public static string? PolicyIn(string folder)
    {
        string inner = Path.Combine(folder, Inner);
        return Directory.Exists(inner) ? inner : File.Exists(Path.Combine(folder, ConfigName)) || File.Exists(Path.Combine(folder, SingleName)) ? folder : null;
    }

    /// <summary>
    /// What is missing of a checkpoint that is still being written, in one line; null where nothing is. lerobot-train writes
    /// config.json, the weights, train_config.json, and of each pipeline the state files and then the pipeline; a copy may have any
    /// order. (LeRobot v0.6.1, common/train_utils.py, save_checkpoint.)
    /// </summary>
    public string? Unfinished
    {
        get
        {
            try
            {
                if (!File.Exists(Config))
                    return $"{ConfigName} is not there yet";
                _ = JsonFile.Read(Config, "the configuration of a LeRobot checkpoint");
                if (File.Exists(Path.Combine(path, AdapterName)) && !File.Exists(Model))
                    return null;
                if (!File.Exists(Model))
                    return $"{Path.GetFileName(Model)} is not there yet";
                bool isOld;
                using (var weights = WeightFiles.Open(Model))
                    isOld = weights.Statistics.Count > 0;
                string[] pipelines = [.. ((string[])[Preprocessor, Postprocessor]).Where(File.Exists)];
                if (pipelines.Length == 0 && isOld)
                    return null;
                if (pipelines.Length < 2)
                    return $"{Path.GetFileName(pipelines is [var one] && one == Preprocessor ? Postprocessor : Preprocessor)} is not there yet";
                return pipelines.Select(UnfinishedState).FirstOrDefault(missing => missing is not null);
            }
            catch (Exception e) when (e is EvalCoreException or SafetensorsException)
            {
                return e.Message;
            }
            catch (Exception e) when (EvalCoreException.IsFileError(e))
            {
                return EvalCoreException.Reason(e);
            }
        }
    }

    /// <summary>What is missing of the state files that a pipeline names; null where nothing is.</summary>
    private static string? UnfinishedState(string pipeline)
    {
        foreach (var step in JsonFile.Read(pipeline, "a processor pipeline")["steps"] as JsonArray ?? [])
        {
            if ((step as JsonObject)?["state_file"] is not JsonValue value || !value.TryGetValue(out string? name) || name != Path.GetFileName(name))
                continue;
            string file = Path.Combine(Path.GetDirectoryName(pipeline)!, name);
            if (!File.Exists(file))
                return $"{name} is not there yet";
            using (SafetensorsFile.Open(file))
            {
            }
        }

        return null;
    }

    /// <summary>Checks that the folder has parameters and pipelines.</summary>
    /// <exception cref="EvalCoreException">A file is missing.</exception>
    public void CheckComplete()
    {
        if (Adapter is { } adapter)
            throw new EvalCoreException(adapter);
        if (!File.Exists(Model))
        {
            if (Shard is { } shard)
            {
                throw new EvalCoreException(
                    $"--policy.path: {path} has {shard}, but no {SingleName}{WeightFiles.IndexEnding}, which lists what is in each file of weights; copy it from the same checkpoint");
            }

            throw new EvalCoreException(Pickle is { } pickle
                ? $"--policy.path: {path} has no {Path.GetFileName(Model)}, but {pickle}: a pickle, which is not read; load the policy in Python and save it with save_pretrained"
                : $"--policy.path: {path} has no {Path.GetFileName(Model)}");
        }

        string[] missing = [.. ((string[])[Preprocessor, Postprocessor]).Where(pipeline => !File.Exists(pipeline))];
        if (missing.Length == 1)
            throw new EvalCoreException($"--policy.path: {path} has no {Path.GetFileName(missing[0])}; copy it from the same checkpoint");
    }

    /// <summary>SHA-256 of a file, in lower-case hexadecimal.</summary>
    public static string Sha256(string file)
    {
        using var stream = File.OpenRead(file);
        return Convert.ToHexStringLower(SHA256.HashData(stream));
    }

    /// <summary>The folders in a folder that can be read; none where there is no such folder.</summary>
    private static IEnumerable<string> Folders(string folder) =>
        Directory.Exists(folder) ? Directory.EnumerateDirectories(folder, "*", new EnumerationOptions { IgnoreInaccessible = true }) : [];

    private static bool IsPickle(string file)
    {
        try
        {
            using var stream = InputFile.Open(file);
            byte[] start = new byte[ForeignContent.Length];
            return ForeignContent.Describe(start.AsSpan(0, stream.Read(start)))?.Contains("pickle", StringComparison.Ordinal) == true;
        }
        catch (Exception e) when (EvalCoreException.IsFileError(e))
        {
            return false;
        }
    }

    /// <summary>The checkpoints in the folders of this one: their own folders, or the last step of a training run.</summary>
    private IEnumerable<string> Inside() => Folders(path).Order(StringComparer.Ordinal)
        .Select(folder => new CheckpointFolder(folder)).Select(folder => File.Exists(folder.Config) ? folder.Root : folder.Nested(upwards: false)).OfType<string>();

    /// <summary>
    /// The folder with the policy where this is another folder of a training run (a step of it, its checkpoints, the run
    /// itself, or the optimizer's state beside the policy) or of Hugging Face's cache.
    /// </summary>
    private string? Nested(bool upwards = true)
    {
        string[] steps = [path, Path.Combine(path, "last"), .. Steps(path), Path.Combine(path, "checkpoints", "last"), .. Steps(Path.Combine(path, "checkpoints"))];
        string snapshots = Path.Combine(path, "snapshots");
        return steps.Concat(upwards && Path.GetDirectoryName(Path.GetFullPath(path)) is { } above ? [above] : []).Select(step => Path.Combine(step, Inner))
            .Concat(Folders(snapshots).OrderDescending(StringComparer.Ordinal))
            .FirstOrDefault(folder => File.Exists(Path.Combine(folder, ConfigName)));

        // The last step first.
        static IEnumerable<string> Steps(string folder) => Folders(folder)
            .Where(step => long.TryParse(Path.GetFileName(step), NumberStyles.None, CultureInfo.InvariantCulture, out _))
            .OrderByDescending(step => long.Parse(Path.GetFileName(step), CultureInfo.InvariantCulture));
    }
}
