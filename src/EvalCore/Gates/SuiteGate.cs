using System.Globalization;
using EvalCore.Comparisons;
using EvalCore.Environments;
using EvalCore.Evaluation;
using EvalCore.Options;
using EvalCore.Reports;
using EvalCore.Results;
using EvalCore.Rollout;
using EvalCore.Statistics.Sequential;

namespace EvalCore.Gates;

/// <summary>The gate of one suite: the evaluation, and the success rates below which the gate fails.</summary>
public sealed class SuiteGate
{
    /// <summary>The parameter with the suite's threshold in percent.</summary>
    public const string MinSuccess = "min_success";

    /// <summary>
    /// The parameter with the threshold of each group of tasks, in percent; <c>min_group_success.NAME</c> for one group.
    /// </summary>
    public const string MinGroupSuccess = "min_group_success";

    /// <summary>The parameter with the threshold of each task, in percent; <c>min_task_success.NAME</c> for one task.</summary>
    public const string MinTaskSuccess = "min_task_success";

    /// <summary>The parameters of a comparison with a baseline, and whether the run stops early: flags of <c>evalcore gate</c>.</summary>
    internal static readonly string[] Comparing = ["baseline", "margin", "alpha", "stop_early", "allow_errors"];

    private readonly GateOptions _demanded;
    private readonly EvalInfo? _baseline;
    private readonly double? _minSuccess;
    private readonly Thresholds _minGroupSuccess;
    private readonly Thresholds _minTaskSuccess;
    private readonly IReadOnlyList<string> _variables;

    private SuiteGate(
        EvalOptions options, IReadOnlyList<EnvTask> tasks, double? minSuccess, Thresholds minGroupSuccess, Thresholds minTaskSuccess,
        GateOptions demanded, IReadOnlyList<string> variables)
    {
        (Options, Tasks, _demanded, _variables) = (options, tasks, demanded, variables);
        _baseline = demanded.Baseline is { } path ? Baseline.Load(path) : null;
        (_minSuccess, _minGroupSuccess, _minTaskSuccess) = (minSuccess, minGroupSuccess, minTaskSuccess);
    }

    /// <summary>The options of the evaluation.</summary>
    public EvalOptions Options { get; }

    /// <summary>The tasks that are evaluated.</summary>
    public IReadOnlyList<EnvTask> Tasks { get; }

    /// <summary>Whether the run stops as soon as the verdict is certain.</summary>
    public bool StopsEarly => _demanded.StopEarly;

    /// <summary>Whether the gate may pass although episodes could not be played.</summary>
    public bool AllowsErrors => _demanded.AllowErrors;

    /// <summary>The baseline's file or folder; null for a gate of thresholds.</summary>
    public string? BaselineFile => _demanded.Baseline;

    /// <summary>The gate while its episodes are played.</summary>
    /// <param name="plan">The planned episodes.</param>
    /// <exception cref="EvalCoreException">No planned episode is in the baseline.</exception>
    public Gate NewGate(EpisodePlan plan) => _baseline is null
        ? new ThresholdGate(plan, MinPcSuccess, MinPcSuccessOfGroup, MinPcSuccessOf) { AllowsErrors = AllowsErrors }
        : new BaselineGate(_baseline, _demanded.Baseline!, plan, _demanded);

    /// <summary>
    /// The groups of tasks that have a threshold of their own: not the suite itself, nor a task that was named individually.
    /// </summary>
    public IReadOnlyList<string> Groups => [.. Tasks.Where(IsInGroup).Select(task => task.Group).Distinct()];

    /// <summary>
    /// The values of a task's trait <c>Suite</c>: the environment type and, where the suite has groups of tasks, the group
    /// (<c>libero</c>, <c>libero_spatial</c>).
    /// </summary>
    public static string[] SuitesOf(EnvTask task) => IsInGroup(task) ? [task.Suite, task.Group] : [task.Suite];

    internal static bool IsInGroup(EnvTask task) => task.Group != task.Suite && task.Group != task.Name;

    /// <summary>The success rate over all episodes, in percent, below which the gate fails; 0 without a threshold.</summary>
    public double MinPcSuccess => _minSuccess ?? 0;

    /// <summary>The success rate of a task, in percent, below which the gate fails; 0 without a threshold.</summary>
    public double MinPcSuccessOf(string task) => _minTaskSuccess.Of(task);

    /// <summary>The success rate of a group, in percent, below which the gate fails; 0 without a threshold.</summary>
    public double MinPcSuccessOfGroup(string group) => _minGroupSuccess.Of(group);

