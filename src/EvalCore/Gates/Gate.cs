using System.Globalization;
using System.Text.Json.Nodes;
using EvalCore.Comparisons;
using EvalCore.Options;
using EvalCore.Results;
using EvalCore.Rollout;

namespace EvalCore.Gates;

/// <summary>
/// A gate while its episodes are played. It reads them in the order of <see cref="EpisodePlan.ByIndex"/> and decides as soon as its
/// verdict is certain.
/// </summary>
public abstract class Gate : IStoppingRule
{
    /// <summary>The number of planned episodes.</summary>
    public required long NPlanned { get; init; }

    /// <summary>The verdict so far: undecided until the episodes decide.</summary>
    public abstract GateVerdict Verdict { get; }

    /// <summary>The number of episodes that were read until the verdict was certain; null before.</summary>
    public int? DecidedAfter { get; private set; }

    /// <summary>The number of episodes that were read.</summary>
    public int EpisodesRead { get; private set; }

    /// <inheritdoc/>
    public bool Add(EpisodeRecord episode)
    {
        ArgumentNullException.ThrowIfNull(episode);
        if (DecidedAfter is null)
        {
            EpisodesRead++;
            if (Decides(episode))
                DecidedAfter = EpisodesRead;
        }

        return DecidedAfter is not null;
    }

    /// <summary>Reads the episodes of a finished run.</summary>
    /// <param name="info">The result.</param>
    /// <param name="plan">The planned episodes.</param>
    public void Read(EvalInfo info, EpisodePlan plan)
    {
        ArgumentNullException.ThrowIfNull(info);
        ArgumentNullException.ThrowIfNull(plan);
        var episodes = info.Episodes.ToDictionary(episode => episode.Key);
        foreach (var planned in plan.ByIndex())
        {
            if (!episodes.TryGetValue(planned.Key, out var episode) || Add(episode))
                return;
        }
    }

    /// <inheritdoc/>
    public JsonObject ToJson()
    {
        var json = Demands();
        json["decided_after"] = DecidedAfter;
        json["verdict"] = OptionReader.ToJson(Verdict);
        return json;
    }

    /// <summary>The verdict and what it rests on, in one line that begins with the verdict: <c>fail: ...</c>.</summary>
    /// <param name="info">The result of the run.</param>
    public abstract string Conclusion(EvalInfo info);

    /// <summary>The figures, one line each: what dropped, the rates and their intervals.</summary>
    /// <param name="info">The result of the run.</param>
    public abstract IEnumerable<string> Figures(EvalInfo info);

    /// <summary>The episodes that explain a gate that does not pass, the most telling first.</summary>
    /// <param name="info">The result of the run.</param>
    public abstract IReadOnlyList<EpisodeRecord> Telling(EvalInfo info);

    /// <summary>What it demands, as JSON.</summary>
    protected abstract JsonObject Demands();

    /// <summary>Reads an episode; true when the verdict is certain.</summary>
    protected abstract bool Decides(EpisodeRecord episode);

    /// <summary>The episodes that were played, and what was saved, in one line.</summary>
    /// <param name="info">The result of the run.</param>
    public string Saved(EvalInfo info)
    {
        ArgumentNullException.ThrowIfNull(info);
        int played = info.Episodes.Count;
        long saved = NPlanned - played;
        return saved <= 0
            ? $"episodes: all {played} were played"
            : Verdict == GateVerdict.Undecided ? $"episodes: {played} of {NPlanned} were played; the other {saved} have no partner in the baseline"
            : string.Create(
                CultureInfo.InvariantCulture,
                $"episodes: {played} of {NPlanned} were played; {saved} were not needed, which saved {Time(saved * info.EvalEpS)} ({info.EvalEpS:0.000} s per episode)");
    }

    /// <summary>The seeds of the episodes of <see cref="Telling"/>, in one line; null where there is none.</summary>
    /// <param name="info">The result of the run.</param>
    public string? FailedSeeds(EvalInfo info)
    {
        ArgumentNullException.ThrowIfNull(info);
        var telling = Telling(info);
        bool several = info.PerTask.Count > 1;
        return telling.Count == 0
            ? null
            : $"{TellingAre}: {Some(telling.Select(episode => several ? $"{episode.Task} {episode.Seed}" : $"{episode.Seed}"), several ? 6 : 15)}";
    }

    /// <summary>What the episodes of <see cref="Telling"/> are.</summary>
    protected virtual string TellingAre => "failed seeds";

    private static string Time(double seconds) => seconds switch
    {
        < 10 => string.Create(CultureInfo.InvariantCulture, $"{seconds:0.0} s"),
        < 120 => string.Create(CultureInfo.InvariantCulture, $"{seconds:0} s"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{seconds / 60:0} minutes"),
    };

    /// <summary>Some names, and how many more there are.</summary>
    internal static string Some(IEnumerable<string> names, int most)
    {
        var all = names.ToList();
        return string.Join(", ", all.Take(most)) + (all.Count > most ? $" and {all.Count - most} more" : "");
    }
}
