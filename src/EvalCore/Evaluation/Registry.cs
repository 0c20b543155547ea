using EvalCore.Assets;
using EvalCore.Diagnostics;
using EvalCore.Environments;
using EvalCore.History;
using EvalCore.Isolation;
using EvalCore.Options;
using EvalCore.Policies;
using EvalCore.Queries;
using EvalCore.Recording;
using EvalCore.Video;

namespace EvalCore.Evaluation;

/// <summary>The suites and sources of policies of a program. EvalCore itself has none: the program adds them.</summary>
public sealed class Registry
{
    private readonly SortedDictionary<string, ISuite> _suites = new(StringComparer.Ordinal);
    private readonly List<IPolicySource> _policies = [];

    /// <summary>The suites: the values of <c>--env.type</c>.</summary>
    public IReadOnlyCollection<string> EnvTypes => _suites.Keys;

    /// <summary>The policy types, each with a one-line description.</summary>
    public IReadOnlyDictionary<string, string> PolicyTypes =>
        _policies.SelectMany(source => source.Types).DistinctBy(type => type.Key)
            .ToDictionary(type => type.Key, type => type.Value, StringComparer.Ordinal);

    /// <summary>The prerequisites that <c>evalcore doctor</c> checks.</summary>
    public IReadOnlyList<Check> Checks =>
    [
        Check.Runtime, FfmpegEncoder.Check, AssetStore.CacheCheck, AssetStore.MirrorCheck, UnreadVariables.Check,
        // Several suites can share a check, for example that of MuJoCo.
        .. _suites.Values.SelectMany(suite => suite.Checks).Concat(_policies.SelectMany(source => source.Checks)).Distinct(),
    ];

    /// <summary>
    /// The suites and sources of policies with the prerequisites of each, by name: a suite's type, a source's types. A source
    /// works without its optional ones, for example without a GPU.
    /// </summary>
    public IReadOnlyList<(string Name, IReadOnlyList<Check> Checks)> Parts =>
    [
        .. _suites.Select(suite => (suite.Key, suite.Value.Checks)),
        .. _policies.Where(source => source.Checks.Count > 0).Select(source =>
            (string.Join(", ", source.Types.Keys), (IReadOnlyList<Check>)[.. source.Checks.Where(check => !check.Optional)])),
    ];

    /// <summary>The prerequisites that can be fetched, of the suites that read one of the sets, or of all where none is named.</summary>
    /// <param name="sets">Asset sets, or parts of them.</param>
    public IReadOnlyList<Check> Fetchable(IReadOnlyCollection<AssetSet> sets) =>
    [
        .. _suites.Values.Where(suite => sets.Count == 0 || AssetsOf(suite).Any(set => sets.Any(other => other.Folder == set.Name)))
            .SelectMany(suite => suite.Checks).Where(check => check.Fetch is not null).Distinct(),
    ];

    /// <summary>The engines of a suite that are not on this machine and can be fetched.</summary>
    /// <param name="type">The name of the suite.</param>
    public IReadOnlyList<Check> MissingEngines(string type) =>
        [.. _suites[type].Checks.Where(check => check is { Fetch: not null, IsMissing: not null } && check.IsMissing())];

    /// <summary>The asset sets of the suites, whole.</summary>
    public IReadOnlyList<AssetSet> Assets => [.. _suites.Values.SelectMany(AssetsOf).DistinctBy(set => set.Name)];

    /// <summary>
    /// The asset sets that a name stands for: a suite's name for all of its sets, a set's name for that set, the name of a part
    /// for the part and those sets of its suite that have no parts, which every task needs. Null where nothing has that name.
    /// </summary>
    public IReadOnlyList<AssetSet>? AssetsNamed(string name)
    {
        if (_suites.TryGetValue(name, out var named) && AssetsOf(named) is { Count: > 0 } all)
            return all;
        foreach (var sets in _suites.Values.Select(AssetsOf))
        {
            if (sets.FirstOrDefault(set => set.Name == name) is { } whole)
                return [whole];
            if (sets.FirstOrDefault(set => set.Parts.Contains(name)) is { } withPart)
                return [withPart.Part(name), .. sets.Where(set => set.Parts.Count == 0)];
        }

        return null;
    }

    /// <summary>The names that <see cref="AssetsNamed"/> knows.</summary>
    public IReadOnlyList<string> AssetNames =>
    [
        .. _suites.Where(suite => AssetsOf(suite.Value).Count > 0).Select(suite => suite.Key)
            .Concat(Assets.SelectMany(set => set.Parts.Prepend(set.Name))).Distinct(),
    ];

    private static List<AssetSet> AssetsOf(ISuite suite) => [.. suite.NewConfig().Assets.Select(set => set.Whole).DistinctBy(set => set.Name)];

    /// <summary>How the program is started again as the process of an environment; null where it cannot be.</summary>
    public WorkerProgram? Worker { get; set; }

