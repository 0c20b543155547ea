using System.Text.Json.Nodes;
using EvalCore.Evaluation;
using EvalCore.Options;
using EvalCore.Results;

namespace EvalCore.Training;

/// <summary>
/// The options of an evaluation of a training run's checkpoints: those of an evaluation, with a folder of checkpoints as
/// <c>--policy.path</c>. Each checkpoint is evaluated in a folder of its own below the output folder.
/// </summary>
public sealed class TrainingRunOptions
{
    private const string Videos = "eval.n_episodes_to_render";

    private readonly OptionSet _set;
    private readonly Registry _registry;
    private readonly Host _host;

    private TrainingRunOptions(OptionSet set, Registry registry, Host host, TrainingRun run, WatchOptions watch, EvalOptions common)
    {
        (_set, _registry, _host) = (set, registry, host);
        (Run, Watch, Common) = (run, watch, common);
    }

    /// <summary>The training run.</summary>
    public TrainingRun Run { get; }

    /// <summary>Whether, and how long, new checkpoints are waited for.</summary>
    public WatchOptions Watch { get; }

    /// <summary>What the evaluations of all checkpoints have in common. It has no policy.</summary>
    public EvalOptions Common { get; }

    /// <summary>The output folder.</summary>
    public string OutputDir => Common.OutputDir;

    /// <summary>Whether an output folder is used again without <c>--resume</c>; its options must then be these.</summary>
    public bool Continues { get; private init; }

    /// <summary>Reads the options of an evaluation, where it is of a training run's checkpoints; null where it is of one policy.</summary>
    /// <param name="tokens">The flags.</param>
    /// <param name="registry">The suites and sources of policies.</param>
    /// <param name="host">The machine; <see cref="Host.Local"/> when null.</param>
    /// <exception cref="EvalCoreException">An option is invalid; the message names the flag or file.</exception>
    public static TrainingRunOptions? Read(IReadOnlyList<string> tokens, Registry registry, Host? host = null)
    {
        var set = new OptionSet(tokens);
        set.Expect("eval", [.. EvalOptions.Names, .. OptionProperty.Of(typeof(WatchOptions)).Select(property => property.Name)], "env", "policy");
        string? resume = set.TakePath("resume");

        // A folder that has checkpoints' evaluations is continued in any case.
        if (resume is "false" or "False" or EvalOptions.Automatic)
            resume = null;
        bool isStored = resume is not null && CheckpointsFile.IsIn(resume);
        if (resume is not null && isStored)
        {
            if (set.Copy().TakePath("output_dir") is { } other && Path.GetFullPath(other) != Path.GetFullPath(resume))
                throw new EvalCoreException($"--output_dir: a resumed run continues in '{resume}'; omit the flag");
            set.Add(Path.Combine(resume, CheckpointsFile.FileName), CheckpointsFile.ReadOptions(resume), EvalOptions.Groups);
        }

        EvalOptions.AddFiles(set);
        var watch = new WatchOptions();
        bool isWatched = set.Bind(watch).Count > 0;
        string? stored = set.TakePath("policy.pretrained_path"), path = set.TakePath("policy.path") ?? stored;
        bool isRun = isStored || ((resume is null || isWatched) && path is not null && TrainingRun.IsAt(path, registry, watch.Watch));
        if (!isRun || path is null)
            return isWatched ? throw NotATrainingRun(path) : null;
        watch.Validate();
        if (resume is not null && !isStored)
            throw new EvalCoreException($"--resume: {resume} has no {CheckpointsFile.FileName}; name the output folder of an evaluation of a training run's checkpoints, or omit the flag");

        bool continues = resume is null && set.Copy().TakePath("output_dir") is { } output && CheckpointsFile.IsIn(output);
        if (continues)
            resume = set.Copy().TakePath("output_dir");

        // Hundreds of videos take longer than the episodes.
        if (!set.Has(Videos))
            set.Give(Videos, "0");
        host ??= Host.Local;
        var common = EvalOptions.From(set.Copy(), resume, registry, host, readsPolicy: false);
        return new TrainingRunOptions(set, registry, host, new TrainingRun(path, registry), watch, common) { Continues = continues };
    }

    /// <summary>The options of the evaluation of one checkpoint, which is resumed where it has begun.</summary>
    /// <exception cref="EvalCoreException">The checkpoint is damaged, or an option does not fit it.</exception>
    public EvalOptions Of(Checkpoint checkpoint)
    {
        ArgumentNullException.ThrowIfNull(checkpoint);
        string folder = Path.Combine(OutputDir, checkpoint.Name);
        var set = _set.Copy();
        set.Give("policy.path", checkpoint.Path);
        set.Give("output_dir", folder);
        return EvalOptions.From(set, Journal.HasRun(folder) ? folder : null, _registry, _host);
    }

    /// <summary>The options with which the evaluation goes on later.</summary>
    /// <param name="one">The options of one checkpoint's evaluation.</param>
    public JsonObject Given(EvalOptions one)
    {
        ArgumentNullException.ThrowIfNull(one);
        var json = one.ToJson();
        json["policy"]!["path"] = Path.GetFullPath(Run.Path);
        json.Remove("output_dir");

        // It is of one start of the program: a later one keeps the errors that are left.
        json["eval"]!.AsObject().Remove("retry_errors");
        return json;
    }

    private static EvalCoreException NotATrainingRun(string? path) => new(
        path is null ? "--watch: --policy.path is missing: give the folder of a training run's checkpoints, for example outputs/train/NAME/checkpoints"
        : Path.Exists(path) ? $"--watch: '{path}' is one policy; give the folder of a training run's checkpoints, for example outputs/train/NAME/checkpoints"
        : $"--watch: '{path}' is no folder; give the folder of a training run, which may have no checkpoint yet");
}
