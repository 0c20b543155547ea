using Safetensors;
using EvalCore.Torch.Checkpoints;
using static TorchSharp.torch;

namespace EvalCore.Torch.Processors;

/// <summary>
/// The normalisations of a (un)normalising step, by feature: what its <c>features</c>, <c>norm_map</c> and statistics say.
/// A feature without statistics, or of a type that is not in <c>norm_map</c>, passes unchanged.
/// </summary>
internal sealed class FeatureNormalizations : IDisposable
{
    private readonly Dictionary<string, Normalization> _byFeature = [];

    /// <summary>Makes them.</summary>
    /// <param name="config">The step's configuration.</param>
    /// <param name="statistics">Its state, or null when it was saved without statistics.</param>
    /// <param name="device">Where the tensors are that will be normalised.</param>
    /// <exception cref="EvalCoreException">A statistic that a mode needs is missing, or a mode is unknown.</exception>
    public FeatureNormalizations(StepConfig config, SafetensorsFile? statistics, Device device)
    {
        var features = config.Get<OrderedDictionary<string, PolicyFeature>>("features", []);
        var modes = config.Get<Dictionary<string, string>>("norm_map", []);
        double eps = config.Get("eps", 1e-8);
        using var scope = NewDisposeScope();
        foreach (var (name, feature) in features)
        {
            var mode = modes.TryGetValue(feature.Type.ToString(), out string? text) ? Mode(text, config) : NormalizationMode.IDENTITY;
            if (mode == NormalizationMode.IDENTITY
                || statistics is null
                || !statistics.Any(entry => entry.Name.StartsWith(name + ".", StringComparison.Ordinal)
                    && entry.Name.LastIndexOf('.') == name.Length))
                continue;

            var (low, high) = Normalization.Statistics(mode);
            bool picture = feature.Type == FeatureType.VISUAL;
            _byFeature.Add(name, new Normalization(mode, Statistic(low), Statistic(high), eps));

            Tensor Statistic(string statistic)
            {
                if (!statistics.TryGet($"{name}.{statistic}", out var entry))
                    throw new EvalCoreException($"{statistics.Path}: has no tensor '{name}.{statistic}', which {mode} normalisation needs");
                long wanted = picture && feature.Shape is [var channels, ..] ? channels : feature.Shape.Aggregate(1L, (product, n) => product * n);
                if (entry.Count is var count && count != 1 && count != wanted)
                    throw new EvalCoreException($"{statistics.Path}: tensor '{entry.Name}' is {entry}, but '{name}' has shape [{string.Join(", ", feature.Shape)}]");
                var tensor = StateDict.Read(statistics, entry, device);
                return picture && tensor.dim() == 1 ? tensor.reshape(-1, 1, 1) : tensor;
            }
        }
    }

    /// <summary>Looks the normalisation of a feature up.</summary>
    public bool TryGet(string feature, out Normalization normalization) => _byFeature.TryGetValue(feature, out normalization!);

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var normalization in _byFeature.Values)
            normalization.Dispose();
    }

    private static NormalizationMode Mode(string text, StepConfig config) =>
        Enum.TryParse(text, out NormalizationMode mode) && Enum.IsDefined(mode)
            ? mode
            : throw config.Bad($"norm_map names the unknown mode '{text}'; known are {string.Join(", ", Enum.GetNames<NormalizationMode>())}");
}