    /// <summary>The format in which steps are recorded; null where the program does not record them.</summary>
    public IStepFormat? StepFormat { get; private set; }

    /// <summary>What answers SQL queries over runs; null where the program has nothing that does.</summary>
    public IQueryEngine? QueryEngine { get; private set; }

    /// <summary>Sets what answers SQL queries over runs.</summary>
    public Registry Add(IQueryEngine engine)
    {
        QueryEngine = engine;
        return this;
    }

    /// <summary>The format of histories; null where the program keeps none.</summary>
    public IHistoryFormat? HistoryFormat { get; private set; }

    /// <summary>Sets the format of histories.</summary>
    public Registry Add(IHistoryFormat format)
    {
        HistoryFormat = format;
        return this;
    }

    /// <summary>Sets the format in which steps are recorded.</summary>
    public Registry Add(IStepFormat format)
    {
        StepFormat = format;
        return this;
    }

    /// <summary>Adds a suite and its built-in policies.</summary>
    /// <exception cref="ArgumentException">There is already a suite of this type.</exception>
    public Registry Add(ISuite suite)
    {
        ArgumentNullException.ThrowIfNull(suite);
        _suites.Add(suite.NewConfig().Type, suite);
        _policies.AddRange(suite.Policies);
        return this;
    }

    /// <summary>
    /// Adds a source of policies. When two sources recognize a path or have the same type, the first added makes the
    /// policy.
    /// </summary>
    public Registry Add(IPolicySource policies)
    {
        _policies.Add(policies);
        return this;
    }

    /// <summary>
    /// Adds a policy that is one class: <c>registry.Add(new MyPolicy())</c>. The object's flags are the defaults; each episode has an
    /// object of its own.
    /// </summary>
    /// <typeparam name="T">The class.</typeparam>
    public Registry Add<T>(T policy) where T : EpisodePolicy, new() => Add(new EpisodePolicySource<T>(policy));

    /// <summary>The flags of a suite with their defaults.</summary>
    /// <exception cref="EvalCoreException">The suite is unknown.</exception>
    public EnvConfig NewEnv(string type) => _suites.TryGetValue(type, out var suite)
        ? suite.NewConfig()
        : throw new EvalCoreException(
            $"--env.type: unknown suite '{type}'{Nearest.Hint(type, EnvTypes)} (known: {Names(EnvTypes)})");

    /// <summary>Whether a type of policy can play a suite.</summary>
    public bool Plays(string policyType, EnvConfig env) =>
        _policies.Exists(source => source.Types.ContainsKey(policyType) && source.Plays(policyType, env));

    /// <summary>The flags of a built-in policy with their defaults.</summary>
    /// <param name="type">The value of <c>--policy.type</c>.</param>
    /// <param name="env">The suite that the policy will play; null for any.</param>
    /// <exception cref="EvalCoreException">The type is unknown, or its policies do not play the suite.</exception>
    public PolicyConfig NewPolicy(string type, EnvConfig? env)
    {
        if (_policies.Find(source => source.Types.ContainsKey(type) && (env is null || source.Plays(type, env))) is { } source)
            return source.NewConfig(type);
        var types = PolicyTypes.Keys.Order(StringComparer.Ordinal).ToList();
        throw new EvalCoreException(types.Contains(type)
            ? $"--policy.type: '{type}' does not play {env!.Type}"
            : $"--policy.type: unknown policy type '{type}'{Nearest.Hint(type, types)} (known: {Names(types)})");
    }

    /// <summary>The flags of the policy at a path, with the values from its own files.</summary>
    /// <param name="path">The value of <c>--policy.path</c>.</param>
    /// <exception cref="EvalCoreException">No source of policies recognizes the path, or the policy is damaged.</exception>
    public PolicyConfig Recognize(string path)
    {
        foreach (var source in _policies)
        {
            if (source.Recognize(path) is not { } config)
                continue;
            config.Path ??= path;
            return config;
        }

        if (_policies.Select(source => source.Explain(path)).FirstOrDefault(reason => reason is not null) is { } reason)
            throw new EvalCoreException(reason);
        throw new EvalCoreException(Path.Exists(path)
            ? $"--policy.path: '{path}' is not a policy that this program can load"
            : $"--policy.path: there is no file or folder '{path}'");
    }

    /// <summary>The path of the policy in a folder that a training run writes at one step; null where there is none.</summary>
    /// <param name="folder">The folder.</param>
    public string? PolicyIn(string folder) => _policies.Select(source => source.PolicyIn(folder)).FirstOrDefault(path => path is not null);

    /// <summary>What is missing of a policy that is still being written, in one line; null where nothing is.</summary>
    /// <param name="path">The policy's path.</param>
    public string? Unfinished(string path) => _policies.Select(source => source.Unfinished(path)).FirstOrDefault(reason => reason is not null);

    private static string Names(IReadOnlyCollection<string> names) => names.Count == 0 ? "none" : string.Join(", ", names);
}
