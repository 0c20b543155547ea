using EvalCore.Assets;
using EvalCore.Diagnostics;
using EvalCore.Environments;
using EvalCore.Options;
using EvalCore.Policies;

namespace EvalCore;

/// <summary>
/// The suites and sources of policies a program is composed of. EvalCore knows none itself: whoever composes a program
/// adds them.
/// </summary>
public sealed class Registry
{
    private readonly SortedDictionary<string, Func<EnvConfig>> _envs = new(StringComparer.Ordinal);
    private readonly List<IPolicyFactory> _policies = [];
    private readonly List<Check> _checks = [.. CoreChecks.All];

    /// <summary>The suites: the values of <c>--env.type</c>.</summary>
    public IReadOnlyCollection<string> EnvTypes => _envs.Keys;

    /// <summary>The policy types, with a line about each.</summary>
    public IReadOnlyDictionary<string, string> PolicyTypes =>
        _policies.SelectMany(factory => factory.Types).DistinctBy(type => type.Key)
            .ToDictionary(type => type.Key, type => type.Value, StringComparer.Ordinal);

    /// <summary>What <c>evalcore doctor</c> looks for.</summary>
    public IReadOnlyList<Check> Checks => _checks;

    /// <summary>The files that suites need.</summary>
    public IReadOnlyList<AssetSet> Assets =>
        [.. _envs.Values.Select(make => make().Assets).OfType<AssetSet>().DistinctBy(set => set.Name)];

    /// <summary>Adds a suite.</summary>
    /// <param name="make">Makes a configuration with the suite's defaults.</param>
    /// <exception cref="ArgumentException">There is already a suite of this type.</exception>
    public Registry Add(Func<EnvConfig> make)
    {
        _envs.Add(make().Type, make);
        return this;
    }

    /// <summary>Adds a source of policies. Where two know a type, the one added first makes it.</summary>
    public Registry Add(IPolicyFactory policies)
    {
        _policies.Add(policies);
        return this;
    }

    /// <summary>Adds what <c>evalcore doctor</c> looks for.</summary>
    public Registry Add(params IEnumerable<Check> checks)
    {
        _checks.AddRange(checks);
        return this;
    }

    /// <summary>A configuration of a suite with its defaults.</summary>
    /// <exception cref="EvalCoreException">There is no such suite.</exception>
    public EnvConfig NewEnv(string type) => _envs.TryGetValue(type, out var make)
        ? make()
        : throw new EvalCoreException(
            $"--env.type: unknown suite '{type}'{Nearest.Hint(type, EnvTypes)} (known: {Names(EnvTypes)})");

    /// <summary>Whether a policy type plays a suite.</summary>
    public bool Plays(string policyType, EnvConfig env) => _policies.Exists(factory => factory.Knows(policyType, env));

    /// <summary>The source of a policy for an environment.</summary>
    /// <param name="options">Which one; <see cref="PolicyOptions.Type"/> is set.</param>
    /// <param name="env">The environment it will play in.</param>
    /// <exception cref="EvalCoreException">No source makes this type for this environment.</exception>
    public IPolicyFactory PoliciesFor(PolicyOptions options, EnvConfig env)
    {
        string type = options.Type ?? throw new EvalCoreException("--policy.type is missing");
        if (_policies.Find(factory => factory.Knows(type, env)) is { } known)
            return known;
        var types = PolicyTypes.Keys.Order(StringComparer.Ordinal).ToList();
        if (options.Path is not null && !types.Contains(type))
        {
            throw new EvalCoreException(
                $"--policy.path: the checkpoint {options.Path} is of type '{type}', which this version cannot run (known: {Names(types)})");
        }

        throw new EvalCoreException(types.Contains(type)
            ? $"--policy.type: '{type}' does not play {env.Type}"
            : $"--policy.type: unknown policy type '{type}'{Nearest.Hint(type, types)} (known: {Names(types)})");
    }

    /// <summary>Makes the policy the options ask for.</summary>
    /// <param name="options">Which one; <see cref="PolicyOptions.Type"/> is set.</param>
    /// <param name="env">The environment it will play in.</param>
    /// <param name="warn">Takes one line for each thing the user should know.</param>
    /// <exception cref="EvalCoreException">There is no such policy, or it does not fit the environment.</exception>
    public IPolicy MakePolicy(PolicyOptions options, EnvConfig env, Action<string> warn) =>
        PoliciesFor(options, env).Make(options, env, warn);

    private static string Names(IReadOnlyCollection<string> names) => names.Count == 0 ? "none" : string.Join(", ", names);
}
