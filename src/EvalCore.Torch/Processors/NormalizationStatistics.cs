using System.Diagnostics.CodeAnalysis;
using EvalCore.Torch.Checkpoints;
using Safetensors;

namespace EvalCore.Torch.Processors;

/// <summary>The statistics that a normalising step has of features.</summary>
internal sealed class NormalizationStatistics
{
    private readonly OrderedDictionary<string, Dictionary<string, WeightFiles.Weight>> _features = [];

    private NormalizationStatistics(string path) => Path = path;

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <summary>The features that have some.</summary>
    public IReadOnlyCollection<string> Features => _features.Keys;

    /// <summary>The statistics of a step's state: <c>observation.state.mean</c>.</summary>
    public static NormalizationStatistics Of(SafetensorsFile state)
    {
        var statistics = new NormalizationStatistics(state.Path);
        foreach (var entry in state)
        {
            int dot = Math.Max(entry.Name.LastIndexOf('.'), 0);
            statistics.Add(entry.Name[..dot], entry.Name[Math.Min(dot + 1, entry.Name.Length)..], new WeightFiles.Weight(state, entry));
        }

        return statistics;
    }

    /// <summary>
    /// The statistics inside the model of a checkpoint from before pipelines: <c>normalize_inputs.buffer_observation_state.mean</c>
    /// is that of <c>observation.state</c>. LeRobot's own migration makes every underscore a dot and so loses a camera
    /// <c>observation.images.cam_high</c>; here the features tell which name is meant.
    /// </summary>
    /// <param name="state">The model.</param>
    /// <param name="features">The features of the configuration.</param>
    public static NormalizationStatistics Inside(StateDict state, IEnumerable<string> features)
    {
        const string Buffer = "buffer_";
        var statistics = new NormalizationStatistics(state.Paths[^1]);
        var names = features.ToDictionary(feature => feature.Replace('.', '_'));
        foreach (var (name, weight) in state.Statistics)
        {
            string[] parts = name.Split('.', 2);
            if (parts.Length < 2)
                continue;
            string rest = parts[1].StartsWith(Buffer, StringComparison.Ordinal) ? parts[1][Buffer.Length..] : parts[1];
            int dot = rest.LastIndexOf('.');
            if (dot > 0 && names.TryGetValue(rest[..dot].Replace('.', '_'), out string? feature))
                statistics.Add(feature, rest[(dot + 1)..], weight);
        }

        return statistics;
    }

    /// <summary>Whether there is one of a feature.</summary>
    public bool Has(string feature) => _features.ContainsKey(feature);

    /// <summary>Looks one up.</summary>
    public bool TryGet(string feature, string statistic, [NotNullWhen(true)] out WeightFiles.Weight? weight)
    {
        weight = null;
        return _features.TryGetValue(feature, out var ofFeature) && ofFeature.TryGetValue(statistic, out weight);
    }

    private void Add(string feature, string statistic, WeightFiles.Weight weight)
    {
        if (!_features.TryGetValue(feature, out var ofFeature))
            _features.Add(feature, ofFeature = []);
        ofFeature.TryAdd(statistic, weight);
    }
}
