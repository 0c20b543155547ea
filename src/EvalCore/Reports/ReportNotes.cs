using EvalCore.Results;

namespace EvalCore.Reports;

/// <summary>What a reader of a result must know besides its numbers.</summary>
internal static class ReportNotes
{
    /// <summary>The most notes of one kind.</summary>
    private const int MostOfAKind = 5;

    /// <summary>The notes, one line each.</summary>
    public static IReadOnlyList<string> Of(EvalInfo info) =>
    [
        .. Errors(info),
        .. DiagnosticNotes.Of(info),
        .. OfProvenance(info),
        .. Warnings(info),
    ];

    /// <summary>The episodes that could not be played, by their reasons.</summary>
    private static IEnumerable<string> Errors(EvalInfo info)
    {
        var reasons = info.Errors.GroupBy(episode => episode.Error).ToList();
        foreach (var error in reasons.Take(MostOfAKind))
        {
            yield return $"{NumberText.Count(error.Count(), "episode")} could not be played, and no rate counts {(error.Count() == 1 ? "it" : "them")}: {error.Key} "
                + $"({string.Join(", ", error.Take(MostOfAKind).Select(episode => $"episode {episode.EpisodeIndex} of {episode.Task}"))}{(error.Count() > MostOfAKind ? ", ..." : "")})";
        }

        if (reasons.Count > MostOfAKind)
        {
            var others = reasons.Skip(MostOfAKind).ToList();
            yield return $"{NumberText.Count(others.Sum(error => error.Count()), "episode")} could not be played for {NumberText.Count(others.Count, "more reason")}, which {(others.Count == 1 ? "is" : "are")} not shown";
        }
    }

    private static List<string> OfProvenance(EvalInfo info)
    {
        if (info.Provenance is null)
            return ["lerobot-eval wrote this result: engines, files, options, seeds and timings are not recorded"];
        try
        {
            return
            [
                .. Some(Merge.MissingShards(info), "shards", missing => $"shard {missing} is missing in this result"),
                .. Some(Merge.MissingEpisodes(info), "tasks", missing => $"not in this result: {missing}"),
                .. Merge.Policies(info) is { Count: > 1 } policies ? [$"the overall result is of different policies: {string.Join("; ", policies)}"] : Array.Empty<string>(),
                .. Merge.HardwareNotes(info),
            ];
        }
        catch (Exception e) when (e is EvalCoreException or InvalidOperationException or FormatException)
        {
            return ["the provenance is damaged: whether shards or episodes are missing is unknown"];
        }
    }

    private static IEnumerable<string> Some(IReadOnlyList<string> all, string what, Func<string, string> note)
    {
        foreach (string one in all.Take(MostOfAKind))
            yield return note(one);
        if (all.Count > MostOfAKind)
            yield return $"the same of {all.Count - MostOfAKind} more {what}";
    }

    /// <summary>The simulator's warnings, each once with the number of its episodes.</summary>
    private static IEnumerable<string> Warnings(EvalInfo info)
    {
        var warnings = info.Episodes.Where(episode => episode.Warning is not null).GroupBy(episode => episode.Warning).ToList();
        foreach (var warning in warnings.Take(MostOfAKind))
            yield return $"{warning.Key} (in {NumberText.Count(warning.Count(), "episode")}; the first is episode {warning.First().EpisodeIndex} of {warning.First().Task})";
        if (warnings.Count > MostOfAKind)
            yield return NumberText.NotShown(warnings.Count - MostOfAKind, "warning");
        int again = info.Episodes.Count(episode => episode.Attempts > 1);
        if (again > 0)
            yield return $"{NumberText.Count(again, "episode")} lost the connection to the policy's server, or the process of the simulator, and began again";
    }
}
