using System.ComponentModel;
using EvalCore.Options;

namespace EvalCore.Training;

/// <summary>The flags of an evaluation that goes on while the policy is trained.</summary>
public sealed class WatchOptions
{
    /// <summary>Whether new checkpoints are looked for until a signal, <see cref="WatchUntil"/> or <see cref="WatchTimeout"/>.</summary>
    [Description("with a training run's folder: look for new checkpoints and evaluate each once it is complete, until Ctrl-C")]
    public bool Watch { get; set; }

    /// <summary>The training step whose checkpoint, or that of a later one, is the last; null for none.</summary>
    [Placeholder("STEP")]
    [Description("end when the checkpoint of this training step, or of a later one, is evaluated")]
    public long? WatchUntil { get; set; }

    /// <summary>After how many minutes without a new checkpoint it ends; null for never.</summary>
    [Placeholder("MINUTES")]
    [Description("end when no new checkpoint has appeared for this long")]
    public double? WatchTimeout { get; set; }

    /// <summary>Checks the values.</summary>
    /// <exception cref="EvalCoreException">A flag has no effect without another, or is out of range.</exception>
    public void Validate()
    {
        if (!Watch && (WatchUntil is not null || WatchTimeout is not null))
            throw new EvalCoreException($"{(WatchUntil is null ? "--watch_timeout" : "--watch_until")}: has an effect with --watch only; add --watch, or omit the flag");
        if (WatchUntil < 0)
            throw new EvalCoreException($"--watch_until: {WatchUntil} is not possible; give a training step, 0 or more");

        // A month, in minutes.
        if (WatchTimeout is not null and not (> 0 and <= 45_000))
            throw new EvalCoreException("--watch_timeout: give minutes, above 0 and at most 45000");
    }
}
