using System.ComponentModel;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using EvalCore.Environments;
using EvalCore.Policies;
using EvalCore.Results;

namespace EvalCore.Options;

/// <summary>
/// All that is asked of an evaluation: the flags of <c>lerobot-eval</c> (LeRobot 0.6.1, <c>EvalPipelineConfig</c>) with
/// the same names and defaults, and <c>--resume</c> and <c>--shard</c>.
/// </summary>
public sealed class EvalOptions
{
    private static readonly string[] Groups = ["env", "eval", "policy"];

    /// <summary>
    /// What lerobot-eval takes and has no effect here: it concerns Python's environments, training, or recording.
    /// </summary>
    private static readonly string[] WithoutEffect =
    [
        "trust_remote_code", "eval.recording", "eval.recording_repo_id", "eval.recording_private",
        "env.features", "env.features_map", "env.max_parallel_tasks", "env.disable_env_checker", "env.render_mode",
        "env.discover_packages_path", "policy.discover_packages_path", "policy.use_peft", "policy.push_to_hub",
        "policy.repo_id", "policy.private", "policy.tags", "policy.license", "policy.pretrained_revision",
    ];

    /// <summary>Options with their defaults. <see cref="Read"/> checks them and settles what depends on the machine.</summary>
    public EvalOptions(EnvConfig env) => Env = env;

    /// <summary>The suite: <c>--env.*</c>.</summary>
    [JsonIgnore]
    public EnvConfig Env { get; }

    /// <summary>How many episodes: <c>--eval.*</c>.</summary>
    [JsonIgnore]
    public EvalConfig Eval { get; } = new();

    /// <summary>The policy: <c>--policy.*</c>; its type is known.</summary>
    [JsonIgnore]
    public PolicyOptions Policy { get; private set; } = new();

    /// <summary>Where the results go.</summary>
    [Placeholder("DIR")]
    [Description("where the results go; default outputs/eval/<date>/<time>_<job_name>")]
    [AllowNull]
    public string OutputDir { get; set => field = value ?? ""; } = "";

    /// <summary>The name of the run.</summary>
    [Placeholder("NAME")]
    [Description("the name of the run; default <env.type>_<policy.type>")]
    [AllowNull]
    public string JobName { get; set => field = value ?? ""; } = "";

    /// <summary>The seed of episode 0 of each task; episode k has <c>seed + k</c>.</summary>
    [Description("the seed of episode 0 of each task; episode k has seed + k")]
    public long Seed { get; set; } = 1000;

    /// <summary>New names for the environment's observation keys, from old to new.</summary>
    [Description("new names for observation keys: {\"old\": \"new\"}")]
    public IReadOnlyDictionary<string, string> RenameMap { get; set; } = new Dictionary<string, string>();

    /// <summary>The slice of the episodes this process plays.</summary>
    [JsonIgnore]
    public Shard Shard { get; private set; } = Shard.Whole;

    /// <summary>Whether the run goes on in an output folder that is already there.</summary>
    [JsonIgnore]
    public bool Resume { get; private set; }

    /// <summary>A line for each thing about the options that the user should know.</summary>
    [JsonIgnore]
    public IReadOnlyList<string> Notes { get; private set; } = [];

