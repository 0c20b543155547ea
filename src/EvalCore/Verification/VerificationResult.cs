using System.Globalization;
using EvalCore.Results;

namespace EvalCore.Verification;

/// <summary>What playing a sample of a run again showed.</summary>
public sealed class VerificationResult
{
    /// <summary>Makes the result.</summary>
    /// <param name="info">The result that was verified.</param>
    /// <param name="planned">What its run planned; null where that is unknown, because nothing was played or lerobot-eval wrote it.</param>
    /// <param name="episodes">The episodes that were played again.</param>
    /// <param name="notChecked">What could not be checked.</param>
    /// <param name="incomparable">Why episodes may differ; null for no reason.</param>
    internal VerificationResult(
        EvalInfo info, PlannedEpisodes? planned, IReadOnlyList<VerifiedEpisode> episodes, IReadOnlyList<string> notChecked, string? incomparable)
    {
        (Total, Planned, Missing, Episodes, Unchecked) = (info.Episodes.Count, planned?.Count, planned?.Missing, episodes, notChecked);
        List<VerifiedEpisode> different = [.. episodes.Where(episode => episode.Difference is not null)];
        Verdict = incomparable is not null && (episodes.Count == 0 || different.Count > 0) ? VerificationVerdict.NotComparable
            : different.Count > 0 ? VerificationVerdict.Differs
            : planned is { IsComplete: false } ? VerificationVerdict.EqualInPart
            : VerificationVerdict.Equal;
        string[] equality = [Equality(planned, episodes.Count, hasAllValues: info.Provenance is not null), .. planned?.Remarks ?? []];
        Line = Verdict switch
        {
            VerificationVerdict.Differs => string.Create(
                CultureInfo.InvariantCulture, $"differs: {different.Count} of the {EpisodeText.Count(episodes.Count)} played again (of {Total}); the first is {Describe(different[0])}"),
            VerificationVerdict.NotComparable => different.Count > 0
                ? string.Create(CultureInfo.InvariantCulture, $"not comparable: {incomparable}; {different.Count} of the {EpisodeText.Count(episodes.Count)} played again {(different.Count == 1 ? "differs" : "differ")}")
                : $"not comparable: {incomparable}",
            _ => string.Join("; ", equality),
        };
    }

    /// <summary>The verdict.</summary>
    public VerificationVerdict Verdict { get; }

    /// <summary>The number of episodes of the run.</summary>
    public int Total { get; }

    /// <summary>The number of episodes that the run planned; null where that is unknown.</summary>
    public long? Planned { get; }

    /// <summary>How many of the planned episodes are not in the result, and no gate stopped the run before them; null where that is unknown.</summary>
    public long? Missing { get; }

    /// <summary>The episodes that were played again, in the order of the run.</summary>
    public IReadOnlyList<VerifiedEpisode> Episodes { get; }

    /// <summary>What could not be checked, one line each.</summary>
    public IReadOnlyList<string> Unchecked { get; }

    /// <summary>The verdict in one line.</summary>
    public string Line { get; }

    /// <summary>A difference with its episode.</summary>
    /// <param name="episode">An episode that differs.</param>
    public static string Describe(VerifiedEpisode episode)
    {
        ArgumentNullException.ThrowIfNull(episode);
        var played = episode.Played;
        return string.Create(CultureInfo.InvariantCulture, $"episode {played.EpisodeIndex} of {EvalCoreException.Printable(played.Task)} (seed {played.Seed}): {episode.Difference}");
    }

    private string Equality(PlannedEpisodes? planned, int played, bool hasAllValues) => string.Create(
        CultureInfo.InvariantCulture,
        $"{(planned is { IsComplete: false } ? "verified in part" : "verified")}: {played} of {EpisodeText.Count(Total)}{(planned?.OfShard is { } shard ? $" of shard {shard}" : "")} equal{(hasAllValues ? "" : " in what the file records")}, bit for bit");
}
