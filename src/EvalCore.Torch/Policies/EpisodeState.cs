namespace EvalCore.Torch.Policies;

/// <summary>
/// What one row of a batch has of its own: the episode's random numbers, and what the network keeps of the episode between
/// forward passes. It belongs to the episode's session, so no result depends on which other episodes are in flight.
/// </summary>
/// <param name="noise">The episode's random numbers; belongs to the state from here on.</param>
/// <param name="memory">What <see cref="PolicyNetwork.NewMemory"/> gave; belongs to the state from here on.</param>
internal sealed class EpisodeState(INoise noise, IDisposable? memory = null) : IDisposable
{
    /// <summary>The episode's random numbers.</summary>
    public INoise Noise { get; } = noise;

    /// <summary>What the network keeps of the episode.</summary>
    /// <typeparam name="T">The type that the network's <see cref="PolicyNetwork.NewMemory"/> gives.</typeparam>
    public T Memory<T>() where T : IDisposable => (T)memory!;

    /// <inheritdoc/>
    public void Dispose()
    {
        Noise.Dispose();
        memory?.Dispose();
    }
}
