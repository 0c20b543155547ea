using System.Globalization;
using EvalCore.Environments;
using EvalCore.Evaluation;
using EvalCore.Options;
using EvalCore.Results;

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

    private readonly double? _minSuccess;
    private readonly Thresholds _minGroupSuccess;
    private readonly Thresholds _minTaskSuccess;
    private readonly IReadOnlyList<string> _variables;

    private SuiteGate(
        EvalOptions options, IReadOnlyList<EnvTask> tasks, double? minSuccess, Thresholds minGroupSuccess, Thresholds minTaskSuccess,
        IReadOnlyList<string> variables)
    {
        (Options, Tasks, _variables) = (options, tasks, variables);
        (_minSuccess, _minGroupSuccess, _minTaskSuccess) = (minSuccess, minGroupSuccess, minTaskSuccess);
    }

    /// <summary>The options of the evaluation.</summary>
    public EvalOptions Options { get; }

    /// <summary>The tasks that are evaluated.</summary>
    public IReadOnlyList<EnvTask> Tasks { get; }

    /// <summary>
    /// The groups of tasks that have a threshold of their own: not the suite itself, nor a task that was named individually.
    /// </summary>
    public IReadOnlyList<string> Groups => [.. Tasks.Where(IsInGroup).Select(task => task.Group).Distinct()];

    /// <summary>
    /// The values of a task's trait <c>Suite</c>: the environment type and, where the suite has groups of tasks, the group
    /// (<c>libero</c>, <c>libero_spatial</c>).
    /// </summary>
    public static string[] SuitesOf(EnvTask task) => IsInGroup(task) ? [task.Suite, task.Group] : [task.Suite];

    private static bool IsInGroup(EnvTask task) => task.Group != task.Suite && task.Group != task.Name;

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
            else
                tokens.Add($"--{name}={Located(name, value, settings.Folder, files)}");
        }

        try
        {
            if (minSuccess is null && minGroupSuccess.IsEmpty && minTaskSuccess.IsEmpty)
            {
                throw new EvalCoreException(
                    $"a gate needs a threshold in percent: {suite}.{MinSuccess} over all episodes, {suite}.{MinGroupSuccess} for each group of tasks, or {suite}.{MinTaskSuccess} for each task");
            }

            var options = EvalOptions.Read(tokens, registry);
            using var benchmark = options.Env.Open();
            var gate = new SuiteGate(options, benchmark.Tasks, minSuccess, minGroupSuccess, minTaskSuccess, [.. Variables(suite, settings, registry)]);
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

    /// <summary>The environment variables that an episode's result depends on, as a shell sets them.</summary>
    private static IEnumerable<string> Variables(string suite, RunSettings settings, Registry registry)
    {
        foreach (var (name, value) in settings.Parameters.OrderBy(parameter => parameter.Key, StringComparer.Ordinal))
        {
            string of = registry.EnvTypes.FirstOrDefault(type => name.StartsWith(type + ".", StringComparison.Ordinal)) ?? suite;
            string flag = name.StartsWith(of + ".", StringComparison.Ordinal) ? name[(of.Length + 1)..] : name;
            bool concernsEpisodes = !flag.StartsWith(MinSuccess, StringComparison.Ordinal) && !flag.StartsWith(MinGroupSuccess, StringComparison.Ordinal)
                && !flag.StartsWith(MinTaskSuccess, StringComparison.Ordinal)
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
        return result.PcSuccess >= minPcSuccess
            ? null
            : string.Create(
                CultureInfo.InvariantCulture,
                $"{what}: the success rate is {result.PcSuccess:0.0} % over {Count(result.NEpisodes)}, below the threshold of {minPcSuccess:0.0} %");
    }

    /// <summary>
    /// One line on a gate after a test run: the success rate with its 95 % interval, the number of episodes, the
    /// thresholds, and the tasks below theirs.
    /// </summary>
    /// <param name="episodes">The episodes that were played.</param>
    public string Summary(IReadOnlyCollection<EpisodeRecord> episodes)
    {
        var result = Aggregate.Of(episodes);
        int planned = Tasks.Count * Options.Eval.NEpisodes;
        var tasksBelow = Below(episodes.GroupBy(episode => (episode.TaskGroup, episode.Task)), task => task.Task, MinPcSuccessOf);
        var groupsBelow = Below(episodes.Where(episode => Groups.Contains(episode.TaskGroup)).GroupBy(episode => episode.TaskGroup), group => group, MinPcSuccessOfGroup);
        bool holds = tasksBelow.Count == 0 && groupsBelow.Count == 0 && FailureMessage("", result, MinPcSuccess) is null;
        string[] facts =
        [
            // Cases that a filter leaves out are not judged.
            episodes.Count == planned ? (holds ? "the gate holds" : "the gate fails") : $"{episodes.Count} of {planned} episodes were played",
            string.Create(
                CultureInfo.InvariantCulture,
                $"success rate {result.PcSuccess:0.0} % over {Count(result.NEpisodes)} (95 % interval {result.PcSuccessCi95.Low:0.0} to {result.PcSuccessCi95.High:0.0} %)"),
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
    public string Explain(string message, IReadOnlyCollection<EpisodeRecord> episodes, string folder)
    {
        var failed = episodes.Where(episode => !episode.Success).OrderBy(episode => episode.Task, StringComparer.Ordinal).ThenBy(episode => episode.EpisodeIndex).ToList();
        if (failed.Count == 0)
            return message;
        var interval = Aggregate.Of(episodes).PcSuccessCi95;
        bool several = failed.Select(episode => episode.Task).Distinct().Count() > 1;
        var videos = failed.Where(episode => episode.VideoPath is not null).ToList();
        var again = videos.FirstOrDefault() ?? failed[0];
        List<string> lines =
        [
            message,
            string.Create(CultureInfo.InvariantCulture, $"95 % interval of the success rate: {interval.Low:0.0} to {interval.High:0.0} %"),
            $"failed seeds: {Some(failed.Select(episode => several ? $"{episode.Task} {episode.Seed}" : $"{episode.Seed}"), several ? 6 : 15)}",
            $"results: {Path.Combine(folder, EvalInfo.FileName)}",
            videos.Count == 0
                ? $"videos: none of these episodes has one; {GateParameter.VariableOf("eval.n_episodes_to_render")} sets their number per task"
                : $"videos: {Some(videos.Select(episode => Path.Combine(folder, episode.VideoPath!)), 2)}",
            $"play seed {again.Seed} again, with a video: {string.Concat(_variables)}"
                + $"{GateParameter.VariableOf($"{again.Suite}.eval.n_episodes_to_render")}={again.EpisodeIndex + 1} "
                + $"dotnet test --filter \"Suite={again.Suite}&Task={again.Task}&DisplayName~episode {again.EpisodeIndex},\"",
        ];
        return string.Join('\n', lines);
    }

    private static string Count(int episodes) => episodes == 1 ? "1 episode" : $"{episodes} episodes";

    private static string Some(IEnumerable<string> names, int most)
    {
        var all = names.ToList();
        return string.Join(", ", all.Take(most)) + (all.Count > most ? $" and {all.Count - most} more" : "");
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