    /// <summary>
    /// Reads a suite's gate; null when no policy is configured for it. Every parameter is a flag of <c>evalcore
    /// eval</c>, for all suites (<c>policy.device</c>) or for one (<c>pusht.policy.path</c>), or a threshold.
    /// </summary>
    /// <exception cref="EvalCoreException">A parameter is unknown or its value is invalid.</exception>
    public static SuiteGate? Read(string suite, RunSettings settings, Registry registry)
    {
        // By the name without the suite, which a suite's own parameter shares with one of all suites; a suite's own
        // counts.
        var own = new SortedDictionary<string, (string Value, string Name)>(StringComparer.Ordinal);
        foreach (var (name, value) in settings.Parameters)
        {
            if (!registry.EnvTypes.Any(type => name.StartsWith(type + ".", StringComparison.Ordinal)))
                own.TryAdd(name, (value, name));
            else if (name.StartsWith(suite + ".", StringComparison.Ordinal))
                own[name[(suite.Length + 1)..]] = (value, name);
        }

        // An empty value removes a parameter: a suite's removes one of all suites, a variable's removes one of the
        // file.
        foreach (string name in own.Where(parameter => parameter.Value.Value.Length == 0).Select(parameter => parameter.Key).ToList())
            own.Remove(name);
        if (!own.ContainsKey("policy.path") && !own.ContainsKey("policy.type"))
            return null;

        // A test run plays all episodes, also inside an array job.
        own.TryAdd("shard", ("0/1", "shard"));
        own.TryAdd("output_dir", (Path.Combine("outputs", "gates"), "output_dir"));
        double? minSuccess = null;
        var minGroupSuccess = new Thresholds(MinGroupSuccess);
        var minTaskSuccess = new Thresholds(MinTaskSuccess);
        ChooseOne(suite, own, settings, name => name == MinSuccess || minGroupSuccess.Concerns(name) || minTaskSuccess.Concerns(name));
        var demands = new List<string>();
        var tokens = new List<string> { $"--env.type={suite}" };
        var files = OptionProperty.Of(registry.NewEnv(suite).GetType()).Where(property => property.IsPath).Select(property => $"env.{property.Name}").ToList();

        // Variables last: they override the file.
        foreach (var (name, (value, given)) in own.OrderBy(parameter => settings.VariableOf(parameter.Value.Name) is not null))
        {
            if (name == MinSuccess)
                minSuccess = Percent(settings.SourceOf(given), value);
            else if (minGroupSuccess.Concerns(name))
                minGroupSuccess.Set(name, Percent(settings.SourceOf(given), value), isVariable: settings.VariableOf(given) is not null);
            else if (minTaskSuccess.Concerns(name))
                minTaskSuccess.Set(name, Percent(settings.SourceOf(given), value), isVariable: false);
            else if (Comparing.Contains(name))
                demands.Add($"--{name}={(name == Comparing[0] ? Path.GetFullPath(HomeFolder.Expand(value), settings.Folder) : value)}");
            else
                tokens.Add($"--{name}={Located(name, value, settings.Folder, files)}");
        }

        try
        {
            var demanded = new GateOptions();
            new OptionSet(demands).Bind(demanded);
            demanded.Validate();
            if (minSuccess is null && minGroupSuccess.IsEmpty && minTaskSuccess.IsEmpty && demanded.Baseline is null)
            {
                throw new EvalCoreException(
                    $"a gate needs a threshold in percent: {suite}.{MinSuccess} over all episodes, {suite}.{MinGroupSuccess} for each group of tasks, or {suite}.{MinTaskSuccess} for each task; "
                    + $"or {suite}.{Comparing[0]}, a file that evalcore gate --update wrote");
            }

            var options = EvalOptions.Read(tokens, registry);
            using var benchmark = options.Env.Open();
            var gate = new SuiteGate(options, benchmark.Tasks, minSuccess, minGroupSuccess, minTaskSuccess, demanded, [.. Variables(suite, settings, registry)]);
            minTaskSuccess.Check("task", [.. gate.Tasks.Select(task => task.Name)]);
            minGroupSuccess.Check("group", gate.Groups);
            return gate;
        }
        catch (EvalCoreException e)
        {
            // The message names the flag; the flag came from a parameter, and that from the file or from a variable.
            string? variable = own.Where(parameter => e.Message.Contains($"--{parameter.Key}", StringComparison.Ordinal))
                .Select(parameter => settings.VariableOf(parameter.Value.Name)).FirstOrDefault(found => found is not null);
            throw new EvalCoreException($"{variable ?? RunSettings.FileName}, suite {suite}: {e.Message}", e);
        }
    }

