using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using EvalCore.Environments;
using EvalCore.Evaluation;
using EvalCore.Options;
using EvalCore.Policies;
using EvalCore.Recording;
using EvalCore.Results;
using EvalCore.Rollout;

namespace EvalCore.Verification;

/// <summary>
/// Plays episodes of a finished run again, with the policy, the suite and the options that its result names, and compares every
/// bit of their results, and of their steps where the run recorded them.
/// </summary>
public sealed class RunVerification : IDisposable
{
    private readonly string _folder;
    private readonly EvalInfo _info;
    private readonly JsonObject? _provenance;
    private readonly PlayedRun _run;
    private readonly VerificationOptions _options;
    private readonly Registry _registry;
    private readonly int _cores;
    private readonly List<string> _unchecked = [];
    private readonly Dictionary<EpisodeKey, EpisodeSpec> _episodes = [];
    private IPolicy? _policy;
    private IBenchmark? _benchmark;
    private EpisodeScheduler? _scheduler;
    private TaskLifetimes? _lifetimes;
    private RecordedSteps? _steps;
    private string? _otherRenderer;
    private bool _disposed;

    private RunVerification(string folder, EvalInfo info, JsonObject? provenance, PlayedRun run, VerificationOptions options, Registry registry, int cores)
    {
        (_folder, _info, _provenance, _run, _options, _registry, _cores) = (folder, info, provenance, run, options, registry, cores);
        Sample = options.Episode.Count > 0
            ? EpisodeSample.Named(info.Episodes, options.Episode, folder)
            : EpisodeSample.Draw(info.Episodes, options.Fraction, options.Seed);
    }

    /// <summary>The episodes that are played again, in the order of the run.</summary>
    public IReadOnlyList<EpisodeRecord> Sample { get; }

    /// <summary>The number of episodes of the run.</summary>
    public int Total => _info.Episodes.Count;

    /// <summary>The progress.</summary>
    public EvalProgress Progress { get; } = new();

    /// <summary>The suite and its flags.</summary>
    public EnvConfig Env => _run.Env;

    /// <summary>The policy and its flags.</summary>
    public PolicyConfig Policy => _run.Policy;

    /// <summary>Whether lerobot-eval wrote the result, which then has no identity and few values.</summary>
    private bool IsOfLeRobot => _provenance is null;

    /// <summary>Reads the result of a run and chooses the episodes.</summary>
    /// <param name="run">An output folder, or a file <c>eval_info.json</c>.</param>
    /// <param name="options">Which episodes are played again.</param>
    /// <param name="flags">
    /// Flags <c>--policy.*</c> that override those of the run, as for a checkpoint that is elsewhere on this machine. For a result of
    /// lerobot-eval, which does not record its options: the flags of its policy and suite.
    /// </param>
    /// <param name="registry">The suites and sources of policies.</param>
    /// <param name="host">The machine; <see cref="Host.Local"/> when null.</param>
    /// <exception cref="EvalCoreException">The result cannot be read, or a flag is invalid.</exception>
    public static RunVerification Read(string run, VerificationOptions options, IReadOnlyList<string> flags, Registry registry, Host? host = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(flags);
        var info = RunFolder.Load(run);
        string folder = Path.GetDirectoryName(RunFolder.FileOf(run)) is { Length: > 0 } above ? above : ".";
        int cores = (host ?? Host.Local).Cores;
        if (info.Provenance is null)
        {
            if (!flags.Any(flag => flag.StartsWith("--env.type", StringComparison.Ordinal)) || !flags.Any(flag => flag.StartsWith("--policy.", StringComparison.Ordinal)))
            {
                throw new EvalCoreException(
                    $"verify: {run}: lerobot-eval wrote it and does not record its options; give them: --policy.path=DIR --env.type=SUITE, and --env.task, --start_seed where they were given");
            }

            var described = PlayedRun.Of("verify", folder, registry, flags);
            _ = described.Policy;
            described.Finish();
            return new RunVerification(folder, info, null, described, options, registry, cores);
        }

        string[] others = [.. flags.Where(flag => flag.StartsWith("--", StringComparison.Ordinal) && !flag.StartsWith("--policy.", StringComparison.Ordinal))];
        if (others.Length > 0)
            throw new EvalCoreException($"unknown flag '{others[0].Split('=')[0]}'; the result names its suite and its options, and only --policy.* can be given anew; see evalcore verify --help");
        var provenance = OfOneRun(run, info.Provenance);
        var played = PlayedRun.Of("verify", folder, provenance, registry, flags);
        var verification = new RunVerification(folder, info, provenance, played, options, registry, cores);
        try
        {
            _ = played.Policy;
        }
        catch (EvalCoreException e) when (!flags.Any(flag => flag.StartsWith("--policy.path", StringComparison.Ordinal)))
        {
            string hint = e.Message.Contains("give", StringComparison.Ordinal) ? "" : "; where the policy is elsewhere on this machine, give --policy.path";
            throw new EvalCoreException($"verify: {e.Message}{hint}", e);
        }

        played.Finish();
        return verification;
    }

