namespace EvalCore.Environments;

/// <summary>
/// A simulated environment, like Gymnasium's <c>Env</c>. Observing is not part of stepping: an image is rendered only
/// when it is read. Only the thread that made an environment uses it. Optional features are separate interfaces:
/// <see cref="IStateAccess"/>, <see cref="IVideoSource"/>, <see cref="IGoalConditions"/>.
/// </summary>
public interface IEnvironment : IDisposable
{
    /// <summary>Everything that can be observed, with LeRobot's names, in LeRobot's order.</summary>
    ObservationSpace ObservationSpace { get; }

    /// <summary>The action space.</summary>
    ActionSpace ActionSpace { get; }

    /// <summary>The time limit in steps; the step that reaches it is truncated.</summary>
    int MaxEpisodeSteps { get; }

    /// <summary>
    /// A problem with the episode so far, in one line, for example an unstable simulation; null when there is none. The
    /// episode continues, and its record contains the line.
    /// </summary>
    string? Warning => null;

    /// <summary>Starts an episode. All randomness comes from <paramref name="episode"/>.</summary>
    void Reset(EpisodeSpec episode);

    /// <summary>Plays one action for one step. Allocates nothing.</summary>
    /// <param name="action">
    /// One value per component of <see cref="ActionSpace"/>. A policy's float32 values are widened exactly.
    /// </param>
    /// <exception cref="ArgumentException">
    /// The action has the wrong number of values, or one that is not finite.
    /// </exception>
    /// <exception cref="InvalidOperationException">The environment must be reset first.</exception>
    StepResult Step(ReadOnlySpan<double> action);

    /// <summary>
    /// Fills every field of <paramref name="observation"/> with the current observation. Allocates nothing.
    /// </summary>
    void Observe(Observation observation);
}
