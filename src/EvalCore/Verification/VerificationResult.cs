using System.Globalization;

namespace EvalCore.Verification;

/// <summary>What playing a sample of a run again showed.</summary>
public sealed class VerificationResult
{
    internal VerificationResult(int total, IReadOnlyList<VerifiedEpisode> episodes, IReadOnlyList<string> notChecked, string? incomparable)
    {
        (Total, Episodes, Unchecked) = (total, episodes, notChecked);
        List<VerifiedEpisode> different = [.. episodes.Where(episode => episode.Difference is not null)];
        Verdict = incomparable is not null && (episodes.Count == 0 || different.Count > 0) ? VerificationVerdict.NotComparable
            : different.Count > 0 ? VerificationVerdict.Differs
            : VerificationVerdict.Equal;
        Line = Verdict switch
        {
            VerificationVerdict.Equal => string.Create(
                CultureInfo.InvariantCulture, $"verified: {episodes.Count} of {Count(total)} equal{(notChecked.Any(IsPartial) ? " in what the file records" : "")}, bit for bit"),
            VerificationVerdict.Differs => string.Create(
                CultureInfo.InvariantCulture, $"differs: {different.Count} of the {Count(episodes.Count)} played again (of {total}); the first is {Describe(different[0])}"),
            _ => different.Count > 0
                ? string.Create(CultureInfo.InvariantCulture, $"not comparable: {incomparable}; {different.Count} of the {Count(episodes.Count)} played again {(different.Count == 1 ? "differs" : "differ")}")
                : $"not comparable: {incomparable}",
        };
    }

    /// <summary>The start of the line in <see cref="Unchecked"/> for a file that records only a part of a result.</summary>
    internal const string Partial = "the file is of lerobot-eval";

    /// <summary>The verdict.</summary>
    public VerificationVerdict Verdict { get; }

    /// <summary>The number of episodes of the run.</summary>
    public int Total { get; }

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

    private static bool IsPartial(string line) => line.StartsWith(Partial, StringComparison.Ordinal);

    private static string Count(int episodes) => string.Create(CultureInfo.InvariantCulture, $"{episodes} {(episodes == 1 ? "episode" : "episodes")}");
}