    /// <summary>The context in which the policy is made.</summary>
    /// <param name="warn">Receives notes for the user, one line each.</param>
    public PolicyContext PolicyContext(Action<string> warn) => _run.PolicyContext(warn);

    /// <summary>Makes the policy, and compares its files with those of the run, before anything of the suite is fetched.</summary>
    /// <param name="warn">Receives notes for the user, one line each.</param>
    /// <returns>The result where it is another policy; else null.</returns>
    /// <exception cref="EvalCoreException">The policy cannot be made.</exception>
    public VerificationResult? MakePolicy(Action<string> warn)
    {
        _policy = _run.Policy.Make(_run.PolicyContext(warn));
        return _run.Difference(null, _policy) is var (_, values)
            ? Incomparable($"the policy is another one than the run's ({values}, in the run and here)")
            : null;
    }

    /// <summary>Opens the suite, after <see cref="MakePolicy"/>, and compares its engines and files with those of the run.</summary>
    /// <param name="warn">Receives notes for the user, one line each.</param>
    /// <returns>The result where they are others; else null.</returns>
    /// <exception cref="EvalCoreException">The suite cannot be opened, or has no such task.</exception>
    public VerificationResult? OpenSuite(Action<string> warn)
    {
        var policy = _policy ?? throw new InvalidOperationException("the policy is made first");
        _benchmark = _run.Env.Open();
        if (_run.Difference(_benchmark, policy) is var (part, values))
            return Incomparable($"{part} differ ({values}, in the run and here)");
        foreach (var record in Sample)
            _episodes.Add(record.Key, SpecOf(record));
        if (_registry.StepFormat is { } format && !IsOfLeRobot && _info.Provenance!["merged"] is null)
            _steps = new RecordedSteps(_folder, format);
        Describe(policy, _benchmark);
        int slots = new EvalConfig().EnvsInFlight(_cores, Sample.Count);
        _scheduler = new EpisodeScheduler(_benchmark, policy, slots, useAsyncEnvs: true, Progress, warn);
        _lifetimes = new TaskLifetimes(slots + 1, Release);
        foreach (var task in _episodes.Values.GroupBy(episode => episode.Task))
        {
            _lifetimes.Plan(task.Key, task.Count());
            Progress.Expect(task.Key, task.Count(), 0);
        }

        return null;
    }

    /// <summary>Plays the episodes and compares them, after <see cref="OpenSuite"/>.</summary>
    /// <exception cref="EvalCoreException">An episode cannot be played; the message names it.</exception>
    public async Task<VerificationResult> Play()
    {
        Progress.Start();
        var played = await Task.WhenAll(Sample.Select(Play)).ConfigureAwait(false);
        return new VerificationResult(Total, played, _unchecked, _otherRenderer);
    }

    /// <summary>Stops, and waits for up to half a minute.</summary>
    public void Dispose() => Stop(TimeSpan.FromSeconds(30));

    /// <summary>Stops the episodes in flight. A second call does nothing.</summary>
    /// <param name="patience">How long to wait for them.</param>
    public void Stop(TimeSpan patience)
    {
        if (_disposed)
            return;
        _disposed = true;
        _scheduler?.Stop(patience);

        // A thread that did not stop still uses them.
        if (_scheduler is { Stuck.Count: > 0 })
            return;
        _policy?.Dispose();
        _benchmark?.Dispose();
    }

    private async Task<VerifiedEpisode> Play(EpisodeRecord record)
    {
        var episode = _episodes[record.Key];
        _lifetimes!.Begin(episode.Task);
        try
        {
            bool hasSteps = _steps is not null && _steps.Contains(record.Key);
            var recording = hasSteps ? new StepRecording(episode) : null;
            var played = await _scheduler!.Play(episode, steps: recording).ConfigureAwait(false);
            Progress.Finish(played, resumed: false);
            var difference = VerifiedEpisode.Compare(record, played, IsOfLeRobot ? VerifiedEpisode.OfLeRobot : null);
            if (recording is not null)
                difference = StepComparison.First(_steps!.ReadWhole(record.Key), recording) ?? difference;
            return new VerifiedEpisode(record, played, hasSteps, difference);
        }
        finally
        {
            _lifetimes.End(episode.Task);
        }
    }