    /// <summary>
    /// A gate compares with thresholds or with a baseline. Where one comes from the file and the other from a variable, the variable
    /// overrides the file.
    /// </summary>
    private static void ChooseOne(string suite, SortedDictionary<string, (string Value, string Name)> own, RunSettings settings, Func<string, bool> isThreshold)
    {
        string[] thresholds = [.. own.Keys.Where(isThreshold)];
        if (thresholds.Length == 0 || !own.TryGetValue(Comparing[0], out var baseline))
            return;
        bool hasVariable = thresholds.Any(name => settings.VariableOf(own[name].Name) is not null);
        if ((settings.VariableOf(baseline.Name) is not null) == hasVariable)
            throw new EvalCoreException($"{RunSettings.FileName}, suite {suite}: {Comparing[0]} and {thresholds[0]} exclude each other: a gate compares with one of them; remove one");
        foreach (string name in hasVariable ? [Comparing[0]] : thresholds)
            own.Remove(name);
    }

    /// <summary>The environment variables that an episode's result depends on, as a shell sets them.</summary>
    private static IEnumerable<string> Variables(string suite, RunSettings settings, Registry registry)
    {
        foreach (var (name, value) in settings.Parameters.OrderBy(parameter => parameter.Key, StringComparer.Ordinal))
        {
            string of = registry.EnvTypes.FirstOrDefault(type => name.StartsWith(type + ".", StringComparison.Ordinal)) ?? suite;
            string flag = name.StartsWith(of + ".", StringComparison.Ordinal) ? name[(of.Length + 1)..] : name;
            bool concernsEpisodes = !flag.StartsWith(MinSuccess, StringComparison.Ordinal) && !flag.StartsWith(MinGroupSuccess, StringComparison.Ordinal)
                && !flag.StartsWith(MinTaskSuccess, StringComparison.Ordinal) && !Comparing.Contains(flag)
                && flag is not ("eval.n_episodes_to_render" or "output_dir" or "policy.api_key");
            if (of == suite && concernsEpisodes && settings.VariableOf(name) is { } variable)
                yield return $"{variable}={ShellWord.Quote(value)} ";
        }
    }

    /// <summary>Compares a success rate with a threshold.</summary>
    /// <returns>Null when the threshold is reached, else one line with both success rates.</returns>
    public static string? FailureMessage(string what, Aggregate result, double minPcSuccess)
    {
        if (result.NEpisodes == 0)
            return $"{what}: no episode was played";

        // In whole numbers: 100 times 29 / 100 is a little less than 29.
        return new Curtailment(minPcSuccess / 100, result.NEpisodes).Needed <= result.NSuccess
            ? null
            : string.Create(
                CultureInfo.InvariantCulture,
                $"{what}: the success rate is {result.PcSuccess:0.0} % over {EpisodeText.Count(result.NEpisodes)}, below the threshold of {minPcSuccess:0.0} %");
    }

    /// <summary>
    /// Why errors keep a part of the gate from passing, in one line; null where they do not. Where they are allowed, that is a part with a
    /// threshold of which nothing was played, and the suite of which nothing was.
    /// </summary>
    /// <param name="what">The suite, or the suite and a group or task: <c>libero/libero_spatial</c>.</param>
    /// <param name="minPcSuccess">The part's threshold in percent; 0 for none.</param>
    /// <param name="errors">Its episodes that could not be played.</param>
    /// <param name="played">The number of its episodes that were played.</param>
    public string? RefusalOf(string what, double minPcSuccess, IReadOnlyList<EpisodeRecord> errors, int played)
    {
        ArgumentNullException.ThrowIfNull(errors);
        bool isRefused = errors.Count > 0 && (!AllowsErrors || (played == 0 && (minPcSuccess > 0 || what == Options.Env.Type)));
        return isRefused ? $"{what}: {Gate.Refusal(errors, AllowsErrors)}" : null;
    }

