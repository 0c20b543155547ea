using EvalCore.Evaluation;
using EvalCore.Options;
using EvalCore.Rollout;

namespace EvalCore.Gates;

/// <summary>
/// The names of the parameters of gates, in <c>runsettings.xml</c> (<c>pusht.min_success</c>) and as environment
/// variables (<c>EVALCORE_PUSHT_MIN_SUCCESS</c>).
/// </summary>
/// <param name="suites">The suites of the program.</param>
internal sealed class GateParameter(IReadOnlyCollection<string> suites)
{
    private const string Prefix = "EVALCORE_";

    /// <summary>The number of edits in which a misspelt name still is recognized.</summary>
    private const int Misspelt = 2;

    private static readonly string[] Sections = ["env", "eval", "policy"];

    /// <summary>Flags outside a section, and what a gate demands. A gate judges all episodes: it has no shard.</summary>
    private static readonly string[] Single =
    [
        .. OptionProperty.Of(typeof(EvalOptions)).Select(property => property.Name), "config_path", "trust_remote_code",
        SuiteGate.MinSuccess, SuiteGate.MinGroupSuccess, SuiteGate.MinTaskSuccess, .. SuiteGate.Comparing,
    ];

    /// <summary>The names that misspelt ones are compared with.</summary>
    private static readonly string[] Usual =
    [
        .. Single, "policy.path", "policy.type", "policy.device", "env.task", "env.obs_type",
        .. OptionProperty.Of(typeof(EvalConfig), "eval.").Select(property => property.Name),
    ];

    /// <summary>Variables of this prefix that are no parameters of gates.</summary>
    private static readonly string[] Others = ["EVALCORE_CACHE", "EVALCORE_MIRROR", "EVALCORE_IGNORE_SYSTEM_LIBRARIES", "EVALCORE_POLICY_API_KEY"];

    private IEnumerable<string> UsualNames => Usual.Concat(suites.SelectMany(suite => Usual.Select(name => $"{suite}.{name}")));

    /// <summary>Checks the name of a parameter in the file.</summary>
    /// <param name="name">The name, for example <c>pusht.min_success</c>.</param>
    /// <returns>Null for a valid name, else the end of a message: what is wrong, and the name that may be meant.</returns>
    public string? Unknown(string name)
    {
        if (IsParameter(name[(SuiteOf(name, '.').Length)..]))
            return null;
        string first = name.Split('.')[0];
        string otherwise = name.Contains('.', StringComparison.Ordinal) && !Sections.Contains(first) && !suites.Contains(first)
            ? $"; '{first}' is not a suite of this program (known: {string.Join(", ", suites)})"
            : "; a parameter is a flag of evalcore eval or a threshold, for all suites or after a suite's name";
        if (OfGroup(name) is { } meant)
            return $"unknown parameter '{name}'; did you mean '{meant}'?";
        return $"unknown parameter '{name}'{Nearest.Hint(name, UsualNames, otherwise)}";
    }

    /// <summary>The parameter that an environment variable sets; null for other variables.</summary>
    public string? OfVariable(string variable)
    {
        if (!variable.StartsWith(Prefix, StringComparison.Ordinal) || Others.Contains(variable))
            return null;
        string rest = variable[Prefix.Length..].ToLowerInvariant();
        string suite = SuiteOf(rest, '_');
        rest = rest[suite.Length..];
        string name = Sections.FirstOrDefault(section => rest.StartsWith(section + "_", StringComparison.Ordinal) && rest.Length > section.Length + 1) is { } section
            ? $"{section}.{rest[(section.Length + 1)..]}"
            : rest.StartsWith(SuiteGate.MinGroupSuccess + "_", StringComparison.Ordinal) ? $"{SuiteGate.MinGroupSuccess}.{rest[(SuiteGate.MinGroupSuccess.Length + 1)..]}"
            : rest;
        return IsParameter(name) ? (suite.Length == 0 ? "" : $"{suite[..^1]}.") + name : null;
    }

    /// <summary>
    /// Checks the name of an environment variable. Variables of other tools, and of suites that this program does not
    /// have, are not refused.
    /// </summary>
    /// <returns>Null, or the message for a misspelt name.</returns>
    public string? UnknownVariable(string variable)
    {
        if (Others.Contains(variable) || OfVariable(variable) is not null)
            return null;
        var known = UsualNames.Select(VariableOf).Concat(Others).ToList();
        bool isOurs = variable.StartsWith(Prefix, StringComparison.Ordinal);
        if (isOurs && SuiteOf(variable[Prefix.Length..].ToLowerInvariant(), '_').Length > 0)
        {
            if (OfGroup(variable[Prefix.Length..].ToLowerInvariant().Replace($"_{SuiteGate.MinSuccess}", $".{SuiteGate.MinSuccess}", StringComparison.Ordinal)) is { } meant)
                return $"unknown variable '{variable}'; did you mean '{VariableOf(meant)}'?";
            return variable.Contains("_MIN_TASK_SUCCESS_", StringComparison.Ordinal)
                ? $"unknown variable '{variable}'; the threshold of one task is set in {RunSettings.FileName}"
                : $"unknown variable '{variable}'{Nearest.Hint(variable, known, "; it is neither a flag of the suite nor a threshold")}";
        }

        // A variable without a suite's name may be another program's: only a near name is taken for a misspelt one.
        string upper = variable.ToUpperInvariant();
        if (!upper.StartsWith("EVAL", StringComparison.Ordinal))
            return null;
        string? near = known.Find(name => Math.Abs(name.Length - upper.Length) <= Misspelt && Nearest.Distance(name, upper) <= Misspelt)
            ?? (isOurs ? known.Find(name => name.EndsWith(upper[(Prefix.Length - 1)..], StringComparison.Ordinal)) : null);
        return near is null ? null : $"unknown variable '{variable}'; did you mean '{near}'?";
    }

    /// <summary>The environment variable that sets a parameter.</summary>
    public static string VariableOf(string name) => Prefix + name.Replace('.', '_').ToUpperInvariant();

    private static bool IsParameter(string name) =>
        Single.Contains(name)
        || Sections.Any(section => name.StartsWith(section + ".", StringComparison.Ordinal) && name.Length > section.Length + 1)
        || (name.StartsWith(SuiteGate.MinGroupSuccess + ".", StringComparison.Ordinal) && name.Length > SuiteGate.MinGroupSuccess.Length + 1)
        || (name.StartsWith(SuiteGate.MinTaskSuccess + ".", StringComparison.Ordinal) && name.Length > SuiteGate.MinTaskSuccess.Length + 1);

    /// <summary>
    /// The parameter that is meant by <c>libero_spatial.min_success</c>: the threshold of a group whose name begins with its
    /// suite's; null for other names.
    /// </summary>
    private string? OfGroup(string name) =>
        name.Split('.') is [var group, SuiteGate.MinSuccess] && !suites.Contains(group)
        && suites.Where(suite => group.StartsWith(suite + "_", StringComparison.Ordinal)).MaxBy(suite => suite.Length) is { } suite
            ? $"{suite}.{SuiteGate.MinGroupSuccess}.{group}"
            : null;

    /// <summary>The suite that a name begins with, with the separator; empty for none. The longest counts.</summary>
    private string SuiteOf(string name, char separator) =>
        suites.Select(suite => suite + separator).Where(prefix => name.StartsWith(prefix, StringComparison.Ordinal)).MaxBy(prefix => prefix.Length) ?? "";
}
