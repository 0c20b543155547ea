using EvalCore.Environments;

namespace EvalCore.Features;

/// <summary>
/// Counts what a policy observes and what it does, episode by episode, on the thread that plays the episode. It reads what the
/// policy reads anyway; nothing is rendered or allocated for it, but for the record at the end of an episode.
/// </summary>
public sealed class EpisodeCounter
{
    private readonly string[] _names;
    private readonly VectorCounter?[] _vectors;
    private readonly ImageCounter?[] _images;
    private readonly VectorCounter _action;

    /// <summary>Makes a counter for the environments of a task.</summary>
    /// <param name="observations">What the policy observes.</param>
    /// <param name="actions">The action space of the environment.</param>
    /// <param name="statistics">The statistics that the policy has, by the environment's names.</param>
    public EpisodeCounter(ObservationSpace observations, ActionSpace actions, IReadOnlyDictionary<string, FeatureStatistics> statistics)
    {
        ArgumentNullException.ThrowIfNull(observations);
        var features = Feature.Of(observations, actions, statistics);
        _names = [.. observations.Select(field => field.Key)];
        _vectors = [.. observations.Select(field => field.Kind == ObservationKind.Image ? null : new VectorCounter(features[field.Key]))];
        _images = [.. observations.Select(field => field.Kind == ObservationKind.Image ? new ImageCounter(features[field.Key], field.Shape[0], field.Shape[1]) : null)];
        _action = new VectorCounter(features[Feature.Action]);
    }

    /// <summary>Begins an episode.</summary>
    public void Reset()
    {
        for (int i = 0; i < _names.Length; i++)
        {
            _vectors[i]?.Reset();
            _images[i]?.Reset();
        }

        _action.Reset();
    }

    /// <summary>Counts an observation that the policy reads.</summary>
    public void Observe(Observation observation)
    {
        ArgumentNullException.ThrowIfNull(observation);
        for (int i = 0; i < _names.Length; i++)
        {
            _vectors[i]?.Count(observation.Vector(i));
            _images[i]?.Count(observation.Image(i));
        }
    }

    /// <summary>Counts an action that is played.</summary>
    public void Act(ReadOnlySpan<double> action) => _action.Count(action);

    /// <summary>What was counted since the episode began.</summary>
    public EpisodeDiagnostics End()
    {
        var counts = new OrderedDictionary<string, FeatureCounts>();
        for (int i = 0; i < _names.Length; i++)
            counts.Add(_names[i], _vectors[i]?.Counts() ?? _images[i]!.Counts());
        counts[Feature.Action] = _action.Counts();
        return new EpisodeDiagnostics(counts);
    }
}