    /// <summary>
    /// One line on a gate after a test run: the success rate with its 95 % interval, the number of episodes, the
    /// thresholds, and the tasks below theirs.
    /// </summary>
    /// <param name="info">The result of the run.</param>
    /// <param name="gate">The gate, for its verdict where it stopped the run, or where it is of a baseline.</param>
    public string Summary(EvalInfo info, Gate? gate = null)
    {
        ArgumentNullException.ThrowIfNull(info);
        var (episodes, result, errors) = (info.Episodes, info.Overall, info.Errors.Count);
        var plan = new EpisodePlan(Tasks, Options.Eval.NEpisodes, Options.Seed, Shard.Whole);
        bool isWhole = episodes.Count + errors == plan.Count;
        if (gate is { DecidedAfter: { } decided } && (_baseline is not null || !isWhole))
            return $"{Options.Env.Type}: {string.Join(", ", DecidedFacts(gate, decided, plan.Count, result).Append(Unplayed(errors)).Where(fact => fact.Length > 0))}";
        if (_baseline is not null)
        {
            string state = gate?.Verdict == GateVerdict.NotComparable ? "the gate is not comparable" : $"{episodes.Count} of {plan.Count} episodes were played";
            return $"{Options.Env.Type}: {string.Join(", ", ((string[])[state, RateOf(result), RateOfBaseline(), Unplayed(errors)]).Where(fact => fact.Length > 0))}";
        }

        var tasksBelow = Below(episodes.GroupBy(episode => (episode.TaskGroup, episode.Task)), task => task.Task, MinPcSuccessOf);
        var groupsBelow = Below(episodes.Where(episode => Groups.Contains(episode.TaskGroup)).GroupBy(episode => episode.TaskGroup), group => group, MinPcSuccessOfGroup);
        string[] facts =
        [
            // Cases that a filter leaves out are not judged.
            isWhole ? TextOf(VerdictOn(info, plan)) : $"{episodes.Count} of {plan.Count} episodes were played",
            RateOf(result),
            Unplayed(errors),
            _minSuccess is { } suite ? string.Create(CultureInfo.InvariantCulture, $"threshold {suite:0.#} %") : "",
            OfEach("group", groupsBelow, Groups.Count, _minGroupSuccess),
            OfEach("task", tasksBelow, Tasks.Count, _minTaskSuccess),
        ];
        return $"{Options.Env.Type}: {string.Join(", ", facts.Where(fact => fact.Length > 0))}";

        static string OfEach(string what, List<string> below, int count, Thresholds thresholds) =>
            below.Count > 0 ? $"{below.Count} of {count} {what}s below their threshold: {string.Join(", ", below.Take(5))}{(below.Count > 5 ? ", ..." : "")}"
            : thresholds.OfAll is { } percent ? string.Create(CultureInfo.InvariantCulture, $"threshold of each {what} {percent:0.#} %")
            : "";
    }

    private static string Unplayed(int errors) => errors == 0 ? "" : $"{EpisodeText.Count(errors)} could not be played";

    /// <summary>The verdict on a run of all planned episodes.</summary>
    private GateVerdict VerdictOn(EvalInfo info, EpisodePlan plan)
    {
        var gate = NewGate(plan);
        gate.Read(info, plan);

        // It does not read the errors after its decision.
        return gate.Verdict == GateVerdict.Pass && info.Errors.Count > 0 && !AllowsErrors ? GateVerdict.Undecided : gate.Verdict;
    }

    private static string TextOf(GateVerdict verdict) => verdict switch
    {
        GateVerdict.Pass => "the gate holds",
        GateVerdict.Fail => "the gate fails",
        _ => "the gate is undecided",
    };

    private IEnumerable<string> DecidedFacts(Gate gate, int decided, long planned, Aggregate result) =>
    [
        TextOf(gate.Verdict),
        decided < planned && gate.Verdict != GateVerdict.Undecided ? $"decided after {decided} of {planned} episodes" : "",
        RateOf(result),
        _minSuccess is { } threshold ? string.Create(CultureInfo.InvariantCulture, $"threshold {threshold:0.#} %") : "",
        _baseline is null ? "" : RateOfBaseline(),
    ];

    private static string RateOf(Aggregate result) => result.NEpisodes == 0 ? "" : string.Create(
        CultureInfo.InvariantCulture,
        $"success rate {result.PcSuccess:0.0} % over {EpisodeText.Count(result.NEpisodes)} (95 % interval {result.PcSuccessCi95.Low:0.0} to {result.PcSuccessCi95.High:0.0} %)");

    private string RateOfBaseline() => string.Create(CultureInfo.InvariantCulture, $"baseline {_baseline!.Overall.PcSuccess:0.0} % over {EpisodeText.Count(_baseline.Overall.NEpisodes)}");

    /// <summary>The names of the parts whose success rate is below their threshold.</summary>
    private static List<string> Below<TKey>(IEnumerable<IGrouping<TKey, EpisodeRecord>> parts, Func<TKey, string> name, Func<string, double> threshold) =>
    [
        .. parts.Where(part => FailureMessage("", Aggregate.Of([.. part]), threshold(name(part.Key))) is not null)
            .Select(part => name(part.Key)).Order(StringComparer.Ordinal),
    ];

