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

    /// <summary>Whether it may pass although episodes could not be played.</summary>
    public bool AllowsErrors { get; init; }

    /// <summary>The number of episodes that were read and could not be played.</summary>
    public int Errors { get; private set; }

    /// <summary>The verdict so far: undecided until the episodes decide, and where some could not be played.</summary>
    public GateVerdict Verdict => IsRefusedForErrors ? GateVerdict.Undecided : Judgement;

    /// <summary>The verdict of the episodes that were played.</summary>
    protected abstract GateVerdict Judgement { get; }

    /// <summary>Whether errors keep it from passing. Failures that decide without them do.</summary>
    private bool IsRefusedForErrors => Errors > 0 && Judgement is GateVerdict.Pass or GateVerdict.Undecided && (!AllowsErrors || Errors == EpisodesRead);

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
            if (episode.Error is not null)
                Errors++;
            if (episode.Error is null ? Decides(episode) : LeavesOut(episode))
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
        var episodes = info.Episodes.Concat(info.Errors).ToDictionary(episode => episode.Key);
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
        if (Errors > 0)
            json["n_errors"] = Errors;
        return json;
    }

    /// <summary>The verdict and what it rests on, in one line that begins with the verdict: <c>fail: ...</c>.</summary>
    /// <param name="info">The result of the run.</param>
    public string Conclusion(EvalInfo info)
    {
        ArgumentNullException.ThrowIfNull(info);
        return IsRefusedForErrors ? $"undecided: {Refusal(info.Errors, AllowsErrors)}"
            : Errors > 0 ? $"{Conclude(info)}; {EpisodeText.Count(Errors)} could not be played and {(Errors == 1 ? "is" : "are")} not counted"
            : Conclude(info);
    }

    /// <summary>Why a gate does not pass although its other episodes would let it, in one line.</summary>
    /// <param name="errors">The episodes that could not be played; at least one.</param>
    /// <param name="areAllowed">Whether errors are allowed: then there is no other episode.</param>
    public static string Refusal(IReadOnlyList<EpisodeRecord> errors, bool areAllowed)
    {
        ArgumentNullException.ThrowIfNull(errors);
        return $"{EpisodeText.Count(errors.Count)} could not be played, the first is episode {errors[0].EpisodeIndex} of {errors[0].Task} ({errors[0].Error})"
            + (areAllowed ? ", and no other was" : "; with --allow_errors=true (allow_errors in runsettings.xml) the others decide");
    }

    /// <summary>The figures, one line each: what dropped, the rates and their intervals.</summary>
    /// <param name="info">The result of the run.</param>
    public IEnumerable<string> Figures(EvalInfo info)
    {
        ArgumentNullException.ThrowIfNull(info);
        return info.Episodes.Count == 0 ? [] : FiguresOf(info);
    }

    /// <summary>The episodes that explain a gate that does not pass, the most telling first.</summary>
    /// <param name="info">The result of the run.</param>
    public IReadOnlyList<EpisodeRecord> Telling(EvalInfo info)
    {
        ArgumentNullException.ThrowIfNull(info);
        return info.Episodes.Count == 0 ? [] : TellingOf(info);
    }

    /// <summary>The conclusion of the episodes that were played.</summary>
    protected abstract string Conclude(EvalInfo info);

    /// <summary>The figures of the episodes that were played; there is one.</summary>
    protected abstract IEnumerable<string> FiguresOf(EvalInfo info);

    /// <summary>The telling ones of the episodes that were played; there is one.</summary>
    protected abstract IReadOnlyList<EpisodeRecord> TellingOf(EvalInfo info);

    /// <summary>What it demands, as JSON.</summary>
    protected abstract JsonObject Demands();

    /// <summary>Reads an episode; true when the verdict is certain.</summary>
    protected abstract bool Decides(EpisodeRecord episode);

    /// <summary>Leaves out an episode that could not be played; true when the verdict is certain.</summary>
    protected abstract bool LeavesOut(EpisodeRecord episode);

    /// <summary>The episodes that were played, and what was saved, in one line.</summary>
    /// <param name="info">The result of the run.</param>
    public string Saved(EvalInfo info)
    {
        ArgumentNullException.ThrowIfNull(info);
        int played = info.Episodes.Count;
        int errors = info.Errors.Count;
        long saved = NPlanned - played - errors;
        if (saved <= 0)
            return errors == 0 ? $"episodes: all {played} were played" : $"episodes: {played} of {NPlanned} were played; {errors} could not be";
        string unplayed = errors == 0 ? "" : $", {errors} could not be";
        if (Judgement == GateVerdict.Undecided)
            return $"episodes: {played} of {NPlanned} were played{unplayed}; the other {saved} have no partner in the baseline";
        return string.Create(
            CultureInfo.InvariantCulture,
            $"episodes: {played} of {NPlanned} were played{unplayed}; {saved} were not needed, which saved {Time(saved * info.EvalEpS)} ({info.EvalEpS:0.000} s per episode)");
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
