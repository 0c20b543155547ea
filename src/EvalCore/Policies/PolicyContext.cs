using EvalCore.Environments;

namespace EvalCore.Policies;

/// <summary>
/// The context in which a policy is made: observation space, action space, and the receiver of notes.
/// </summary>
/// <param name="ObservationSpace">The observation space.</param>
public sealed record PolicyContext(ObservationSpace ObservationSpace)
{
    /// <summary>The action space; null when the policy's actions are not played in an environment.</summary>
    public ActionSpace? ActionSpace { get; init; }

    /// <summary>The observation spaces that could be selected instead, by flag; for messages.</summary>
    public IReadOnlyDictionary<string, ObservationSpace> Choices { get; init; } = new Dictionary<string, ObservationSpace>();

    /// <summary>The name of the suite that is played, for example <c>libero</c>; null for none.</summary>
    public string? Suite { get; init; }

    /// <summary>The output folder of the run, for what a policy records besides the results; null for none.</summary>
    public string? OutputDir { get; init; }

    /// <summary>The source of the observations, for messages: <c>the environment</c>, or a file.</summary>
    public string Source { get; init; } = "the environment";

    /// <summary>New names for observation keys, from old to new: <c>--rename_map</c>.</summary>
    public IReadOnlyDictionary<string, string> RenameMap { get; init; } = new Dictionary<string, string>();

    /// <summary>Receives notes for the user, one line each.</summary>
    public Action<string> Warn { get; init; } = _ => { };

    /// <summary>The context for the environments of a suite.</summary>
    /// <param name="env">The suite and its flags.</param>
    public static PolicyContext Of(EnvConfig env)
    {
        using var benchmark = env.Open();
        return new PolicyContext(benchmark.ObservationSpace)
        {
            Suite = env.Type,
            ActionSpace = benchmark.ActionSpace,
            Choices = benchmark.ObservationSpaces,
        };
    }
}
