using System.Text.Json;
using System.Text.Json.Nodes;
using EvalCore.Environments;
using EvalCore.Options;
using EvalCore.Policies;
using EvalCore.Results;
using EvalCore.Rollout;

namespace EvalCore.Evaluation;

/// <summary>
/// A run whose episodes are played again: the suite and the policy that its options name, and the identity that they must have.
/// </summary>
internal sealed class PlayedRun
{
    private readonly Registry _registry;
    private readonly OptionSet _options;
    private readonly Renames _renames = new();
    private readonly string _folder;
    private readonly string _command;
    private readonly HashSet<string> _given;
    private PolicyConfig? _policy;

    private PlayedRun(string command, string folder, OptionSet options, IReadOnlyList<string> flags, Registry registry, RunIdentity? identity)
    {
        (_command, _folder, _options, _registry, Identity) = (command, folder, options, registry, identity);
        _given = [.. flags.Where(flag => flag.StartsWith("--", StringComparison.Ordinal)).Select(flag => flag.Split('=')[0])];
        Env = EvalOptions.ReadEnv(options, registry);
        options.Bind(_renames);
    }

    /// <summary>The identity that the run recorded; null where flags alone describe the run.</summary>
    public RunIdentity? Identity { get; }

    /// <summary>The suite and its flags.</summary>
    public EnvConfig Env { get; }

    /// <summary>The policy and its flags, which are read when they are first needed.</summary>
    /// <exception cref="EvalCoreException">
    /// The policy is missing, unknown or damaged; or the result, and no flag, names a command to run or a server to connect to.
    /// </exception>
    public PolicyConfig Policy => _policy ??= ReadPolicy();

    /// <summary>Whether <see cref="Policy"/> needs a flag that the user alone can give, and the message of its exception names it.</summary>
    public bool AsksForFlag { get; private set; }

    /// <summary>Whether the user gave flags.</summary>
    public bool HasFlags => _given.Count > 0;

    /// <summary>Reads what a result says of its run.</summary>
    /// <param name="command">The command, for messages.</param>
    /// <param name="folder">The run's output folder.</param>
    /// <param name="provenance">The result's provenance.</param>
    /// <param name="registry">The suites and sources of policies.</param>
    /// <param name="flags">Flags that override the run's options, for example <c>--policy.path=DIR</c>.</param>
    /// <exception cref="EvalCoreException">The provenance is damaged, or a flag is invalid.</exception>
    public static PlayedRun Of(string command, string folder, JsonObject provenance, Registry registry, params IReadOnlyList<string> flags)
    {
        RunIdentity identity;
        JsonObject options;
        try
        {
            identity = RunIdentity.FromJson(provenance);
            options = provenance["options"] as JsonObject ?? throw new JsonException("'options' is missing");
        }
        catch (JsonException e)
        {
            throw new EvalCoreException($"{command}: {folder}: the provenance of its {EvalInfo.FileName} is damaged ({e.Message})", e);
        }

        var set = new OptionSet(flags);
        set.Add(
            Path.Combine(folder, EvalInfo.FileName),
            new JsonObject(options.Where(entry => entry.Key is "env" or "policy" or "rename_map").Select(entry => KeyValuePair.Create(entry.Key, entry.Value?.DeepClone()))),
            EvalOptions.Groups);
        return new PlayedRun(command, folder, set, flags, registry, identity);
    }

    /// <summary>A run that flags alone describe: lerobot-eval does not record its options.</summary>
    /// <param name="command">The command, for messages.</param>
    /// <param name="folder">The folder of its result.</param>
    /// <param name="registry">The suites and sources of policies.</param>
    /// <param name="flags">The flags of the suite and the policy.</param>
    /// <exception cref="EvalCoreException">A flag is missing or invalid.</exception>
    public static PlayedRun Of(string command, string folder, Registry registry, IReadOnlyList<string> flags) => new(command, folder, new OptionSet(flags), flags, registry, null);

    /// <summary>Checks that every given flag was known, once <see cref="Policy"/> is read. The run's may be of another version.</summary>
    /// <exception cref="EvalCoreException">A flag is unknown.</exception>
    public void Finish()
    {
        if (_given.Any(flag => _options.Has(flag[2..])))
            _options.Finish(_command);
    }

    /// <summary>The context in which the policy is made.</summary>
    /// <param name="warn">Receives notes for the user, one line each.</param>
    public PolicyContext PolicyContext(Action<string> warn) => Policies.PolicyContext.Of(Env) with { RenameMap = _renames.RenameMap, OutputDir = _folder, Warn = warn };

    /// <summary>The first part of the run's identity that differs here, and both values; null for none.</summary>
    /// <param name="benchmark">The suite; null compares the policy only.</param>
    /// <param name="policy">The policy.</param>
    public (string Part, string Values)? Difference(IBenchmark? benchmark, IPolicy policy)
    {
        if (Identity is not { } identity)
            return null;
        return identity.Difference(benchmark is null
            ? identity with { Policy = new PolicyIdentity(policy.Type, policy.Provenance) }
            : Provenance.Identity(Env, benchmark, policy, new RolloutOptions { Seed = identity.Seed }));
    }

    /// <summary>The episode that a record is of.</summary>
    /// <exception cref="EvalCoreException">The options have no such task.</exception>
    public EpisodeSpec SpecOf(EpisodeRecord record, IBenchmark benchmark) =>
        benchmark.Tasks.FirstOrDefault(task => task.Episode(record.EpisodeIndex, 0).Key == record.Key) is { } task
            ? new EpisodeSpec(task, record.EpisodeIndex, record.Seed ?? 0, record.InitStateId)
            : throw new EvalCoreException($"{_command}: {_folder}: the task {record.Task} of group {record.TaskGroup} is not one of the run's options");

    /// <summary>
    /// Reads the policy. A result may be another person's: it starts no program and makes no connection that the user did not ask for,
    /// which could send the user's key.
    /// </summary>
    private PolicyConfig ReadPolicy()
    {
        var policy = EvalOptions.ReadPolicy(_options, _registry, Env, "the run does not say which policy it is of");
        if (OptionProperty.Of(policy.GetType()).FirstOrDefault(property => property.StartsProgram && policy.Given.Contains(property.Name) && !IsGiven(property.Name)) is { } program
            && program.TextOf(policy) != "null")
        {
            AsksForFlag = true;
            throw new EvalCoreException(
                $"{_folder} names a command that starts its policy's server, and the command of a result is not run; give yours with --policy.{program.Name}, or null where the server runs");
        }

        AsksForFlag = policy.Path?.Contains("://", StringComparison.Ordinal) == true && !IsGiven("path");
        return AsksForFlag
            ? throw new EvalCoreException($"the policy of {_folder} is behind a server, and no server is connected to because a result names it; give --policy.path={ShellWord.Quote(EvalCoreException.Printable(policy.Path!))} if you trust it")
            : policy;

        bool IsGiven(string name) => _given.Contains($"--policy.{name}");
    }

    /// <summary>The run's option besides its suite and policy that the policy depends on.</summary>
    private sealed class Renames
    {
        public IReadOnlyDictionary<string, string> RenameMap { get; set; } = new Dictionary<string, string>();
    }
}
