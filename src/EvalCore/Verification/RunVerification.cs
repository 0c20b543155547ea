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
    private readonly bool _isJournal;

    /// <summary>The provenance of the run, or of each run of a merged result; empty for a result of lerobot-eval.</summary>
    private readonly JsonObject[] _runs;
    private readonly PlayedRun _run;
    private readonly VerificationOptions _options;
    private readonly Registry _registry;
    private readonly int _cores;
    private readonly List<string> _unchecked = [];
    private readonly Dictionary<EpisodeKey, EpisodeSpec> _episodes = [];
    private IPolicy? _policy;
    private IBenchmark? _benchmark;
    private EpisodePlayer? _player;
    private RunSteps? _steps;
    private PlannedEpisodes? _planned;
    private string? _otherMachine;
    private bool _disposed;

    private RunVerification(
        string folder, EvalInfo info, bool isJournal, JsonObject[] runs, PlayedRun run, VerificationOptions options, Registry registry, int cores)
    {
        (_folder, _info, _isJournal, _runs, _run, _options, _registry, _cores) = (folder, info, isJournal, runs, run, options, registry, cores);
        Sample = options.Episode.Count > 0
            ? EpisodeNames.Choose(info.Episodes, info.Errors, options.Episode, folder)
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
    public bool IsOfLeRobot => _runs.Length == 0;

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
        if (info.Episodes.Count == 0 && options.Episode.Count == 0)
            throw new EvalCoreException($"verify: no episode of {run} was played{(info.Errors.Count == 0 ? " yet" : info.Errors.Count == 1 ? "; 1 is an error" : $"; {info.Errors.Count} are errors")}");
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
            return new RunVerification(folder, info, isJournal: false, [], described, options, registry, cores);
        }

        string[] others = [.. flags.Where(flag => flag.StartsWith("--", StringComparison.Ordinal) && !flag.StartsWith("--policy.", StringComparison.Ordinal))];
        if (others.Length > 0)
            throw new EvalCoreException($"unknown flag '{others[0].Split('=')[0]}'; the result names its suite and its options, and only --policy.* can be given anew; see evalcore verify --help");
        var runs = OfOneRun(run, info.Provenance);
        var played = PlayedRun.Of("verify", folder, runs[0], registry, flags);
        var verification = new RunVerification(folder, info, isJournal: !File.Exists(RunFolder.FileOf(run)), runs, played, options, registry, cores);
        try
        {
            _ = played.Policy;
        }
        catch (EvalCoreException e) when (!flags.Any(flag => flag.StartsWith("--policy.path", StringComparison.Ordinal)))
        {
            string hint = played.AsksForFlag ? "" : "; where the policy is elsewhere on this machine, give --policy.path";
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
        if (_registry.StepFormat is { } format && !IsOfLeRobot)
            _steps = new RunSteps(_folder, _info, _runs, Sample, format);
        Describe(policy, _benchmark);
        _player = new EpisodePlayer(_benchmark, policy, _episodes, makesVideos: false, _cores, Progress, warn);
        return null;
    }

    /// <summary>Plays the episodes and compares them, after <see cref="OpenSuite"/>.</summary>
    /// <exception cref="EvalCoreException">An episode cannot be played; the message names it.</exception>
    public async Task<VerificationResult> Play()
    {
        Progress.Start();
        var played = await Task.WhenAll(Sample.Select(Play)).ConfigureAwait(false);
        foreach (var part in played.Where(episode => episode.WithoutPart.Length > 0).GroupBy(episode => episode.WithoutPart))
            _unchecked.Add($"{part.Key} in the steps of {EpisodeText.Count(part.Count())}: the run did not record it in the form that the suite has here");
        return new VerificationResult(_info, _planned, played, _unchecked, _otherMachine);
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
        if (_player?.Stop(patience) == false)
            return;
        _policy?.Dispose();
        _benchmark?.Dispose();
    }

    private Task<VerifiedEpisode> Play(EpisodeRecord record) => _player!.Play(record, async (scheduler, episode) =>
    {
        bool hasSteps = _steps is not null && _steps.Contains(record.Key);
        var recording = hasSteps ? new StepRecording(episode) : null;
        var played = await scheduler.Play(episode, steps: recording).ConfigureAwait(false);
        Progress.Finish(played, resumed: false);
        var difference = VerifiedEpisode.Compare(record, played, IsOfLeRobot ? VerifiedEpisode.OfLeRobot : null);
        if (recording is null)
            return new VerifiedEpisode(record, played, hasSteps, "", difference);
        var recorded = _steps!.Read(record.Key);
        return new VerifiedEpisode(record, played, hasSteps, StepComparison.NotCompared(recorded.Layout, recording.Layout), StepComparison.First(recorded, recording) ?? difference);
    });

    /// <summary>The episode of a record. Files of lerobot-eval name a task by its group and number only, old ones not at all.</summary>
    private EpisodeSpec SpecOf(EpisodeRecord record)
    {
        if (!IsOfLeRobot)
            return _run.SpecOf(record, _benchmark!);
        var task = _benchmark!.Tasks.FirstOrDefault(task => (task.Group, task.Id) == (record.TaskGroup, record.TaskId))
            ?? (record.TaskGroup.Length == 0 && _benchmark.Tasks is [var only] ? only : null)
            ?? throw new EvalCoreException(
                $"verify: {_folder} has task {record.TaskId} of group '{record.TaskGroup}', which the flags do not name (they name {string.Join(", ", _benchmark.Tasks.Take(5).Select(task => task.Name))}); give --env.task as lerobot-eval had it");
        return task.Episode(record.EpisodeIndex, record.Seed - record.EpisodeIndex ?? _options.StartSeed);
    }

    /// <summary>Lists what cannot be checked.</summary>
    private void Describe(IPolicy policy, IBenchmark benchmark)
    {
        if (IsOfLeRobot)
        {
            _unchecked.Add("the file is of lerobot-eval, which records no hash of the policy, no engine and no files: these are taken to be the same");
            _unchecked.Add("compared: success, sum_reward and max_reward of each episode (and its seed, where the file has it); lerobot-eval plays as here with --eval.batch_size=1 only");
            return;
        }

        _planned = PlannedEpisodes.Of(_info, _runs, benchmark, _run.Identity!.Seed, _isJournal);
        _unchecked.AddRange(_planned.Notes);
        int without = Sample.Count(record => _steps is null || !_steps.Contains(record.Key));
        if (without > 0)
            _unchecked.Add($"the steps of {EpisodeText.Count(without)}: the run did not record them (--eval.record=steps), or they are elsewhere; compared is the result");
        string here = typeof(RunVerification).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion;
        if (Others(run => run["evalcore"], here) is { } version)
            _unchecked.Add($"the program is another version than the run's ({version} and {here})");
        if (_runs.Any(run => Merge.Text((run["policy"] as JsonObject)?["batching"]) == "dynamic"))
            _unchecked.Add("the run had --policy.batching=dynamic, with which the last bits depend on the other episodes in flight");
        CompareMachines(policy, benchmark);
    }

    /// <summary>Finds the parts of this machine on which bits depend and that are others than the run's. What a result does not name is unknown.</summary>
    private void CompareMachines(IPolicy policy, IBenchmark benchmark)
    {
        var here = Provenance.Of(_run.Identity!, benchmark, policy, new RolloutOptions(), new EpisodePlan(benchmark.Tasks, 1, 0, Shard.Whole), 1, isAsync: false)["machine"] as JsonObject;
        if (Other("renderer", "images are rendered by another device than the run's") is { } renderer)
        {
            _otherMachine = renderer;
            _unchecked.Add(renderer);
        }

        // With equal bits another processor is nothing that was not checked.
        _otherMachine ??= Other("architecture", "the machine has another architecture than the run's")
            ?? (_run.Policy.Device.IsCuda ? Other("gpu", "the GPU is another one than the run's") : null)
            ?? Other("processor", "the processor is another one than the run's");

        string? Other(string key, string what) =>
            Merge.Text(here?[key]) is { } now && Others(run => (run["machine"] as JsonObject)?[key], now) is { } then ? $"{what} ({then} and {now})" : null;
    }

    /// <summary>The values of the runs that are others than the one here, for messages; null for none.</summary>
    private string? Others(Func<JsonObject, JsonNode?> value, string here)
    {
        string[] others = [.. _runs.Select(run => Merge.Text(value(run))).OfType<string>().Where(text => text != here).Distinct()];
        return others.Length == 0 ? null : EvalCoreException.Printable(string.Join(", ", others));
    }

    private VerificationResult Incomparable(string reason) => new(_info, null, [], _unchecked, reason);

    /// <summary>The provenance of a run, or of all shards of one.</summary>
    private static JsonObject[] OfOneRun(string run, JsonObject provenance)
    {
        if (provenance["merged"] is null)
            return [provenance];
        JsonObject[] parts = [.. Merge.Parts(provenance).OfType<JsonObject>()];
        if (parts.Length > 0 && parts.All(part => Played(part) == Played(parts[0])))
            return parts;
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
