using System.Text.Json.Nodes;
using EvalCore.Options;
using EvalCore.Results;

namespace EvalCore.Reports;

/// <summary>What was evaluated, as the head of a report says it.</summary>
/// <param name="Title">The suites and the policies: <c>pusht · act</c>.</param>
/// <param name="Policy">The policy's path or type; empty where the file does not record it.</param>
/// <param name="Finished">When the run ended; empty where the file does not record it.</param>
/// <param name="Commands">The commands that repeat the run, or its parts; empty where the file does not record the flags.</param>
internal sealed record ReportIdentity(string Title, string Policy, string Finished, IReadOnlyList<string> Commands)
{
    /// <summary>Flags that do not change what is evaluated, and what is no flag of <c>evalcore eval</c>.</summary>
    private static readonly string[] NotRepeated = [.. RecordedOptions.OfOutput, RecordedOptions.Gate, RecordedOptions.ShardDeal];

    /// <summary>Reads the identity from the provenance.</summary>
    public static ReportIdentity Of(EvalInfo info)
    {
        var parts = Merge.Parts(info.Provenance).ToList();
        if (parts.Count == 0)
            return new ReportIdentity(string.Join(", ", info.PerGroup.Keys.Where(name => name.Length > 0).DefaultIfEmpty("evaluation").Take(3)), "", "", []);
        string suites = Some(parts.Select(part => Merge.Text(Merge.Inner(part, "env", "type"))));
        string types = Some(parts.Select(part => Merge.Text(Merge.Inner(part, "policy", "type"))));
        return new ReportIdentity(
            $"{suites} · {types}",
            Some(parts.Select(part => Merge.Text(Merge.Inner(part, "options", "policy", "path")))),
            parts.Select(part => Merge.Text(part["finished_at"])).OfType<string>().Order(StringComparer.Ordinal).LastOrDefault("").Replace('T', ' '),
            [.. parts.Select(part => Command(part, isMerged: parts.Count > 1)).OfType<string>().Distinct()]);
    }

    /// <summary>
    /// The command line of a run, one flag a line; null where its flags are not recorded. Shards that were merged are repeated as one run.
    /// </summary>
    private static string? Command(JsonNode part, bool isMerged) => part["options"] is JsonObject options && options["env"] is JsonObject
        ? string.Join(" \\\n  ", Flags(options, "").Where(flag => !isMerged || !flag.StartsWith("--shard=", StringComparison.Ordinal)).Prepend("evalcore eval"))
        : null;

    private static IEnumerable<string> Flags(JsonObject section, string prefix)
    {
        // The policy and the suite come first, as in the documentation.
        foreach (var (name, value) in section.OrderBy(entry => prefix.Length > 0 ? 0 : Array.IndexOf(["policy", "env", "eval"], entry.Key) is var place and >= 0 ? place : 3))
        {
            if (prefix.Length == 0 && NotRepeated.Contains(name))
                continue;
            if (prefix.Length == 0 && name is "env" or "eval" or "policy" && value is JsonObject group)
            {
                foreach (string flag in Flags(group, $"{name}."))
                    yield return flag;
            }
            else if (Text(value) is { Length: > 0 } text)
            {
                yield return $"--{prefix}{name}={ShellWord.Quote(text)}";
            }
        }
    }

    private static string? Text(JsonNode? value) => value switch
    {
        null => null,
        JsonObject { Count: 0 } or JsonArray { Count: 0 } => null,
        _ => Merge.Text(value) ?? value.ToJsonString(Journal.Json),
    };

    private static string Some(IEnumerable<string?> names)
    {
        var all = names.OfType<string>().Distinct().ToList();
        return string.Join(", ", all.Take(3)) + (all.Count > 3 ? $" and {all.Count - 3} more" : "");
    }
}
