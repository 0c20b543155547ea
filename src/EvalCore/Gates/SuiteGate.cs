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

    /// <summary>The parameter with the threshold of each task, in percent; <c>min_task_success.NAME</c> for one task.</summary>
    public const string MinTaskSuccess = "min_task_success";

    private readonly double _minTaskSuccess;
    private readonly Dictionary<string, double> _minSuccessOf;

    private SuiteGate(EvalOptions options, double minSuccess, double minTaskSuccess, Dictionary<string, double> minSuccessOf)
    {
        (Options, MinPcSuccess) = (options, minSuccess);
        (_minTaskSuccess, _minSuccessOf) = (minTaskSuccess, minSuccessOf);
        using var benchmark = options.Env.Open();
        Tasks = benchmark.Tasks;
    }

    /// <summary>The options of the evaluation.</summary>
    public EvalOptions Options { get; }

    /// <summary>The tasks that are evaluated.</summary>
    public IReadOnlyList<EnvTask> Tasks { get; }

    /// <summary>The success rate over all episodes, in percent, below which the gate fails.</summary>
    public double MinPcSuccess { get; }

    /// <summary>The success rate of a task, in percent, below which the gate fails.</summary>
    public double MinPcSuccessOf(string task) => _minSuccessOf.GetValueOrDefault(task, _minTaskSuccess);

    /// <summary>
    /// Reads a suite's gate; null when no policy is configured for it. Every parameter is a flag of <c>evalcore
    /// eval</c>, for all suites (<c>policy.device</c>) or for one (<c>pusht.policy.path</c>), or a threshold.
    /// </summary>
    /// <exception cref="EvalCoreException">A parameter is unknown or its value is invalid.</exception>
    public static SuiteGate? Read(string suite, RunSettings settings, Registry registry)
    {
        var own = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, value) in settings.Parameters)
        {
            if (!registry.EnvTypes.Any(type => name.StartsWith(type + ".", StringComparison.Ordinal)))
                own.TryAdd(name, value);
            else if (name.StartsWith(suite + ".", StringComparison.Ordinal))
                own[name[(suite.Length + 1)..]] = value;
        }

        // An empty value removes a parameter: a suite's removes one of all suites, a variable's removes one of the
        // file.
        foreach (string name in own.Where(parameter => parameter.Value.Length == 0).Select(parameter => parameter.Key).ToList())
            own.Remove(name);
        if (!own.ContainsKey("policy.path") && !own.ContainsKey("policy.type"))
            return null;

        // A test run plays all episodes, also inside an array job.
        own.TryAdd("shard", "0/1");
        own.TryAdd("output_dir", Path.Combine("outputs", "gates"));
        double minSuccess = 0;
        double minTaskSuccess = 0;
        bool hasThreshold = false;
        var minSuccessOf = new Dictionary<string, double>(StringComparer.Ordinal);
        var tokens = new List<string> { $"--env.type={suite}" };
        foreach (var (name, value) in own)
        {
            if (name == MinSuccess)
                (minSuccess, hasThreshold) = (Percent($"{suite}.{name}", value), true);
            else if (name == MinTaskSuccess)
                (minTaskSuccess, hasThreshold) = (Percent($"{suite}.{name}", value), true);
            else if (name.StartsWith(MinTaskSuccess + ".", StringComparison.Ordinal))
                minSuccessOf[name[(MinTaskSuccess.Length + 1)..]] = Percent($"{suite}.{name}", value);
            else if (name == "output_dir" || (name == "policy.path" && Path.Exists(Path.GetFullPath(value, settings.Folder))))
                tokens.Add($"--{name}={Path.GetFullPath(value, settings.Folder)}");
            else
                tokens.Add($"--{name}={value}");
        }

        if (!hasThreshold && minSuccessOf.Count == 0)
        {
            throw new EvalCoreException(
                $"{RunSettings.FileName}: a gate needs a threshold in percent: {suite}.{MinSuccess} over all episodes, or {suite}.{MinTaskSuccess} for each task");
        }

        try
        {
            var gate = new SuiteGate(EvalOptions.Read(tokens, registry), minSuccess, minTaskSuccess, minSuccessOf);
            var tasks = gate.Tasks.Select(task => task.Name).ToList();
            if (minSuccessOf.Keys.FirstOrDefault(task => !tasks.Contains(task)) is { } unknown)
                throw new EvalCoreException($"{MinTaskSuccess}.{unknown}: the gate plays no task of that name{Nearest.Hint(unknown, tasks)}");
            return gate;
        }
        catch (EvalCoreException e)
        {
            throw new EvalCoreException($"{RunSettings.FileName}, suite {suite}: {e.Message}", e);
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
                $"{what}: the success rate is {result.PcSuccess:0.0} % over {result.NEpisodes} episodes, below the threshold of {minPcSuccess:0.0} %");
    }

    private static double Percent(string name, string value)
    {
        if (!double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out double percent) || percent is not (>= 0 and <= 100))
            throw new EvalCoreException($"{RunSettings.FileName}: {name}: '{value}' is not a percentage from 0 to 100");
        return percent is > 0 and < 1
            ? throw new EvalCoreException($"{RunSettings.FileName}: {name}: '{value}' is less than 1 percent; thresholds are in percent, for example 90")
            : percent;
    }
}
