using System.Text.Json.Nodes;

namespace EvalCore.Options;

/// <summary>
/// The flags of a command line and the values of a configuration file, before they are bound to options. Flags override
/// the file. Values are taken out one by one; those left at the end are unknown.
/// </summary>
public sealed class OptionSet
{
    private const string Expected = "a configuration file: JSON with the flags' nested structure";

    private readonly Dictionary<string, OptionValue> _values = new(StringComparer.Ordinal);
    private readonly List<string> _known = [];
    private IReadOnlyList<string> _openGroups = [];
    private string? _command;

    /// <summary>Reads flags: <c>--name=value</c>, <c>--name value</c>, or <c>--name</c> alone for a boolean.</summary>
    /// <exception cref="EvalCoreException">A token is not a flag.</exception>
    public OptionSet(IReadOnlyList<string> tokens)
    {
        if (tokens.Any(token => token.Contains('\0', StringComparison.Ordinal)))
            throw new EvalCoreException("a flag contains a NUL character, which is not allowed");
        for (int i = 0; i < tokens.Count; i++)
        {
            string token = tokens[i];
            if (!IsFlag(token))
                throw new EvalCoreException($"unexpected '{token}'; flags are written --flag=value");
            string[] parts = token[2..].Split('=', 2);
            string? text = parts.Length == 2 ? parts[1] : i + 1 < tokens.Count && !IsFlag(tokens[i + 1]) ? tokens[++i] : null;
            _values[parts[0]] = _values.TryGetValue(parts[0], out var before) ? before.Again(text) : OptionValue.OfFlag(parts[0], text);
        }
    }

    private OptionSet(OptionSet other)
    {
        _values = new(other._values, StringComparer.Ordinal);
        _known = [.. other._known];
        (_openGroups, _command) = (other._openGroups, other._command);
    }

    /// <summary>Another set with the same values: what is taken out of one remains in the other.</summary>
    internal OptionSet Copy() => new(this);

    /// <summary>Whether a value is given.</summary>
    internal bool Has(string name) => _values.ContainsKey(name);

    /// <summary>The flags of a group, as they were given: <c>--eval.n_episodes=50</c>.</summary>
    internal IReadOnlyList<string> Flags(string group) =>
        [.. _values.Where(entry => entry.Key.StartsWith($"{group}.", StringComparison.Ordinal)).Select(entry => entry.Value.Texts is [.., null] ? $"--{entry.Key}" : $"--{entry.Key}={entry.Value.Text()}")];

    /// <summary>Gives a flag a value, in place of one that it has.</summary>
    internal void Give(string name, string text) => _values[name] = OptionValue.OfFlag(name, text);

    /// <summary>Removes all values of a group: <c>policy</c>.</summary>
    internal void Drop(string group)
    {
        foreach (string name in _values.Keys.Where(name => name.StartsWith($"{group}.", StringComparison.Ordinal)).ToList())
            _values.Remove(name);
    }

    /// <summary>
    /// Adds the values of a configuration file: a JSON object with the flags' nested structure. Flags override them.
    /// </summary>
    /// <param name="path">The file.</param>
    /// <param name="groups">The names of the nested objects, for example <c>env</c>.</param>
    /// <exception cref="EvalCoreException">The file is missing or is not a JSON object.</exception>
    public void AddFile(string path, params ReadOnlySpan<string> groups)
    {
        if (Directory.Exists(path))
            throw new EvalCoreException($"{path}: is a folder; name a JSON or YAML file with the flags' nested structure (a checkpoint's folder is --policy.path)");
        Add(path, Read(path), groups);
    }

    /// <summary>Adds values that flags override.</summary>
    /// <param name="path">The file they come from, for messages.</param>
    /// <param name="values">The values.</param>
    /// <param name="groups">The names of the nested objects, for example <c>env</c>.</param>
    public void Add(string path, JsonObject values, params ReadOnlySpan<string> groups)
    {
        foreach (var (key, node) in values)
        {
            if (node is JsonObject group && groups.Contains(key))
                AddGroup(path, key, group);
            else if (!(node is null && groups.Contains(key)))
                _values.TryAdd(key, OptionValue.OfFile(path, key, node));
        }
    }

    /// <summary>Reads <c>--env=FILE</c>: a configuration file of one group, as LeRobot's parser does.</summary>
    public void AddGroupFile(string group)
    {
        if (Take(group) is not { } value)
            return;
        string path = HomeFolder.Expand(value.Text());
        if (Directory.Exists(path))
        {
            throw new EvalCoreException(group == "policy"
                ? $"{value.Label}: '{path}' is a folder; name a checkpoint as path: --policy.path={path}, or {{\"path\": ...}} in a file"
                : $"{value.Label}: '{path}' is a folder; name a JSON or YAML file");
        }

        AddGroup(path, group, Read(path));
    }

    /// <summary>Removes a value and returns it; null when none is given.</summary>
    internal OptionValue? Take(string name)
    {
        _known.Add(name);
        _values.Remove(name, out var value);
        return value;
    }

