using System.ComponentModel;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using EvalCore.Environments;
using EvalCore.Isolation;
using EvalCore.Options;
using EvalCore.Policies;
using EvalCore.Recording;
using EvalCore.Results;
using EvalCore.Rollout;

namespace EvalCore.Evaluation;

/// <summary>
/// The options of an evaluation: the flags of <c>lerobot-eval</c> (LeRobot 0.6.1, <c>EvalPipelineConfig</c>) with the
/// same names and defaults, plus <c>--resume</c>, <c>--shard</c> and what deals the shards.
/// </summary>
public sealed class EvalOptions
{
    internal static readonly string[] Groups = ["env", "eval", "policy"];

    /// <summary>
    /// Flags of lerobot-eval that are accepted and have no effect: they concern Python's environments, training or
    /// recording.
    /// </summary>
    private static readonly string[] WithoutEffect =
    [
        "trust_remote_code", "eval.recording", "eval.recording_repo_id", "eval.recording_private",
        "env.features", "env.features_map", "env.max_parallel_tasks", "env.disable_env_checker", "env.render_mode",
        "env.discover_packages_path", "policy.discover_packages_path", "policy.use_peft", "policy.push_to_hub",
        "policy.repo_id", "policy.private", "policy.tags", "policy.license", "policy.pretrained_revision",
    ];

    /// <summary>The flags that do not depend on the suite and the policy, and the names of these two.</summary>
    internal static IEnumerable<string> Names =>
    [
        "env.type", "env.task", "policy.path", "policy.type", "policy.device", "resume", "config_path", "shard", "shard_by", "shard_times",
        .. OptionProperty.Of(typeof(EvalOptions)).Select(property => property.Name),
        .. OptionProperty.Of(typeof(EvalConfig), "eval.").Select(property => property.Name),
        .. WithoutEffect,
    ];

    /// <summary>The key of the shard that the run in the journal plays, beside that of the flags.</summary>
    private const string ShardOfRunKey = "shard_of_run";

    /// <summary>The value of <c>--resume</c> that begins a run, or resumes the one in <c>--output_dir</c>.</summary>
    internal const string Automatic = "auto";

    private int _cores = Environment.ProcessorCount;
    private IStepFormat? _stepFormat;
    private WorkerProgram? _worker;

    /// <summary>The flags of another command; null for none.</summary>
    private object? _more;

    /// <summary>Options with their defaults. <see cref="Read"/> reads and checks them.</summary>
    public EvalOptions(EnvConfig env) => Env = env;

    /// <summary>The suite: <c>--env.*</c>.</summary>
    [JsonIgnore]
    public EnvConfig Env { get; }

    /// <summary>The number of episodes and how they are run: <c>--eval.*</c>.</summary>
    [JsonIgnore]
    public EvalConfig Eval { get; } = new();

    /// <summary>The policy: <c>--policy.*</c>.</summary>
    [JsonIgnore]
    public PolicyConfig Policy { get; private set; } = null!;

    /// <summary>The output folder.</summary>
    [Placeholder("DIR")]
    [Description("the output folder; default outputs/eval/<date>/<time>_<job_name>")]
    [AllowNull]
    public string OutputDir { get; set => field = value ?? ""; } = "";

    /// <summary>The name of the run.</summary>
    [Placeholder("NAME")]
    [Description("the name of the run; default <env.type>_<policy.type>")]
    [AllowNull]
    public string JobName { get; set => field = value ?? ""; } = "";

    /// <summary>The file of the history to which the run is added; null for none.</summary>
    [Placeholder("FILE")]
    [Description("add the run to a history, see evalcore history; default: the variable EVALCORE_HISTORY")]
    public string? History { get; set; }

    /// <summary>The seed of episode 0 of each task; episode k has <c>seed + k</c>.</summary>
    [Description("the seed of episode 0 of each task; episode k has seed + k")]
    public long Seed { get; set; } = EpisodeSpec.DefaultSeed;

    /// <summary>New names for the environment's observation keys, from old to new.</summary>
    [Description("new names for observation keys: {\"old\": \"new\"}")]
    public IReadOnlyDictionary<string, string> RenameMap { get; set; } = new Dictionary<string, string>();

    /// <summary>Whether the run writes its report.</summary>
    [Description("write report.html, one page on the run, to the output folder")]
    public bool Report { get; set; } = true;

