using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using EvalCore.Verification;

namespace EvalCore.Commands.Display;

/// <summary>Writes the result of a verification.</summary>
internal static class VerificationOutput
{
    /// <summary>Lines for a person; the last one is the verdict.</summary>
    public static void Write(VerificationResult result, TextWriter writer)
    {
        foreach (var episode in result.Episodes)
        {
            writer.WriteLine(episode.Difference is null
                ? string.Create(CultureInfo.InvariantCulture, $"equal: episode {episode.Played.EpisodeIndex} of {EvalCoreException.Printable(episode.Played.Task)} (seed {episode.Played.Seed}): {episode.Played.Steps} steps, sum of rewards {episode.Played.SumReward:0.###}, {(episode.Played.Success ? "success" : "failure")}{Steps(episode)}")
                : $"differs: {VerificationResult.Describe(episode)}");
        }

        foreach (string line in result.Unchecked)
            writer.WriteLine($"not checked: {EvalCoreException.Printable(line)}");
        writer.WriteLine(EvalCoreException.Printable(result.Line));
    }

    /// <summary>The result for programs.</summary>
    /// <param name="result">The result.</param>
    /// <param name="run">The run, as it was named.</param>
    public static JsonObject Json(VerificationResult result, string run) => new()
    {
        ["run"] = run,
        ["verdict"] = JsonNamingPolicy.SnakeCaseLower.ConvertName($"{result.Verdict}"),
        ["line"] = result.Line,
        ["n_episodes"] = result.Total,
        ["n_planned"] = result.Planned,
        ["n_missing"] = result.Missing,
        ["n_played"] = result.Episodes.Count,
        ["n_equal"] = result.Episodes.Count(episode => episode.Difference is null),
        ["not_checked"] = new JsonArray([.. result.Unchecked.Select(line => (JsonNode)line)]),
        ["episodes"] = new JsonArray([.. result.Episodes.Select(Json)]),
    };

    private static string Steps(VerifiedEpisode episode) => !episode.HasSteps ? "" : episode.WithoutPart.Length == 0 ? ", every step" : $", every step but {episode.WithoutPart}";

    private static JsonObject Json(VerifiedEpisode episode) => new()
    {
        ["task_group"] = episode.Played.TaskGroup,
        ["task_id"] = episode.Played.TaskId,
        ["task"] = episode.Played.Task,
        ["episode_index"] = episode.Played.EpisodeIndex,
        ["seed"] = episode.Played.Seed,
        ["steps_compared"] = episode.HasSteps,
        ["not_compared"] = episode.WithoutPart.Length == 0 ? null : episode.WithoutPart,
        ["equal"] = episode.Difference is null,
        ["difference"] = episode.Difference is { } difference
            ? new JsonObject { ["step"] = difference.Step, ["value"] = difference.Value, ["recorded"] = difference.Recorded, ["played"] = difference.Played }
            : null,
    };
}
