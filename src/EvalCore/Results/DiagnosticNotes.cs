using System.Text.Json;
using System.Text.Json.Nodes;
using EvalCore.Features;

namespace EvalCore.Results;

/// <summary>
/// What a result shows of the policy's inputs and actions, in lines for the user: what is far from the statistics of the
/// training data and from the environment's bounds, and for a result without a success what was compared.
/// </summary>
public static class DiagnosticNotes
{
    /// <summary>The key of the features in <c>provenance</c>.</summary>
    internal const string FeaturesKey = "features";

    /// <summary>The notes on a result, one line each; empty where nothing is far out and some episode succeeded.</summary>
    /// <param name="info">The result of a run, or of runs that were merged.</param>
    public static IReadOnlyList<string> Of(EvalInfo info)
    {
        ArgumentNullException.ThrowIfNull(info);
        if (info.Provenance is null || info.Episodes.Count == 0)
            return [];
        bool isWithoutSuccess = info.Overall.NSuccess == 0;
        var notes = new List<string>();
        var suites = info.PerTask.GroupBy(task => task.Suite).ToList();
        foreach (var suite in suites)
        {
            string prefix = suites.Count == 1 ? "" : $"{suite.Key}: ";
            string none = $"{prefix}no success in {EpisodeText.Count(suite.Sum(task => task.Episodes.Count))}; ";
            var tasks = suite.Select(task => (task.Task, Seen: task.Diagnostics)).Where(task => task.Seen is not null).Select(task => (task.Task, Seen: task.Seen!)).ToList();
            if (FeaturesOf(info, suite.Key) is not { } features || tasks.Count == 0)
            {
                if (isWithoutSuccess)
                    notes.Add($"{none}what the policy observed was not recorded: an older version played the episodes");
                continue;
            }

            var found = FeatureNotes.Of(features, tasks);
            notes.AddRange(found.Select(note => prefix + note));
            if (isWithoutSuccess)
                notes.Add(none + FeatureSummary.Of(features, EpisodeDiagnostics.Sum(tasks.Select(task => task.Seen))!, found.Count > 0));
        }

        return notes;
    }

    /// <summary>The features of the policy that played a suite; null where the file does not record them.</summary>
    internal static IReadOnlyDictionary<string, Feature>? FeaturesOf(EvalInfo info, string? suite)
    {
        try
        {
            return Merge.Parts(info.Provenance)
                .Where(part => part["env"] is JsonObject env && Merge.Text(env["type"]) == suite)
                .Select(part => part[FeaturesKey]?.Deserialize<OrderedDictionary<string, Feature>>(Journal.Json))
                .FirstOrDefault(features => features is not null);
        }
        catch (JsonException)
        {
            // Not what this program writes: nothing is compared.
            return null;
        }
    }
}