    /// <summary>The shard of the episodes that this process plays.</summary>
    [JsonIgnore]
    public Shard Shard { get; private set; } = Shard.Whole;

    /// <summary>Whether an interrupted run in the output folder is resumed.</summary>
    [JsonIgnore]
    public bool Resume { get; private set; }

    /// <summary>Whether <see cref="OutputDir"/> is the default: the date, the time and the name of the run.</summary>
    [JsonIgnore]
    internal bool HasDefaultOutputDir { get; private set; }

    /// <summary>The flags of episodes with which a run is resumed. The run keeps its own: the next resume needs these again.</summary>
    [JsonIgnore]
    public IReadOnlyList<string> Changes { get; private set; } = [];

    /// <summary>Notes about the options for the user, one line each.</summary>
    [JsonIgnore]
    public IReadOnlyList<string> Notes { get; private set; } = [];

    /// <summary>Reads the options of an evaluation.</summary>
    /// <param name="tokens">The flags, for example <c>--env.type=pusht</c>.</param>
    /// <param name="registry">The suites and sources of policies.</param>
    /// <param name="host">The machine; <see cref="Host.Local"/> when null.</param>
    /// <param name="more">
    /// Receives the flags that another command has besides these; null for none. That command judges all episodes: it plays no shard.
    /// </param>
    /// <param name="command">The command, for messages.</param>
    /// <param name="readsPolicy">
    /// Whether the policy is read; without it, its flags are left out, and <see cref="Policy"/> must not be used.
    /// </param>
    /// <exception cref="EvalCoreException">An option is invalid; the message names the flag or file.</exception>
    public static EvalOptions Read(
        IReadOnlyList<string> tokens, Registry registry, Host? host = null, object? more = null, string command = "eval", bool readsPolicy = true)
    {
        var set = new OptionSet(tokens);
        set.Expect(command, more is null ? Names : Names.Concat(OptionProperty.Of(more.GetType()).Select(property => property.Name)), "env", "policy");
        host ??= Host.Local;
        string? waited = WaitForLock(set, host.Time);
        var changes = set.Flags("eval");
        string? resume = TakeResume(set, more is not null);
        AddFiles(set);
        if (more is not null)
            set.Bind(more);
        var options = From(set, resume, registry, host, readsPolicy, more, command);
        if (waited is not null)
            options.Notes = [waited, .. options.Notes];
        if (resume is not null)
            options.Changes = changes;
        return options;
    }

    /// <summary>Adds the values of the configuration files that flags name.</summary>
    internal static void AddFiles(OptionSet set)
    {
        if (set.TakePath("config_path") is { } file)
            set.AddFile(file, Groups);
        foreach (string group in Groups)
            set.AddGroupFile(group);
    }