    /// <summary>Reads the options of an evaluation.</summary>
    /// <param name="tokens">The flags, for example <c>--env.type=pusht</c>.</param>
    /// <param name="registry">The suites and policies there are.</param>
    /// <param name="host">The machine; <see cref="Host.Local"/> when null.</param>
    /// <exception cref="EvalCoreException">Something asked for is not possible; the message names the flag or file.</exception>
    public static EvalOptions Read(IReadOnlyList<string> tokens, Registry registry, Host? host = null)
    {
        host ??= Host.Local;
        var set = new OptionSet(tokens);
        string? resume = TakeResume(set);
        if (set.TakeText("config_path") is { } file)
            set.AddFile(file, Groups);
        foreach (string group in Groups)
            set.AddGroupFile(group);

        var options = new EvalOptions(set.TakeEnv(registry)) { Resume = resume is not null };
        set.Bind(options.Eval, "eval.");
        options.Eval.Resolve(host.Cores);
        set.Bind(options);
        EvalConfig.CheckSeed(options.Seed);
        string? shard = set.TakeText("shard");
        options.Shard = Shard.Parse(shard, host.Variable);
        options.Policy = set.TakePolicy(
            policy => registry.PoliciesFor(policy, options.Env).Fields(policy.Type!),
            $"--policy.path is missing: give a checkpoint's folder, or --policy.type for a built-in policy (see evalcore list {options.Env.Type})");
        options.Policy.Seed = options.Seed;
        options.Policy.RenameMap = options.RenameMap;

        var ignored = WithoutEffect.Where(name => set.Take(name) is not null).Select(name => $"--{name}").ToList();
        set.Finish("eval");
        var notes = new List<string>();
        if (ignored.Count > 0)
            notes.Add($"without effect here: {string.Join(", ", ignored)}");
        if (shard is null && options.Shard != Shard.Whole)
            notes.Add($"slice {options.Shard} of the episodes, as this array job's environment says; --shard=0/1 plays all");
        options.Notes = notes;
        options.Name(resume, host.Time);
        return options;
    }

    /// <summary>The options as a configuration file has them: <c>--config_path</c> reads it back.</summary>
    public JsonObject ToJson()
    {
        var env = new JsonObject { ["type"] = Env.Type };
        foreach (var property in OptionProperty.Of(Env.GetType()))
            env[property.Name] = property.JsonOf(Env);
        var policy = new JsonObject();
        foreach (var property in OptionProperty.Of(typeof(PolicyOptions)))
            policy[property.Name] = property.JsonOf(Policy);
        policy.Remove(Policy.Path is null ? "path" : "type");
        foreach (var (name, text) in Policy.Overrides)
            policy[name] = ParseOrText(text);
        var json = new JsonObject { ["env"] = env, ["eval"] = Section(Eval), ["policy"] = policy };
        foreach (var property in OptionProperty.Of(typeof(EvalOptions)))
            json[property.Name] = property.JsonOf(this);
        if (Shard != Shard.Whole)
            json["shard"] = Shard.ToString();
        return json;

        static JsonObject Section(object section) =>
            new(OptionProperty.Of(section.GetType()).Select(p => KeyValuePair.Create(p.Name, p.JsonOf(section))));
    }

    private static string? TakeResume(OptionSet set)
    {
        if (set.TakeText("resume") is not { } folder)
            return null;
        if (set.TakeText("output_dir") is { } output && Path.GetFullPath(output) != Path.GetFullPath(folder))
            throw new EvalCoreException($"--output_dir: a resumed run goes on in '{folder}'; leave the flag away");
        var before = Journal.ReadOptions(folder);
        before.Remove("output_dir");
        set.Add(Path.Combine(folder, Journal.FileName), before, Groups);
        return folder;
    }

    private void Name(string? resume, TimeProvider time)
    {
        if (JobName.Length == 0)
            JobName = $"{Env.Type}_{Policy.Type}";
        if (resume is not null)
            OutputDir = resume;
        if (OutputDir.Length > 0)
            return;
        var now = time.GetLocalNow();
        string slice = Shard == Shard.Whole ? "" : $"_shard{Shard.Index}of{Shard.Count}";
        OutputDir = Path.Combine(
            "outputs", "eval", now.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
            now.ToString("HH-mm-ss", CultureInfo.InvariantCulture) + $"_{JobName}{slice}");
    }

    private static JsonNode? ParseOrText(string text)
    {
        try
        {
            return JsonNode.Parse(text);
        }
        catch (JsonException)
        {
            return text;
        }
    }
}
