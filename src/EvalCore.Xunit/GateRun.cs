using EvalCore.Environments;
using EvalCore.Gates;
using EvalCore.Policies;
using EvalCore.Results;
using EvalCore.Rollout;
using Xunit.Sdk;

namespace EvalCore.Xunit;

/// <summary>The evaluation of one suite in a test run, and its gate.</summary>
internal sealed class GateRun
{
    private readonly Lazy<Task<EvalInfo>> _playing;

    /// <summary>Why no episode is played; null where some are.</summary>
    private readonly string? _nothingPlayed;

    /// <summary>Makes the evaluation. Nothing is played yet.</summary>
    /// <param name="suite">The suite's gate.</param>
    /// <param name="policy">The policy.</param>
    /// <param name="folder">The output folder.</param>
    /// <param name="isWhole">Whether all cases of the gate are part of the test run: only then may it stop early.</param>
    /// <param name="warn">Receives notes.</param>
    /// <exception cref="EvalCoreException">The baseline has no episode of the run, or the folder cannot be used.</exception>
    public GateRun(SuiteGate suite, IPolicy policy, string folder, bool isWhole, Action<string> warn)
    {
        StopsEarly = isWhole && suite.StopsEarly;
        Gate? gate = null;
        Run = new EvalRun(
            suite.Options.Env, policy, suite.Options.Rollout with { OutputDir = folder, Given = suite.Options.ToJson() }, warn,
            rule: StopsEarly ? plan => gate = suite.NewGate(plan) : null);
        try
        {
            Gate = gate ?? suite.NewGate(Run.Episodes);
            if (Gate is BaselineGate baseline)
            {
                foreach (string note in baseline.Notes)
                    warn(note);
                var provenance = Run.Provenance;
                if (baseline.NotComparable(provenance) is { Count: > 0 } reasons)
                    (NotComparable, _nothingPlayed) = (reasons, "the run is not comparable with the baseline");
                else if (StopsEarly && baseline.IsRepeatedBy(provenance))
                    _nothingPlayed = "the files of the policy, the seed and the conditions are those of the baseline, so each episode would be the same";
            }
        }
        catch
        {
            Run.Dispose();
            throw;
        }

        if (!StopsEarly)
            _nothingPlayed = null;
        _playing = new(() => Run.PlayAll());
    }

    /// <summary>The episodes.</summary>
    public EvalRun Run { get; }

    /// <summary>The gate.</summary>
    public Gate Gate { get; }

    /// <summary>Whether the run ends when the verdict is certain.</summary>
    public bool StopsEarly { get; }

    /// <summary>Why the run cannot be compared with the baseline; empty where it can, and without a baseline.</summary>
    public IReadOnlyList<string> NotComparable { get; } = [];

    /// <summary>Why no episode was played; null where some were.</summary>
    public string? NothingPlayed => _nothingPlayed;

    /// <summary>Plays an episode, or waits until it has been played in its turn.</summary>
    /// <exception cref="SkipException">The gate does not need it.</exception>
    public async Task<EpisodeRecord> Play(EpisodeSpec episode)
    {
        if (!StopsEarly)
            return await Run.Play(episode).ConfigureAwait(false);
        if (_nothingPlayed is not null)
            throw NotNeeded();
        var playing = _playing.Value;
        try
        {
            return await Run.Play(episode).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (Run.StoppedAfter is not null)
        {
            throw NotNeeded();
        }
        catch (OperationCanceledException) when (Run.Failed is { } failed)
        {
            if (failed == episode)
                await playing.ConfigureAwait(false);
            throw SkipException.ForSkip($"{failed} ended the run");
        }
    }

    /// <summary>Plays the episodes until the verdict is certain, and waits for their videos; null where none is played.</summary>
    public async Task<EvalInfo?> PlayUntilDecided() => _nothingPlayed is null ? await _playing.Value.ConfigureAwait(false) : null;

    /// <summary>The exception of a case that the gate does not need.</summary>
    public SkipException NotNeeded() => SkipException.ForSkip(
        $"not needed: {_nothingPlayed ?? $"the gate was decided after {Run.StoppedAfter} of {Run.Episodes.Count} episodes"}");
}
