using System.Xml;
using System.Xml.Linq;
using EvalCore.Files;
using EvalCore.Options;

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

    private readonly IReadOnlyDictionary<string, string> _variables;

    private RunSettings(string folder, IReadOnlyDictionary<string, string> parameters, IReadOnlyDictionary<string, string> variables) =>
        (Folder, Parameters, _variables) = (folder, parameters, variables);

    /// <summary>The folder of the file. Relative paths in the file are relative to it.</summary>
    public string Folder { get; }

    /// <summary>The parameters, by name.</summary>
    public IReadOnlyDictionary<string, string> Parameters { get; }

    /// <summary>Reads the file in a folder or in the nearest one above it, and the environment variables.</summary>
    /// <param name="folder">The folder in which the search starts.</param>
    /// <param name="suites">The suites a parameter's name may begin with.</param>
    /// <param name="environment">The environment variables.</param>
    /// <exception cref="EvalCoreException">
    /// The file is missing or malformed, or it or a variable has an unknown name.
    /// </exception>
    public static RunSettings Load(
        string folder, IReadOnlyCollection<string> suites, IReadOnlyDictionary<string, string> environment) =>
        Load([folder], suites, environment);

    /// <summary>The same for several folders: the first in or above which there is a file counts.</summary>
    /// <param name="folders">The folders in which the search starts, in this order.</param>
    /// <param name="suites">The suites a parameter's name may begin with.</param>
    /// <param name="environment">The environment variables.</param>
    /// <exception cref="EvalCoreException">
    /// The file is missing or malformed, or it or a variable has an unknown name.
    /// </exception>
    public static RunSettings Load(
        IReadOnlyList<string> folders, IReadOnlyCollection<string> suites, IReadOnlyDictionary<string, string> environment)
    {
        string at = folders.Select(Above).FirstOrDefault(found => found is not null)
            ?? throw new EvalCoreException($"{FileName} is missing: neither {folders[0]} nor a folder above it contains it");
        var names = new GateParameter(suites);
        var parameters = ReadFile(Path.Combine(at, FileName), names);
        var variables = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (variable, value) in environment.OrderBy(entry => entry.Key, StringComparer.Ordinal))
        {
            if (names.OfVariable(variable) is { } name)
            {
                if (!variables.TryAdd(name, variable))
                    throw new EvalCoreException($"{variable}: {variables[name]} sets the same parameter; remove one of the two variables");
                parameters[name] = value;
            }
            else if (names.UnknownVariable(variable) is { } error)
                throw new EvalCoreException(error);
        }

        return new RunSettings(at, parameters, variables);

        static string? Above(string folder)
        {
            string? at = folder;
            while (at is not null && !File.Exists(Path.Combine(at, FileName)))
                at = Path.GetDirectoryName(at);
            return at;
        }
    }

    /// <summary>The environment variable that a parameter's value comes from; null for the file.</summary>
    internal string? VariableOf(string name) => _variables.GetValueOrDefault(name);

    /// <summary>Where a parameter's value comes from, for messages.</summary>
    internal string SourceOf(string name) => VariableOf(name) ?? $"{FileName}: {name}";

    private static Dictionary<string, string> ReadFile(string path, GateParameter names)
    {
        try
        {
            var parameters = new Dictionary<string, string>(StringComparer.Ordinal);
            using var file = InputFile.Open(path);
            var root = XDocument.Load(file, LoadOptions.SetLineInfo).Root!;
            foreach (var element in Children(path, root, "RunSettings", "TestRunParameters").SelectMany(group => Children(path, group, "TestRunParameters", "Parameter")))
            {
                string where = Where(path, element);
                if (element.Attribute("name")?.Value is not { } name || element.Attribute("value")?.Value is not { } value)
                    throw new EvalCoreException($"{where}: a Parameter needs the attributes name and value");
                if (names.Unknown(name) is { } error)
                    throw new EvalCoreException($"{where}: {error}");
                if (!parameters.TryAdd(name, value))
                    throw new EvalCoreException($"{where}: the parameter '{name}' is given twice");
            }

            return parameters;
        }
        catch (Exception e) when (e is XmlException or IOException or UnauthorizedAccessException)
        {
            throw EvalCoreException.CannotRead($"{path}:", e);
        }
    }

    /// <summary>
    /// The child elements of a name. Others are those of other test runners, except a misspelt name and, in the group
    /// of parameters, any.
    /// </summary>
    private static IEnumerable<XElement> Children(string path, XElement parent, string parentName, string name)
    {
        if (parent.Name.LocalName != parentName)
            throw new EvalCoreException($"{Where(path, parent)}: expected <{parentName}>, found <{parent.Name.LocalName}>");
        foreach (var child in parent.Elements())
        {
            string found = child.Name.LocalName;
            if (found == name)
                yield return child;
            else if (name == "Parameter" || Nearest.To(found, [name]) is not null)
                throw new EvalCoreException($"{Where(path, child)}: unknown element <{found}>; did you mean <{name}>?");
        }
    }

    private static string Where(string path, XElement element) =>
        element is IXmlLineInfo line && line.HasLineInfo() ? $"{path} (line {line.LineNumber})" : path;
}
