namespace EvalCore.Environments;

/// <summary>What the environments of a suite can observe, by the value of <c>--env.obs_type</c>.</summary>
/// <param name="spaces">The observation spaces, by type.</param>
public sealed class ObservationTypes(IReadOnlyDictionary<string, ObservationSpace> spaces)
{
    /// <summary>The values of <c>--env.obs_type</c>.</summary>
    public IReadOnlyCollection<string> Names => [.. spaces.Keys];

    /// <summary>The observation spaces by the flag that selects them, for <see cref="IBenchmark.ObservationSpaces"/>.</summary>
    public IReadOnlyDictionary<string, ObservationSpace> ByFlag { get; } =
        spaces.ToDictionary(entry => $"--env.obs_type={entry.Key}", entry => entry.Value);

    /// <summary>The observation space of a type.</summary>
    /// <exception cref="EvalCoreException">There is no such type.</exception>
    public ObservationSpace this[string type] => spaces.TryGetValue(type, out var space)
        ? space
        : throw new EvalCoreException($"--env.obs_type: '{type}' is not one of {string.Join(", ", spaces.Keys)}");
}