    /// <summary>Reads the options of an evaluation.</summary>
    /// <param name="set">The flags, and the values of files.</param>
    /// <param name="resume">The output folder of the run that is resumed; null for a new run.</param>
    /// <param name="registry">The suites and sources of policies.</param>
    /// <param name="host">The machine.</param>
    /// <param name="readsPolicy">
    /// Whether the policy is read; without it, its flags are left out, and <see cref="Policy"/> must not be used.
    /// </param>
    /// <param name="more">The flags of another command, which judges all episodes; null for none.</param>
    /// <param name="command">The command, for messages.</param>
    /// <exception cref="EvalCoreException">An option is invalid; the message names the flag or file.</exception>
    internal static EvalOptions From(
        OptionSet set, string? resume, Registry registry, Host host, bool readsPolicy = true, object? more = null, string command = "eval")
    {
        var options = new EvalOptions(ReadEnv(set, registry)) { Resume = resume is not null, _cores = host.Cores, _more = more, _stepFormat = registry.StepFormat, _worker = registry.Worker };
        set.RefuseNull("seed", $"results here are always seeded: omit the flag, which means {EpisodeSpec.DefaultSeed}, or give a number");
        set.Bind(options.Eval, "eval.");
        set.Bind(options);
        options.Rollout.Validate();
        options.History ??= host.Variable("EVALCORE_HISTORY") is { Length: > 0 } history ? history : null;
        string? shard = set.TakeText("shard");
        options.Shard = Shard.Parse(shard ?? (more is null ? null : Shard.Whole.ToString()), host.Variable);
        var deal = ShardDeal.Read(set.TakeText("shard_by"), set.TakePath("shard_times"));
        if (options.Shard.Count > 1)
            options.Shard = options.Shard with { Deal = deal };
        if (set.TakeText(ShardOfRunKey) is { } played && played != options.Shard.ToString())
        {
            throw new EvalCoreException(
                $"--shard: {resume} is the output folder of shard {played}, and these flags play {options.Shard}, whose episodes would replace its result; "
                + $"name another folder, or give --shard={played}");
        }

        if (set.TakeText(RecordedOptions.ShardDeal) is { } before && before != deal.Text)
        {
            throw new EvalCoreException(
                $"--shard_by: the run's shards were dealt by {before}, and these flags deal by {deal.Text}: its shard would have other episodes; "
                + "give --shard_by and --shard_times as before, with unchanged times, or start a new run");
        }

        if (readsPolicy)
        {
            options.Policy = ReadPolicy(
                set, registry, options.Env,
                $"--policy.path is missing: give a checkpoint's folder, or --policy.type for a built-in policy (see evalcore list {options.Env.Type})");
        }
        else
        {
            set.Drop("policy");
        }

        var ignored = WithoutEffect.Where(name => set.Take(name) is not null).Select(name => $"--{name}").ToList();
        set.Finish(command, options.WhyUnknown);
        var notes = new List<string>();
        if (ignored.Count > 0)
            notes.Add($"these flags have no effect here: {string.Join(", ", ignored)}");
        if (shard is null && options.Shard != Shard.Whole)
            notes.Add($"playing shard {options.Shard}, read from the array job's environment variables; --shard=0/1 plays all episodes");
        options.Notes = notes;
        options.Name(resume, host.Time);
        return options;
    }

    /// <summary>
    /// Plays an environment for another process of this program, where it was started for that (<c>--eval.isolation=process</c>). A
    /// program calls this first, with its own suites; from then on it can be started so.
    /// </summary>
    /// <param name="args">The program's arguments.</param>
    /// <param name="registry">The suites.</param>
    /// <returns>The exit code; null where the program was started for something else.</returns>
    public static int? RunWorker(IReadOnlyList<string> args, Registry registry)
    {
        ArgumentNullException.ThrowIfNull(registry);
        registry.Worker = WorkerProgram.Own;
        return IsolatedWorker.IsStartedBy(args) ? IsolatedWorker.Run(args, Open) : null;

        IBenchmark Open(JsonObject flags)
        {
            var set = new OptionSet([]);
            set.Add("--eval.isolation=process", new JsonObject { ["env"] = flags }, Groups);
            return ReadEnv(set, registry).Open();
        }
    }

    /// <summary>Reads the suite, <c>--env.type</c>, and its flags.</summary>
    /// <exception cref="EvalCoreException">The suite is unknown, or the value of a flag is invalid.</exception>
    public static EnvConfig ReadEnv(OptionSet set, Registry registry)
    {
        string type = set.TakeText("env.type")
            ?? throw set.Missing($"--env.type is missing (known: {string.Join(", ", registry.EnvTypes)})", "env.type");
        var env = registry.NewEnv(type);
        set.Bind(env, "env.");
        env.Validate();
        return env;
    }

