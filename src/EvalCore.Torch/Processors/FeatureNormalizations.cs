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
    /// <param name="context">What the file says of the step; it has no state where it was saved without statistics.</param>
    /// <exception cref="EvalCoreException">A statistic that a mode needs is missing, or a mode is unknown.</exception>
    public FeatureNormalizations(ProcessorStepContext context)
    {
        var fields = context.Config<Fields>();
        var statistics = context.State;
        using var scope = NewDisposeScope();
        foreach (var (name, feature) in fields.Features)
        {
            var mode = fields.NormMap.TryGetValue(feature.Type.ToString(), out string? text) ? Mode(text, context) : NormalizationMode.IDENTITY;
            if (mode == NormalizationMode.IDENTITY
                || statistics is null
                || !statistics.Any(entry => entry.Name.StartsWith(name + ".", StringComparison.Ordinal)
                    && entry.Name.LastIndexOf('.') == name.Length))
                continue;

            var (low, high) = Normalization.Statistics(mode);
            bool image = feature.Type == FeatureType.VISUAL;
            _byFeature.Add(name, new Normalization(mode, Statistic(low), Statistic(high), fields.Eps, context.Device));

            Tensor Statistic(string statistic)
            {
                if (!statistics.TryGet($"{name}.{statistic}", out var entry))
                    throw new EvalCoreException($"{statistics.Path}: has no tensor '{name}.{statistic}', which {mode} normalisation needs");
                long wanted = image && feature.Shape is [var channels, ..] ? channels : feature.Shape.Aggregate(1L, (product, n) => product * n);
                if (entry.Count is var count && count != 1 && count != wanted)
                    throw new EvalCoreException($"{statistics.Path}: tensor '{entry.Name}' is {entry}, but '{name}' has shape [{string.Join(", ", feature.Shape)}]");
                var tensor = StateDict.Read(statistics, entry, CPU);
                return image && tensor.dim() == 1 ? tensor.reshape(-1, 1, 1) : tensor;
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

    private static NormalizationMode Mode(string text, ProcessorStepContext context) =>
        Enum.TryParse(text, out NormalizationMode mode) && Enum.IsDefined(mode)
            ? mode
            : throw context.Invalid($"norm_map names the unknown mode '{text}'; known are {string.Join(", ", Enum.GetNames<NormalizationMode>())}");

    private sealed class Fields
    {
        public OrderedDictionary<string, PolicyFeature> Features { get; set; } = [];

        public Dictionary<string, string> NormMap { get; set; } = [];

        public double Eps { get; set; } = 1e-8;
    }
}