    private void Release(EnvTask task)
    {
        if (_disposed)
            return;
        _scheduler!.Release(task);
        _benchmark!.Release(task);
    }

    /// <summary>The episode of a record. Files of lerobot-eval name a task by its group and number only, old ones not at all.</summary>
    private EpisodeSpec SpecOf(EpisodeRecord record)
    {
        if (!IsOfLeRobot)
        {
            return PlayedRun.SpecOf(record, _benchmark!)
                ?? throw new EvalCoreException($"verify: {_folder}: the task {record.Task} of group {record.TaskGroup} is not one of the run's options");
        }

        var task = _benchmark!.Tasks.FirstOrDefault(task => (task.Group, task.Id) == (record.TaskGroup, record.TaskId))
            ?? (record.TaskGroup.Length == 0 && _benchmark.Tasks is [var only] ? only : null)
            ?? throw new EvalCoreException(
                $"verify: {_folder} has task {record.TaskId} of group '{record.TaskGroup}', which the flags do not name (they name {string.Join(", ", _benchmark.Tasks.Take(5).Select(task => task.Name))}); give --env.task as lerobot-eval had it");
        return task.Episode(record.EpisodeIndex, record.Seed - record.EpisodeIndex ?? _options.StartSeed);
    }

    /// <summary>Lists what cannot be checked.</summary>
    private void Describe(IPolicy policy, IBenchmark benchmark)
    {
        if (_provenance is null)
        {
            _unchecked.Add($"{VerificationResult.Partial}, which records no hash of the policy, no engine and no files: these are taken to be the same");
            _unchecked.Add("compared: success, sum_reward and max_reward of each episode (and its seed, where the file has it); lerobot-eval plays as here with --eval.batch_size=1 only");
            return;
        }

        int without = Sample.Count(record => _steps is null || !_steps.Contains(record.Key));
        if (without > 0)
            _unchecked.Add($"the steps of {(without == 1 ? "1 episode" : $"{without} episodes")}: the run did not record them (--eval.record=steps), or they are elsewhere; compared is the result");
        string here = typeof(RunVerification).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion;
        if (Merge.Text(_provenance["evalcore"]) is { } version && version != here)
            _unchecked.Add($"the program is another version than the run's ({EvalCoreException.Printable(version)} and {here})");
        if (Merge.Text((_provenance["policy"] as JsonObject)?["batching"]) == "dynamic")
            _unchecked.Add("the run had --policy.batching=dynamic, with which the last bits depend on the other episodes in flight");
        if (policy.ObservationKeys.Any(key => benchmark.ObservationSpace.IndexOf(key) is int i and >= 0 && benchmark.ObservationSpace[i].Kind == ObservationKind.Image)
            && Merge.Text((_provenance["machine"] as JsonObject)?["renderer"]) is { } renderer && benchmark.RenderingDevice is { } device && device != renderer)
        {
            _otherRenderer = $"images are rendered by another device than the run's ({EvalCoreException.Printable(renderer)} and {device})";
            _unchecked.Add(_otherRenderer);
        }
    }

    private VerificationResult Incomparable(string reason) => new(Total, [], _unchecked, reason);

    /// <summary>The provenance of a run, or that which all shards of one share.</summary>
    private static JsonObject OfOneRun(string run, JsonObject provenance)
    {
        if (provenance["merged"] is null)
            return provenance;
        JsonObject[] parts = [.. Merge.Parts(provenance).OfType<JsonObject>()];
        if (parts.Length > 0 && parts.All(part => Played(part) == Played(parts[0])))
            return parts[0];
        throw new EvalCoreException(
            $"verify: {run} is merged of several runs; name the output folder of one of them: {string.Join(", ", parts.Select(part => EvalCoreException.Printable($"{part["output_dir"]}")))}");

        static string Played(JsonObject part)
        {
            try
            {
                var options = part["options"] as JsonObject;
                return $"{RunIdentity.FromJson(part).ToJson().ToJsonString()}{options?["env"]?.ToJsonString()}{options?["policy"]?.ToJsonString()}{options?["rename_map"]?.ToJsonString()}";
            }
            catch (JsonException e)
            {
                throw new EvalCoreException($"verify: the provenance of a merged result is damaged ({e.Message})", e);
            }
        }
    }
}
