using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using EvalCore.Environments;
using EvalCore.Policies;

namespace EvalCore.Options;

/// <summary>
/// What was asked, before it is known what can be asked: the flags, over the values of a configuration file. Values are
/// taken out one by one; what is left at the end is unknown.
/// </summary>
public sealed partial class OptionSet
{
    private readonly Dictionary<string, OptionValue> _values = new(StringComparer.Ordinal);
    private readonly List<string> _known = [];

    /// <summary>Reads flags: <c>--name=value</c>, <c>--name value</c>, or <c>--name</c> alone for a truth value.</summary>
    /// <exception cref="EvalCoreException">A word is not a flag.</exception>
    public OptionSet(IReadOnlyList<string> tokens)
    {
        if (tokens.Any(token => token.Contains('\0', StringComparison.Ordinal)))
            throw new EvalCoreException("a flag has a NUL character in it, which no number, name or path has");
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

    /// <summary>
    /// Puts the values of a configuration file under the flags: a JSON object with the same nested structure.
    /// </summary>
    /// <param name="path">The file.</param>
    /// <param name="groups">The names of the nested objects, for example <c>env</c>.</param>
    /// <exception cref="EvalCoreException">The file is not there or is no JSON object.</exception>
    public void AddFile(string path, params ReadOnlySpan<string> groups) => Add(path, ReadObject(path), groups);

    /// <summary>Puts values under the flags.</summary>
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

    /// <summary>Takes <c>--env=FILE</c>: a configuration file of one group alone, as LeRobot's parser does.</summary>
    public void AddGroupFile(string group)
    {
        if (Take(group) is { } path)
            AddGroup(path.Text(), group, ReadObject(path.Text()));
    }

    /// <summary>Takes a value out; null when none is given.</summary>
    internal OptionValue? Take(string name)
    {
        _known.Add(name);
        _values.Remove(name, out var value);
        return value;
    }

    /// <summary>Reads the suite, <c>--env.type</c>, and its fields.</summary>
    /// <exception cref="EvalCoreException">There is no such suite, or a value is not one its field can have.</exception>
    public EnvConfig TakeEnv(Registry registry)
    {
        string type = TakeText("env.type")
            ?? throw Missing($"--env.type is missing (known: {string.Join(", ", registry.EnvTypes)})", "env.type");
        var env = registry.NewEnv(type);
        Bind(env, "env.");
        env.Validate();
        return env;
    }

    /// <summary>
    /// Reads which policy, <c>--policy.*</c>; a checkpoint's type is read from its folder, and what may be overridden
    /// are the policy's own fields.
    /// </summary>
    /// <param name="fields">The fields of a policy whose type is known.</param>
    /// <param name="missing">The message when no policy is named.</param>
    /// <exception cref="EvalCoreException">No policy or an impossible one is named.</exception>
    public PolicyOptions TakePolicy(Func<PolicyOptions, IReadOnlyCollection<string>> fields, string missing)
    {
        var policy = new PolicyOptions();
        Bind(policy, "policy.");
        string? stored = TakeText("policy.pretrained_path");
        if (policy is { Path: not null, Type: not null })
            throw new EvalCoreException("--policy.path and --policy.type exclude each other; a checkpoint knows its type");
        policy.Path ??= stored;
        if (policy.Path is null && policy.Type is null)
            throw Missing(missing, "policy.path", "policy.type");
        if (!Device().IsMatch(policy.Device))
            throw new EvalCoreException($"--policy.device: '{policy.Device}' is not cuda, cuda:N or cpu");
        if (policy.Batching is not (null or "exact" or "dynamic"))
            throw new EvalCoreException($"--policy.batching: '{policy.Batching}' is not exact or dynamic");
        if (policy.Path is not null)
        {
            string type = Checkpoint.TypeOf(policy.Path);
            if (policy.Type is not null && policy.Type != type)
                throw new EvalCoreException($"--policy.type: the checkpoint '{policy.Path}' is of type {type}, not {policy.Type}");
            policy.Type = type;
            policy.Path = Path.GetFullPath(policy.Path);
        }

        var overrides = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (string field in fields(policy))
        {
            if (Take($"policy.{field}") is { } value)
                overrides[field] = value.Text();
        }

        policy.Overrides = overrides;
        return policy;
    }

    /// <summary>The exception for a value that must be given: where its name is misspelt, that is what is wrong.</summary>
    private EvalCoreException Missing(string message, params IReadOnlyCollection<string> names)
    {
        var (given, value) = _values.FirstOrDefault(entry => Nearest.To(entry.Key, names) is not null);
        return value is null ? new EvalCoreException(message) : Unknown(given, value, names, "");
    }

    /// <summary>Takes a value out as text; null when none is given, or <c>null</c> is.</summary>
    public string? TakeText(string name) => Take(name)?.Text() is { } text && text is not ("null" or "None") ? text : null;

    /// <summary>Gives each property of <paramref name="owner"/> the value that was asked for it.</summary>
    /// <exception cref="EvalCoreException">A value is not of its property's type.</exception>
    public void Bind(object owner, string prefix = "")
    {
        foreach (var property in OptionProperty.Of(owner.GetType(), prefix))
        {
            if (Take(property.Name) is { } value)
                property.Set(owner, value);
        }
    }

    /// <summary>Ends the reading: what nobody took is unknown.</summary>
    /// <param name="command">The command whose help tells what is known.</param>
    /// <exception cref="EvalCoreException">A flag or key is left.</exception>
    public void Finish(string command)
    {
        foreach (var (name, value) in _values)
            throw Unknown(name, value, _known, $"; see evalcore {command} --help");
    }

    /// <summary>The exception for a name that nothing bears.</summary>
    internal static EvalCoreException Unknown(string name, OptionValue value, IEnumerable<string> known, string otherwise)
    {
        string near = Nearest.To(name, known) is { } match ? $"; did you mean '{(value.Texts is null ? "" : "--")}{match}'?" : otherwise;
        return value.Texts is null
            ? new EvalCoreException($"{value.Label[..^(name.Length + 2)]}: unknown key '{name}'{near}")
            : new EvalCoreException($"unknown flag '{value.Label}'{near}");
    }

    [GeneratedRegex(@"^(cpu|cuda(:\d{1,3})?)$")]
    private static partial Regex Device();

    private static bool IsFlag(string token) => token.Length > 2 && token.StartsWith("--", StringComparison.Ordinal) && token[2] is not ('=' or '-');

    private void AddGroup(string path, string group, JsonObject values)
    {
        foreach (var (key, node) in values)
            _values.TryAdd($"{group}.{key}", OptionValue.OfFile(path, $"{group}.{key}", node));
    }

    /// <summary>
    /// Finds texts that are none: an escape of half a surrogate pair is noticed only when it is read, and no name or path
    /// has a NUL character.
    /// </summary>
    /// <exception cref="InvalidOperationException">There is such a text.</exception>
    private static void ReadTexts(JsonNode? node)
    {
        if (node is JsonObject map)
        {
            foreach (var (_, value) in map)
                ReadTexts(value);
        }
        else if (node is JsonArray list)
        {
            foreach (var value in list)
                ReadTexts(value);
        }
        else if (node?.GetValueKind() == JsonValueKind.String && node.GetValue<string>().Contains('\0', StringComparison.Ordinal))
        {
            throw new InvalidOperationException("A NUL character is in a text.");
        }
    }

    private static JsonObject ReadObject(string path)
    {
        try
        {
            var options = new JsonDocumentOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true, AllowDuplicateProperties = false };
            var values = JsonNode.Parse(File.ReadAllBytes(path), documentOptions: options) as JsonObject
                ?? throw new EvalCoreException($"{path}: is not a JSON object");
            ReadTexts(values);
            return values;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            string where = e is JsonException { LineNumber: { } line } ? $" (line {line + 1})" : "";
            throw new EvalCoreException($"{path}: is not JSON{where}; a configuration file is JSON with the flags' nested structure", e);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new EvalCoreException($"{path}: there is no such configuration file", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new EvalCoreException($"{path}: cannot be read ({e.Message.TrimEnd('.')})", e);
        }
    }
}
