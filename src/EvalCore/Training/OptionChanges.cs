using System.Text.Json.Nodes;
using EvalCore.Options;
using EvalCore.Recording;
using EvalCore.Results;
using EvalCore.Rollout;

namespace EvalCore.Training;

/// <summary>
/// The options of two evaluations that decide on their results: not where they are written or shown, how many episodes are in flight, and
/// what is done about a simulator that crashes or hangs.
/// </summary>
internal static class OptionChanges
{
    private static readonly string[] WithoutEffect =
    [
        .. RecordedOptions.OfOutput, "eval.batch_size", "eval.use_async_envs", "eval.isolation", "eval.episode_timeout", "eval.max_renderers", "eval.retry_errors",
    ];

    /// <summary>The first option that differs, with both values; null where none does. A flag that an older version did not have had its default.</summary>
    /// <param name="before">The options of the evaluation.</param>
    /// <param name="now">The options now.</param>
    /// <param name="mayAskForMore">Whether more episodes, videos or steps may be asked for.</param>
    public static string? Between(JsonObject before, JsonObject now, bool mayAskForMore)
    {
        Dictionary<string, string> a = WithDefaults(before), b = WithDefaults(now);
        foreach (string name in a.Keys.Union(b.Keys).Except(WithoutEffect))
        {
            string? from = a.GetValueOrDefault(name), to = b.GetValueOrDefault(name);
            if (from != to && !(mayAskForMore && IsMore(name, from, to)))
                return $"{name}: {from ?? "none"} before, {to ?? "none"} now";
        }

        return null;
    }

    /// <summary>Whether a resumed evaluation asks for more episodes, videos or steps. Fewer would remove results that are there.</summary>
    private static bool IsMore(string name, string? from, string? to) => name switch
    {
        "eval.n_episodes" or "eval.n_episodes_to_render" => int.TryParse(from, out int before) && int.TryParse(to, out int now) && now > before,
        "eval.record" => from == Text(OptionReader.ToJson(RecordedData.None)),
        _ => false,
    };

    private static Dictionary<string, string> WithDefaults(JsonObject options)
    {
        var flat = Flat(options);
        var defaults = new EvalConfig();
        foreach (var property in OptionProperty.Of(typeof(EvalConfig), "eval."))
            flat.TryAdd(property.Name, Text(property.JsonOf(defaults)));
        return flat;
    }

    private static Dictionary<string, string> Flat(JsonObject options) =>
        options.SelectMany(entry => entry.Value is JsonObject group && entry.Key != "rename_map"
            ? group.Select(field => (Name: $"{entry.Key}.{field.Key}", field.Value))
            : [(Name: entry.Key, entry.Value)])
        .ToDictionary(entry => entry.Name, entry => Text(entry.Value));

    private static string Text(JsonNode? value) => value?.ToJsonString() ?? "null";
}
