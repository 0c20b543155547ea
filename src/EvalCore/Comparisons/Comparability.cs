using System.Text.Json;
using System.Text.Json.Nodes;
using EvalCore.Results;

namespace EvalCore.Comparisons;

/// <summary>
/// Whether two runs were made under the same conditions. Another engine, other files or other environment options make another
/// task, and a difference then says nothing about the policy. What else differs is listed: it may be what is compared.
/// </summary>
/// <param name="Reasons">Why the runs cannot be compared; one line each.</param>
/// <param name="Differences">What else differs, or is not recorded; one line each.</param>
public sealed record Comparability(IReadOnlyList<string> Reasons, IReadOnlyList<string> Differences)
{
    /// <summary>Compares the provenance of two runs.</summary>
    public static Comparability Of(EvalInfo a, EvalInfo b)
    {
        ArgumentNullException.ThrowIfNull(a);
        ArgumentNullException.ThrowIfNull(b);
        return Of(a.Provenance, b.Provenance);
    }

    /// <summary>Compares the provenance of two runs; null stands for a file without one.</summary>
    public static Comparability Of(JsonObject? a, JsonObject? b)
    {
        List<string> reasons = [], differences = [];
        if (a is null || b is null)
        {
            string which = a is null ? b is null ? "A and B do" : "A does" : "B does";
            differences.Add($"{which} not record engines, files and options (lerobot-eval wrote it): whether they are the same cannot be checked");
            return new Comparability(reasons, differences);
        }

        // A merged result has the runs of several suites; those of one suite agree.
        foreach (var (suite, partA) in Runs(a))
        {
            if (Runs(b).TryGetValue(suite, out var partB))
                Compare(partA, partB, reasons, differences);
        }

        return new Comparability([.. reasons.Distinct()], [.. differences.Distinct()]);
    }

    private static Dictionary<string, JsonNode> Runs(JsonObject provenance) => Merge.Parts(provenance)
        .GroupBy(part => Merge.Text(Merge.Inner(part, "env", "type")) ?? "")
        .ToDictionary(suite => suite.Key, suite => suite.First());

    private static void Compare(JsonNode a, JsonNode b, List<string> reasons, List<string> differences)
    {
        Keys("engine", a["engines"], b["engines"], reasons);
        Keys("files of", a["assets"], b["assets"], reasons);

        // These are of the videos.
        Keys("--env.", a["env"], b["env"], reasons, except: ["fps", "render_mode", "visualization_width", "visualization_height"]);

        Keys("policy", a["policy"], b["policy"], differences);
        Keys("--policy.", Merge.Inner(a, "options", "policy"), Merge.Inner(b, "options", "policy"), differences, except: ["path", "type"]);
        Keys("engine library", a["engine_libraries"], b["engine_libraries"], differences);
        One("renderer", Merge.Inner(a, "machine", "renderer"), Merge.Inner(b, "machine", "renderer"), differences);
        One("evalcore", a["evalcore"], b["evalcore"], differences);
    }

    private static void Keys(string what, JsonNode? a, JsonNode? b, List<string> found, params string[] except)
    {
        var keys = (a as JsonObject ?? []).Concat(b as JsonObject ?? []).Select(entry => entry.Key).Distinct().Except(except);
        foreach (string key in keys.ToList())
            One(what.EndsWith('.') ? what + key : $"{what} {key}", (a as JsonObject)?[key], (b as JsonObject)?[key], found);
    }

    private static void One(string what, JsonNode? a, JsonNode? b, List<string> found)
    {
        if (!JsonNode.DeepEquals(a, b))
            found.Add($"{what}: {Text(a)} in A, {Text(b)} in B");
    }

    private static string Text(JsonNode? value) => value switch
    {
        null => "none",
        JsonValue text when text.GetValueKind() == JsonValueKind.String => Short((string)text!),
        _ => Short(value.ToJsonString(Journal.Json)),
    };

    // A hash is recognized by its beginning.
    private static string Short(string text)
    {
        int prefix = text.StartsWith("sha256:", StringComparison.Ordinal) ? "sha256:".Length : 0;
        return text.Length == prefix + 64 && text[prefix..].All(char.IsAsciiHexDigit) ? text[..(prefix + 12)] : text;
    }
}