    /// <summary>
    /// Reads the policy, <c>--policy.path</c> or <c>--policy.type</c>, and its flags. Flags override the values in the
    /// policy's own files.
    /// </summary>
    /// <param name="set">The flags.</param>
    /// <param name="registry">The sources of policies.</param>
    /// <param name="env">The suite that the policy will play; null for none.</param>
    /// <param name="missing">The message when no policy is named.</param>
    /// <exception cref="EvalCoreException">No policy is named, or the named one is unknown or damaged.</exception>
    public static PolicyConfig ReadPolicy(OptionSet set, Registry registry, EnvConfig? env, string missing)
    {
        string? path = set.TakePath("policy.path"), type = set.TakeText("policy.type"), stored = set.TakePath("policy.pretrained_path");
        if (path is not null && type is not null)
        {
            throw new EvalCoreException(
                $"--policy.path and --policy.type exclude each other, as in LeRobot: the type is read from the checkpoint (if its configuration lacks it, add \"type\": \"{type}\" there)");
        }

        if (path is not null && stored is not null && path.TrimEnd('/') != stored.TrimEnd('/'))
            throw new EvalCoreException("--policy.path and --policy.pretrained_path name two policies; give one of them");
        path ??= stored;
        if (path is null && type is null)
            throw set.Missing(missing, "policy.path", "policy.type");
        PolicyConfig policy;

        // LeRobot's flag for the branch, tag or commit of a model on the Hub; a folder has none.
        if (path is not null && !Path.Exists(path) && set.TakeText("policy.pretrained_revision") is { } revision)
        {
            path = !path.Contains('@', StringComparison.Ordinal) || path.EndsWith($"@{revision}", StringComparison.Ordinal)
                ? $"{path.Split('@')[0]}@{revision}"
                : throw new EvalCoreException($"--policy.path and --policy.pretrained_revision name two revisions ('{path}' and '{revision}'); give one of them");
        }

        if (path is null)
        {
            policy = registry.NewPolicy(type!, env);
        }
        else
        {
            policy = registry.Recognize(path);
            if (type is not null && type != policy.Type)
                throw new EvalCoreException($"--policy.type: the checkpoint '{path}' is of type {policy.Type}, not {type}");
        }

        policy.Given = set.Bind(policy, "policy.");
        policy.Validate();
        return policy;
    }

    /// <summary>The options of the run, without its suite and policy.</summary>
    [JsonIgnore]
    public RolloutOptions Rollout => new()
    {
        Eval = Eval with { },
        Seed = Seed,
        OutputDir = OutputDir,
        Resume = Resume,
        Shard = Shard,
        Cores = _cores,
        StepFormat = _stepFormat,
        Worker = _worker,
    };

    /// <summary>The context in which the policy is made.</summary>
    /// <param name="warn">Receives notes for the user, one line each.</param>
    public PolicyContext PolicyContext(Action<string> warn) => Policies.PolicyContext.Of(Env) with
    {
        RenameMap = RenameMap,
        OutputDir = OutputDir,
        Warn = warn,
    };

    /// <summary>The options as a configuration file, which <c>--config_path</c> reads back.</summary>
    public JsonObject ToJson()
    {
        var env = new JsonObject { ["type"] = Env.Type };
        foreach (var property in OptionProperty.Of(Env.GetType()))
            env[property.Name] = property.JsonOf(Env);

        // A checkpoint's other values are in its own file: only the flags of all policies and the given ones are
        // written.
        var policy = new JsonObject { [Policy.Path is null ? "type" : "path"] = Policy.Path ?? Policy.Type };
        var ofEveryPolicy = OptionProperty.Of(typeof(PolicyConfig)).Select(property => property.Name);
        foreach (var property in OptionProperty.Of(Policy.GetType()).Where(p => ofEveryPolicy.Concat(Policy.Given).Contains(p.Name) && !p.IsSecret))
            policy[property.Name] = property.JsonOf(Policy);

        var json = new JsonObject { ["env"] = env, ["eval"] = Section(Eval), ["policy"] = policy };
        foreach (var property in OptionProperty.Of(typeof(EvalOptions)))
            json[property.Name] = property.JsonOf(this);
        if (Shard != Shard.Whole)
        {
            json["shard"] = Shard.ToString();
            if (Shard.Deal != ShardDeal.InTurn)
                (json["shard_by"], json[RecordedOptions.ShardDeal]) = (Shard.Deal.By, Shard.Deal.Text);
            if (Shard.Deal.Times is { } times)
                json["shard_times"] = Path.GetFullPath(times);
        }

        if (_more is not null)
            json[RecordedOptions.Gate] = Section(_more);
        return json;

        static JsonObject Section(object section) =>
            new(OptionProperty.Of(section.GetType()).Select(p => KeyValuePair.Create(p.Name, p.JsonOf(section))));
    }

