using System.Xml;
using System.Xml.Linq;

namespace EvalCore.Gates;

/// <summary>
/// The parameters of gates: <c>TestRunParameters</c> of <c>runsettings.xml</c>, overridden by environment variables.
/// The variable <c>EVALCORE_POLICY_DEVICE</c> overrides the parameter <c>policy.device</c>, and
/// <c>EVALCORE_PUSHT_EVAL_N_EPISODES</c> overrides <c>pusht.eval.n_episodes</c>.
/// </summary>
public sealed class RunSettings
{
    /// <summary>The file's name, at the root of the solution.</summary>
    public const string FileName = "runsettings.xml";

    private const string Prefix = "EVALCORE_";

    private RunSettings(string folder, IReadOnlyDictionary<string, string> parameters) =>
        (Folder, Parameters) = (folder, parameters);

    /// <summary>The folder of the file. Relative paths in the file are relative to it.</summary>
    public string Folder { get; }

    /// <summary>The parameters, by name.</summary>
    public IReadOnlyDictionary<string, string> Parameters { get; }

    /// <summary>Reads the file in a folder or in the nearest one above it, and the environment variables.</summary>
    /// <param name="folder">The folder in which the search starts.</param>
    /// <param name="suites">The suites a parameter's name may begin with.</param>
    /// <param name="environment">The environment variables.</param>
    /// <exception cref="EvalCoreException">The file is missing or malformed.</exception>
    public static RunSettings Load(
        string folder, IReadOnlyCollection<string> suites, IReadOnlyDictionary<string, string> environment)
    {
        string? at = folder;
        while (at is not null && !File.Exists(Path.Combine(at, FileName)))
            at = Path.GetDirectoryName(at);
        if (at is null)
            throw new EvalCoreException($"{FileName} is missing: neither {folder} nor a folder above it contains it");

        var parameters = ReadFile(Path.Combine(at, FileName));
        foreach (var (variable, value) in environment)
        {
            if (ParameterOf(variable, suites) is { } name)
                parameters[name] = value;
        }

        return new RunSettings(at, parameters);
    }

    /// <summary>The parameter that an environment variable sets; null for other variables.</summary>
    internal static string? ParameterOf(string variable, IReadOnlyCollection<string> suites)
    {
        if (!variable.StartsWith(Prefix, StringComparison.Ordinal))
            return null;
        string rest = variable[Prefix.Length..].ToLowerInvariant();
        string suite = suites.FirstOrDefault(name => rest.StartsWith(name + "_", StringComparison.Ordinal)) is { } found
            ? found + "."
            : "";
        rest = rest[(suite.Length == 0 ? 0 : suite.Length)..];
        foreach (string section in (ReadOnlySpan<string>)["env", "eval", "policy"])
        {
            if (rest.StartsWith(section + "_", StringComparison.Ordinal))
                return $"{suite}{section}.{rest[(section.Length + 1)..]}";
        }

        return rest is "seed" or "output_dir" or "rename_map" or SuiteGate.MinSuccess or SuiteGate.MinTaskSuccess
            ? suite + rest
            : null;
    }

    private static Dictionary<string, string> ReadFile(string path)
    {
        try
        {
            var parameters = new Dictionary<string, string>(StringComparer.Ordinal);
            foreach (var element in XDocument.Load(path).Root!.Elements("TestRunParameters").Elements("Parameter"))
            {
                if (element.Attribute("name")?.Value is not { } name || element.Attribute("value")?.Value is not { } value)
                    throw new EvalCoreException($"{path}: a Parameter needs the attributes name and value");
                parameters[name] = value;
            }

            return parameters;
        }
        catch (Exception e) when (e is XmlException or IOException or UnauthorizedAccessException)
        {
            throw EvalCoreException.CannotRead($"{path}:", e);
        }
    }
}
