using System.Text.Json;
using System.Text.Json.Nodes;
using EvalCore.Results;

namespace EvalCore.Verification;

/// <summary>An episode of a run that was played again.</summary>
/// <param name="Recorded">The run's record.</param>
/// <param name="Played">The record of the episode that was played again.</param>
/// <param name="HasSteps">Whether the run had recorded its steps, and they were compared.</param>
/// <param name="WithoutPart">What of its steps could not be compared: <c>the state</c>. Empty for nothing.</param>
/// <param name="Difference">The first value that differs; that of the steps where they were compared. Null for none.</param>
public sealed record VerifiedEpisode(EpisodeRecord Recorded, EpisodeRecord Played, bool HasSteps, string WithoutPart, EpisodeDifference? Difference)
{
    /// <summary>What does not belong to the result of an episode: how long it took, and what was kept of it.</summary>
    private static readonly string[] NotResult = ["timings", "attempts", "video_path", "warning", "diagnostics"];

    /// <summary>What lerobot-eval records of an episode.</summary>
    internal static readonly string[] OfLeRobot = ["seed", "success", "sum_reward", "max_reward"];

    /// <summary>The first value that differs between two records of an episode; null for none.</summary>
    /// <param name="recorded">The run's record.</param>
    /// <param name="played">The record of the episode that was played again.</param>
    /// <param name="keys">The values that are compared; null for all of the result.</param>
    internal static EpisodeDifference? Compare(EpisodeRecord recorded, EpisodeRecord played, IReadOnlyList<string>? keys = null)
    {
        // The text of a number is that of its bits: also of -0 and NaN, which compare otherwise.
        JsonObject before = Json(recorded), now = Json(played);
        foreach (string key in keys ?? [.. before.Concat(now).Select(entry => entry.Key).Distinct().Except(NotResult)])
        {
            if (keys is not null && before[key] is null)
                continue;
            string first = Text(before[key]), second = Text(now[key]);
            if (first != second)
                return new EpisodeDifference(null, key, first, second);
        }

        return null;

        static JsonObject Json(EpisodeRecord record) => JsonSerializer.SerializeToNode(record, Journal.Json)!.AsObject();

        static string Text(JsonNode? value) => value?.ToJsonString(Journal.Json) ?? "null";
    }
}