    /// <summary>
    /// The flags that play the same episodes with the same policy, as a shell reads them: those that differ from the defaults, without
    /// the number of episodes in flight, videos and the output folder.
    /// </summary>
    /// <param name="registry">The suites.</param>
    public IReadOnlyList<string> ToFlags(Registry registry)
    {
        ArgumentNullException.ThrowIfNull(registry);
        var defaults = registry.NewEnv(Env.Type);
        return
        [
            Policy.Path is null ? Flag("policy.type", Policy.Type) : Flag("policy.path", Policy.Path),
            .. OptionProperty.Of(Policy.GetType()).Where(p => Policy.Given.Contains(p.Name) && !p.IsSecret).Select(p => Flag($"policy.{p.Name}", p.TextOf(Policy))),
            Flag("env.type", Env.Type),
            .. OptionProperty.Of(Env.GetType()).Where(p => p.TextOf(Env) != p.TextOf(defaults)).Select(p => Flag($"env.{p.Name}", p.TextOf(Env))),
            Flag("eval.n_episodes", $"{Eval.NEpisodes}"),
            .. Seed == EpisodeSpec.DefaultSeed ? Array.Empty<string>() : [Flag("seed", $"{Seed}")],
            .. OptionProperty.Of(typeof(EvalOptions)).Where(p => p.Name == "rename_map" && RenameMap.Count > 0).Select(p => Flag(p.Name, p.TextOf(this))),
        ];

        static string Flag(string name, string value) => $"--{name}={ShellWord.Quote(value)}";
    }

    /// <summary>Why a flag of a policy or suite does not exist.</summary>
    private string? WhyUnknown(string name) => name.Split('.', 2) switch
    {
        ["policy", var field] => $"a policy of type '{Policy.Type}' has no field '{field}'",
        ["env", var field] => $"the suite '{Env.Type}' has no flag '{field}'",
        _ => null,
    };

    /// <summary>Waits for the lock of the run that <c>--resume=auto</c> resumes. Returns a note where it waited.</summary>
    private static string? WaitForLock(OptionSet set, TimeProvider time)
    {
        var copy = set.Copy();
        return copy.TakePath("resume") == Automatic && copy.TakePath("output_dir") is { } folder && ShardLock.Wait(folder, time) is { Ticks: > 0 } waited
            ? string.Create(CultureInfo.InvariantCulture, $"{folder} was locked by another process; the run began {waited.TotalSeconds:0} s later")
            : null;
    }

    private static string? TakeResume(OptionSet set, bool hasMore)
    {
        if (set.TakePath("resume") is not { } folder || folder is "false" or "False")
            return null;
        if (folder == Automatic)
        {
            // One command line begins a run and resumes it: a job that is started again has the same one.
            folder = set.Copy().TakePath("output_dir")
                ?? throw new EvalCoreException($"--resume={Automatic}: --output_dir is missing: name the folder, whose run is resumed where it has begun");
            if (!Journal.HasRun(folder))
                return null;
        }

        if (folder is "true" or "True" && !Directory.Exists(folder))
            throw new EvalCoreException("--resume names the output folder of the interrupted run: --resume=DIR");
        if (set.TakePath("output_dir") is { } output && Path.GetFullPath(output) != Path.GetFullPath(folder))
            throw new EvalCoreException($"--output_dir: a resumed run continues in '{folder}'; omit the flag");
        var before = Journal.ReadOptions(folder);
        before.Remove("output_dir");
        before[ShardOfRunKey] = before["shard"]?.DeepClone() ?? Shard.Whole.ToString();
        if (before.ContainsKey("shard"))
            before.TryAdd(RecordedOptions.ShardDeal, ShardDeal.InTurn.Text);
        if (before.Remove(RecordedOptions.Gate, out var more) && hasMore && more is JsonObject flags)
        {
            foreach (var (name, value) in flags)
                before.TryAdd(name, value?.DeepClone());
        }

        set.Add(Path.Combine(folder, Journal.FileName), before, Groups);
        return folder;
    }

    private void Name(string? resume, TimeProvider time)
    {
        if (JobName.Length == 0)
            JobName = $"{Env.Type}_{Policy?.Type ?? "checkpoints"}";
        if (resume is not null)
            OutputDir = resume;
        if (OutputDir.Length > 0)
            return;
        HasDefaultOutputDir = true;
        var now = time.GetLocalNow();
        string suffix = Shard == Shard.Whole ? "" : $"_shard{Shard.Index}of{Shard.Count}";
        OutputDir = Path.Combine(
            "outputs", "eval", now.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
            now.ToString("HH-mm-ss", CultureInfo.InvariantCulture) + $"_{JobName}{suffix}");
    }
}
