using System.Text.Json;
using System.Text.Json.Nodes;

namespace EvalCore.Results;

/// <summary>
/// Everything that the episodes of a run depend on: runs with the same identity give the same episodes. It is in the
/// first line of the journal and in <c>provenance</c>. A resume or a merge with a different identity is refused.
/// </summary>
/// <param name="Seed">The seed of episode 0 of each task.</param>
/// <param name="Policy">The policy.</param>
/// <param name="Env">The suite and its flags.</param>
/// <param name="Engines">The versions of the simulators, by name.</param>
/// <param name="Assets">The SHA-256 of each set of files that the suite reads, by name.</param>
public sealed record RunIdentity(
    long Seed, PolicyIdentity Policy, EnvIdentity Env, IReadOnlyDictionary<string, string> Engines, IReadOnlyDictionary<string, string> Assets)
{
    /// <summary>
    /// Reads an identity from the journal's first line or from <c>provenance</c>; other keys are ignored.
    /// </summary>
    /// <exception cref="JsonException">A part is missing or has the wrong type.</exception>
    public static RunIdentity FromJson(JsonObject json)
    {
        try
        {
            var policy = Map(json, "policy");
            var env = Map(json, "env");
            return new RunIdentity(
                Value(json, "seed").GetValue<long>(),
                new PolicyIdentity(Value(policy, "type").GetValue<string>(), Strings(policy, except: "type")),
                new EnvIdentity(Value(env, "type").GetValue<string>(), Flags(env)),
                Strings(Map(json, "engines")),
                json["assets"] is JsonObject assets ? Strings(assets) : new Dictionary<string, string>());
        }
        catch (Exception e) when (e is InvalidOperationException or FormatException)
        {
            throw new JsonException("it does not contain the run's identity", e);
        }
    }

    /// <summary>The identity as JSON.</summary>
    public JsonObject ToJson()
    {
        var json = new JsonObject
        {
            ["seed"] = Seed,
            ["policy"] = new JsonObject([new("type", Policy.Type), .. Nodes(Policy.Facts)]),
            ["env"] = new JsonObject([new("type", Env.Type), .. Env.Flags.Select(flag => KeyValuePair.Create(flag.Key, flag.Value?.DeepClone()))]),
            ["engines"] = new JsonObject(Nodes(Engines)),
        };
        if (Assets.Count > 0)
            json["assets"] = new JsonObject(Nodes(Assets));
        return json;
    }

    /// <summary>The first part that differs from another identity, and both values; null when none differs.</summary>
    public (string Part, string Values)? Difference(RunIdentity other)
    {
        JsonObject mine = ToJson(), theirs = other.ToJson();
        foreach (string part in mine.Concat(theirs).Select(entry => entry.Key).Distinct())
        {
            if (!JsonNode.DeepEquals(mine[part], theirs[part]))
                return (part, Difference(mine[part], theirs[part]));
        }

        return null;
    }

    private static string Difference(JsonNode? one, JsonNode? two)
    {
        if (one is JsonObject a && two is JsonObject b)
        {
            string key = a.Concat(b).First(entry => !JsonNode.DeepEquals(a[entry.Key], b[entry.Key])).Key;
            return $"{key}: {Text(a[key])} and {Text(b[key])}";
        }

        return $"{Text(one)} and {Text(two)}";

        static string Text(JsonNode? value) => value?.ToJsonString(Journal.Json) ?? "none";
    }

    private static IEnumerable<KeyValuePair<string, JsonNode?>> Nodes(IReadOnlyDictionary<string, string> facts) =>
        facts.Select(fact => KeyValuePair.Create(fact.Key, (JsonNode?)fact.Value));

    private static JsonObject Map(JsonObject json, string key) => json[key] as JsonObject ?? throw new JsonException($"'{key}' is missing");

    private static JsonNode Value(JsonObject json, string key) => json[key] ?? throw new JsonException($"'{key}' is missing");

    private static Dictionary<string, string> Strings(JsonObject json, string? except = null) =>
        json.Where(entry => entry.Key != except).ToDictionary(entry => entry.Key, entry => Value(json, entry.Key).GetValue<string>());

    private static JsonObject Flags(JsonObject env)
    {
        var flags = (JsonObject)env.DeepClone();
        flags.Remove("type");
        return flags;
    }
}