    /// <summary>
    /// What a developer needs to understand a gate that fails, in at most ten lines: what dropped, which seeds failed,
    /// where the videos are, and the command that plays an episode again.
    /// </summary>
    /// <param name="message">The line of <see cref="FailureMessage(string, Aggregate, double)"/>.</param>
    /// <param name="episodes">The episodes that the message is about.</param>
    /// <param name="folder">The suite's output folder.</param>
    /// <param name="saved">The line on the episodes that were not needed; null for none.</param>
    public string Explain(string message, IReadOnlyCollection<EpisodeRecord> episodes, string folder, string? saved = null)
    {
        var failed = episodes.Where(episode => !episode.Success).OrderBy(episode => episode.Task, StringComparer.Ordinal).ThenBy(episode => episode.EpisodeIndex).ToList();
        if (failed.Count == 0)
            return message;
        var interval = Aggregate.Of(episodes).PcSuccessCi95;
        bool several = failed.Select(episode => episode.Task).Distinct().Count() > 1;
        List<string> lines =
        [
            message,
            string.Create(CultureInfo.InvariantCulture, $"95 % interval of the success rate: {interval.Low:0.0} to {interval.High:0.0} %"),
            .. saved is null ? Array.Empty<string>() : [saved],
            $"failed seeds: {Gate.Some(failed.Select(episode => several ? $"{episode.Task} {episode.Seed}" : $"{episode.Seed}"), several ? 6 : 15)}",
            .. WhereToLook(failed, folder),
        ];
        return string.Join('\n', lines);
    }

    /// <summary>The same for a gate of a baseline that does not pass; the first line begins with the verdict.</summary>
    /// <param name="gate">The gate.</param>
    /// <param name="info">The result of the run.</param>
    /// <param name="folder">The suite's output folder.</param>
    public string Explain(Gate gate, EvalInfo info, string folder)
    {
        ArgumentNullException.ThrowIfNull(gate);
        var telling = gate.Telling(info);
        List<string> lines =
        [
            gate.Conclusion(info), .. gate.Figures(info), gate.Saved(info),
            .. gate.FailedSeeds(info) is { } seeds ? [seeds, .. WhereToLook(telling, folder)] : Array.Empty<string>(),
        ];
        return string.Join('\n', lines);
    }

    /// <summary>Where the report and videos are, and the command that plays an episode again.</summary>
    private IEnumerable<string> WhereToLook(IReadOnlyList<EpisodeRecord> failed, string folder)
    {
        var videos = failed.Where(episode => episode.VideoPath is not null).ToList();
        var again = videos.FirstOrDefault() ?? failed[0];
        return
        [
            Options.Report ? $"report: {Path.Combine(folder, RunReport.FileName)}" : $"results: {Path.Combine(folder, EvalInfo.FileName)}",
            videos.Count == 0
                ? $"videos: none of these episodes has one; {GateParameter.VariableOf("eval.n_episodes_to_render")} sets their number per task"
                : $"videos: {Gate.Some(videos.Select(episode => Path.Combine(folder, episode.VideoPath!)), 2)}",
            $"play seed {again.Seed} again, with a video: {string.Concat(_variables)}"
                + $"{GateParameter.VariableOf($"{again.Suite}.eval.n_episodes_to_render")}={again.EpisodeIndex + 1} "
                + $"dotnet test --filter \"Suite={again.Suite}&Task={again.Task}&DisplayName~episode {again.EpisodeIndex},\"",
        ];
    }

    /// <summary>
    /// A value as a flag has it: a path is relative to the folder of the file. A policy's path can also be another
    /// source's name for a policy.
    /// </summary>
    private static string Located(string name, string value, string folder, List<string> files)
    {
        string path = Path.GetFullPath(HomeFolder.Expand(value), folder);
        return name is "output_dir" or "config_path" || files.Contains(name) || (name == "policy.path" && Path.Exists(path)) ? path : value;
    }

    private static double Percent(string source, string value)
    {
        if (!double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out double percent) || percent is not (>= 0 and <= 100))
            throw new EvalCoreException($"{source}: '{value}' is not a percentage from 0 to 100");
        return percent is > 0 and < 1
            ? throw new EvalCoreException($"{source}: '{value}' is less than 1 percent; thresholds are in percent, for example 90")
            : percent;
    }
}