    /// <summary>
    /// States the names that the command has in any case, so that an unknown flag is reported before a missing one.
    /// </summary>
    /// <param name="command">The command whose help lists the flags.</param>
    /// <param name="names">The names.</param>
    /// <param name="openGroups">The groups whose names depend on other flags: <c>env</c>.</param>
    public void Expect(string command, IEnumerable<string> names, params IReadOnlyList<string> openGroups)
    {
        _known.AddRange(names);
        (_command, _openGroups) = (command, openGroups);
    }

    /// <summary>
    /// The exception for a missing value; when a given name is a misspelling of it, or is unknown (<see cref="Expect"/>), the
    /// exception is about that name.
    /// </summary>
    public EvalCoreException Missing(string message, params IReadOnlyCollection<string> names)
    {
        var (given, value) = _values.FirstOrDefault(entry => Nearest.To(entry.Key, names) is not null);
        if (value is not null)
            return Unknown(given, value, names, "");
        (given, value) = _values.FirstOrDefault(entry => _command is not null && !IsExpected(entry.Key));
        return value is null ? new EvalCoreException(message) : Unknown(given, value, [.. _known, .. names], $"; see evalcore {_command} --help");
    }

    /// <summary>Removes a value and returns it as a string; null when none or <c>null</c> is given.</summary>
    public string? TakeText(string name) => Take(name)?.Text() is { } text && text is not ("null" or "None") ? text : null;

    /// <summary>
    /// Removes a path and returns it, with a <c>~</c> at its beginning replaced by the home folder; null when none or
    /// <c>null</c> is given.
    /// </summary>
    public string? TakePath(string name) => TakeText(name) is { } path ? HomeFolder.Expand(path) : null;

    /// <summary>Refuses <c>null</c> for a value that always has one.</summary>
    /// <param name="name">The flag without its dashes.</param>
    /// <param name="instead">What to give instead, for the message.</param>
    /// <exception cref="EvalCoreException">The value is null.</exception>
    public void RefuseNull(string name, string instead)
    {
        if (_values.TryGetValue(name, out var value) && (value.Texts is { } texts ? texts[^1] is "null" or "None" : value.Json is null))
            throw new EvalCoreException($"{value.Label}: null is not possible; {instead}");
    }

    /// <summary>Sets each property of <paramref name="owner"/> for which a value is given.</summary>
    /// <returns>The names of the properties that were set, without the prefix.</returns>
    /// <exception cref="EvalCoreException">A value is not of its property's type, or not in its range.</exception>
    public IReadOnlyList<string> Bind(object owner, string prefix = "")
    {
        var given = new List<string>();
        foreach (var property in OptionProperty.Of(owner.GetType(), prefix))
        {
            if (Take(property.Name) is not { } value)
                continue;
            property.Set(owner, value);
            given.Add(property.Name[prefix.Length..]);
        }

        return given;
    }

    /// <summary>Checks that every value was taken; a remaining one is unknown.</summary>
    /// <param name="command">The command whose help lists the known flags.</param>
    /// <param name="reason">The reason why a flag is unknown, for a name that is like no known one; null for none.</param>
    /// <exception cref="EvalCoreException">A flag or key is unknown.</exception>
    public void Finish(string command, Func<string, string?>? reason = null)
    {
        foreach (var (name, value) in _values)
            throw Unknown(name, value, _known, reason?.Invoke(name) is { } text ? $"; {text}" : $"; see evalcore {command} --help");
    }

    /// <summary>The exception for an unknown flag or key.</summary>
    internal static EvalCoreException Unknown(string name, OptionValue value, IEnumerable<string> known, string otherwise)
    {
        // A flag without its section, or with another: --device is meant to be --policy.device.
        string last = name[(name.LastIndexOf('.') + 1)..];
        string near = (known.FirstOrDefault(other => other != name && other.EndsWith($".{name}", StringComparison.Ordinal))
            ?? Nearest.To(name, known)
            ?? known.FirstOrDefault(other => other == last)) is { } match ? $"; did you mean '{(value.Texts is null ? "" : "--")}{match}'?" : otherwise;
        return value.Texts is null
            ? new EvalCoreException($"{value.Label[..^(name.Length + 2)]}: unknown key '{name}'{near}")
            : new EvalCoreException($"unknown flag '{value.Label}'{near}");
    }

    private static JsonObject Read(string path) =>
        Path.GetExtension(path).ToLowerInvariant() is ".yaml" or ".yml" ? YamlFile.Read(path, Expected) : JsonFile.Read(path, Expected);

    private bool IsExpected(string name) =>
        _known.Contains(name) || _openGroups.Any(group => name.StartsWith($"{group}.", StringComparison.Ordinal));

    private static bool IsFlag(string token) => token.Length > 2 && token.StartsWith("--", StringComparison.Ordinal) && token[2] is not ('=' or '-');

    private void AddGroup(string path, string group, JsonObject values)
    {
        foreach (var (key, node) in values)
            _values.TryAdd($"{group}.{key}", OptionValue.OfFile(path, $"{group}.{key}", node));
    }
}
