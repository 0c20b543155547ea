namespace EvalCore.Environments;

/// <summary>
/// One simulated world. Observing and rendering are not part of stepping: a picture is computed when somebody asks for
/// it, and not otherwise. An environment is used by one thread at a time; the scheduler creates it on the thread that
/// steps it.
/// </summary>
public interface IEnvironment : IDisposable
{
    /// <summary>Everything that can be observed, in LeRobot's names and order.</summary>
    ObservationSpace ObservationSpace { get; }

    /// <summary>The actions.</summary>
    ActionSpace ActionSpace { get; }

    /// <summary>The time limit in steps; the step that reaches it is truncated.</summary>
    int MaxEpisodeSteps { get; }

    /// <summary>The number of the stored initial state the last reset used, or null where a suite has none.</summary>
    int? InitStateId => null;

    /// <summary>
    /// What the simulator has to say against the episode so far, in one line: that it was unstable, for example. Null when
    /// nothing. The episode goes on, and its result says so.
    /// </summary>
    string? Warning => null;

    /// <summary>Starts an episode. All randomness comes from <paramref name="episode"/>.</summary>
    void Reset(EpisodeSpec episode);

    /// <summary>Plays one action. No allocation.</summary>
    /// <param name="action">
    /// <see cref="ActionSpace"/>'s number of values. A policy's are float32 numbers, widened exactly.
    /// </param>
    /// <exception cref="ArgumentException">The action has another number of values, or one that is not finite.</exception>
    /// <exception cref="InvalidOperationException">It was not reset, or plays no more steps before it is.</exception>
    StepResult Step(ReadOnlySpan<double> action);

    /// <summary>Fills every field of <paramref name="observation"/> with the present state. No allocation.</summary>
    void Observe(Observation observation);

    /// <summary>
    /// The full state of the simulator, as named float64 vectors: the columns of <c>replay</c>'s trace, for example
    /// <c>state [10]</c> for PushT, <c>qpos</c> and <c>qvel</c> for MuJoCo.
    /// </summary>
    ObservationSpace StateSpace { get; }

    /// <summary>Reads the simulator's state into every field of <paramref name="state"/>.</summary>
    void GetState(Observation state);

    /// <summary>Puts the simulator into a stored state and brings what is derived from it up to date.</summary>
    void SetState(Observation state);

    /// <summary>How many conditions the task's goal consists of; 0 where a suite does not tell them apart.</summary>
    int ConjunctCount => 0;

    /// <summary>Writes for each condition of the goal 1 where it holds in the present state, else 0.</summary>
    void GetConjuncts(Span<byte> conjuncts)
    {
    }

    /// <summary>The length of a <see cref="Snapshot"/>.</summary>
    int SnapshotLength { get; }

    /// <summary>
    /// Writes what a frame of the video shows into <paramref name="snapshot"/>, for an <see cref="IFrameRenderer"/>
    /// that draws it later on another thread. Costs next to nothing; no allocation.
    /// </summary>
    void Snapshot(Span<double> snapshot);
}
