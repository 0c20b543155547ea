using System.Globalization;
using EvalCore.Options;
using EvalCore.Results;

namespace EvalCore.Gates;

/// <summary>
/// The gate of one suite: what is evaluated, and the success rates below which it fails.
/// </summary>
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
    }

    /// <summary>What is evaluated.</summary>
    public EvalOptions Options { get; }

    /// <summary>The success rate over all episodes, in percent, below which the gate fails.</summary>
    public double MinPcSuccess { get; }

    /// <summary>The success rate of a task, in percent, below which the gate fails.</summary>
    public double MinPcSuccessOf(string task) => _minSuccessOf.GetValueOrDefault(task, _minTaskSuccess);

    /// <summary>
    /// Reads a suite's gate; null where no policy is configured for it. Every parameter is a flag of <c>evalcore eval</c>,
    /// for all suites (<c>policy.device</c>) or for one (<c>pusht.policy.path</c>), or a threshold.
    /// </summary>
    /// <exception cref="EvalCoreException">A parameter is unknown or has no possible value.</exception>
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

        // An empty value takes a parameter back: of all suites for one, of the file by the environment.
        foreach (string name in own.Where(parameter => parameter.Value.Length == 0).Select(parameter => parameter.Key).ToList())
            own.Remove(name);
        if (!own.ContainsKey("policy.path") && !own.ContainsKey("policy.type"))
            return null;

        // A test run is whole, also where it is itself a task of an array job.
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
                minTaskSuccess = Percent($"{suite}.{name}", value);
            else if (name.StartsWith(MinTaskSuccess + ".", StringComparison.Ordinal))
                minSuccessOf[name[(MinTaskSuccess.Length + 1)..]] = Percent($"{suite}.{name}", value);
            else if (name is "policy.path" or "output_dir")
                tokens.Add($"--{name}={Path.GetFullPath(value, settings.Folder)}");
            else
                tokens.Add($"--{name}={value}");
        }

        if (!hasThreshold)
        {
            throw new EvalCoreException(
                $"{RunSettings.FileName}: {suite}.{MinSuccess} is missing: a gate needs the success rate, in percent, below which it fails");
        }

        try
        {
            return new SuiteGate(EvalOptions.Read(tokens, registry), minSuccess, minTaskSuccess, minSuccessOf);
        }
        catch (EvalCoreException e)
        {
            throw new EvalCoreException($"{RunSettings.FileName}, suite {suite}: {e.Message}", e);
        }
    }

    /// <summary>Compares a success rate with a threshold.</summary>
    /// <returns>Null when it is reached, or the line that says by how much it is missed.</returns>
    public static string? Miss(string what, Aggregate result, double minPcSuccess)
    {
        if (result.NEpisodes == 0)
            return $"{what}: no episode was played";
        return result.PcSuccess >= minPcSuccess
            ? null
            : string.Create(
                CultureInfo.InvariantCulture,
                $"{what}: {result.PcSuccess:0.0} % of {result.NEpisodes} episodes succeed; at least {minPcSuccess:0.0} % is asked for");
    }

    private static double Percent(string name, string value) =>
        double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out double percent) && percent is >= 0 and <= 100
            ? percent
            : throw new EvalCoreException($"{RunSettings.FileName}: {name}: '{value}' is not a percentage from 0 to 100");
}
