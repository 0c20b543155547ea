using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using EvalCore.Features;
using EvalCore.Torch.Checkpoints;
using EvalCore.Torch.Diagnostics;
using Safetensors;
using static TorchSharp.torch;

namespace EvalCore.Torch.Processors;

/// <summary>
/// The normalisations of a (un)normalising step: of observations, by feature, what its <c>features</c>, <c>norm_map</c>,
/// <c>normalize_observation_keys</c> and statistics say; of the action, what <c>norm_map</c> says of ACTION and the
/// statistics of <c>action</c>, whether <c>features</c> names it or not. Others pass unchanged.
/// </summary>
/// <remarks>
/// LeRobot also passes a feature unchanged whose mode needs statistics that the checkpoint lacks altogether. The network
/// then reads numbers that it was not trained on, so here that is an error, where such a feature is observed. The exception
/// is a feature whose statistics are there with dots for its underscores: LeRobot's own migration script writes them so, and
/// checkpoints have been trained further without them.
/// </remarks>
internal sealed class FeatureNormalizations : IDisposable
{
    private readonly ProcessorStepContext _context;
    private readonly Dictionary<string, Normalization> _observations = [];
    private readonly Normalization? _action;

    /// <summary>What is wrong with the statistics of features, by their names. It matters where one is observed.</summary>
    private readonly Dictionary<string, string> _problems = [];

    /// <summary>The features whose mode needs statistics, none of which are there.</summary>
    private readonly Dictionary<string, NormalizationMode> _withoutStatistics = [];

    /// <summary>The features that have statistics under a name with dots for underscores, and that name.</summary>
    private readonly Dictionary<string, string> _dotted = [];

    private readonly Dictionary<string, string> _unusual = [];

    private readonly Dictionary<string, FeatureStatistics> _stored = [];

    private readonly string _available;
    private readonly NormalizationStatistics? _statistics;

    /// <summary>Makes them.</summary>
    /// <param name="context">What the file says of the step; it has no state where it was saved without statistics.</param>
    /// <exception cref="EvalCoreException">A mode is unknown.</exception>
    public FeatureNormalizations(ProcessorStepContext context)
    {
        _context = context;
        _statistics = context.Statistics;
        PolicyFeature.Check($"{context.Path}: step '{context.Name}': features", context.Field("features"));
        var fields = context.Config<Fields>();
        NormMap = fields.NormMap;
        var modes = fields.NormMap.ToDictionary(entry => entry.Key, entry => Mode(entry.Value, context));
        var statistics = _statistics;
        _available = statistics is not null ? Names(statistics.Path, statistics.Features) : $"{context.Path}: step '{context.Name}' has no state_file";
        using var scope = NewDisposeScope();
        foreach (var (name, feature) in fields.Features)
        {
            if (feature.Type == FeatureType.ACTION || fields.NormalizeObservationKeys?.Contains(name) == false)
                continue;
            if (Make(name, feature) is { } normalization)
                _observations.Add(name, normalization);
        }

        _action = Make(FeatureNames.Action, fields.Features.TryGetValue(FeatureNames.Action, out var action) && action.Type == FeatureType.ACTION
            ? action
            : new PolicyFeature(FeatureType.ACTION, []));

        Normalization? Make(string name, PolicyFeature feature)
        {
            if (statistics is not null && StoredStatistics.Read(statistics, name, feature) is { } stored)
                _stored[name] = stored;
            var mode = modes.GetValueOrDefault(feature.Type.ToString(), NormalizationMode.IDENTITY);
            if (mode == NormalizationMode.IDENTITY)
                return null;
            if (statistics is null || !statistics.Has(name))
            {
                if (statistics?.Has(name.Replace('_', '.')) == true)
                    _dotted[name] = name.Replace('_', '.');
                else
                    _withoutStatistics[name] = mode;
                return null;
            }

            var (low, high) = Normalization.Statistics(mode);
            if (Statistic(low) is not { } lowTensor || Statistic(high) is not { } highTensor)
                return null;
            if (Unusual(mode, lowTensor, highTensor) is { } unusual)
                _unusual[name] = $"{statistics.Path}: {string.Format(CultureInfo.InvariantCulture, unusual, $"'{name}.{low}'", $"'{name}.{high}'")}; computing with it, as LeRobot does";
            return new Normalization(mode, lowTensor, highTensor, fields.Eps, context.Device);

            Tensor? Statistic(string statistic)
            {
                if (!statistics.TryGet(name, statistic, out var weight))
                    _problems[name] = $"{statistics.Path}: has no tensor '{name}.{statistic}', which {mode} normalisation needs";
                else if (!Fits(weight.Entry, feature))
                    _problems[name] = $"{statistics.Path}: tensor '{weight.Entry.Name}' is {weight.Entry}, but '{name}' has shape [{string.Join(", ", feature.Shape)}]";
                else
                    return Read(weight.File, weight.Entry, feature);
                return null;
            }
        }
    }

    /// <summary>The normalisation of the action; null where it passes unchanged.</summary>
    /// <exception cref="EvalCoreException">A statistic that it needs is missing or has another shape.</exception>
    public Normalization? Action
    {
        get
        {
            Check([FeatureNames.Action]);
            return _action;
        }
    }

    /// <summary>The features that pass unchanged because LeRobot's migration script has renamed their statistics, a line about each.</summary>
    public IReadOnlyDictionary<string, string> Renamed => _dotted.ToDictionary(entry => entry.Key, entry =>
        $"{_statistics?.Path}: has statistics of '{entry.Value}', as LeRobot's migration script renames them, and none of '{entry.Key}': as in LeRobot, '{entry.Key}' is not normalised");

    /// <summary>What a user should know of the statistics of a feature that is normalised; null for nothing.</summary>
    public string? Note(string feature) => _unusual.GetValueOrDefault(feature);

    /// <summary>All statistics in the step's file of the features that it names and of the action, by feature.</summary>
    public IReadOnlyDictionary<string, FeatureStatistics> Stored => _stored;

    /// <summary>How features of each type are normalised, as the file says.</summary>
    public IReadOnlyDictionary<string, string> NormMap { get; }

    /// <summary>Whether the action is normalised.</summary>
    public bool HasAction => _action is not null;

    /// <summary>Whether an observation is normalised.</summary>
    public bool Has(string feature) => _observations.ContainsKey(feature);

    /// <summary>Looks the normalisation of an observation up.</summary>
    public bool TryGet(string feature, [NotNullWhen(true)] out Normalization? normalization) => _observations.TryGetValue(feature, out normalization);

    /// <summary>Checks the statistics of features that are normalised.</summary>
    /// <exception cref="EvalCoreException">A statistic that a mode needs is missing, or has another shape.</exception>
    public void Check(IEnumerable<string> features)
    {
        if (_problems.Count + _withoutStatistics.Count == 0)
            return;
        string[] names = [.. features];
        foreach (string name in names)
        {
            if (_problems.TryGetValue(name, out string? problem))
                throw new EvalCoreException(problem);
        }

        string[] without = [.. names.Where(_withoutStatistics.ContainsKey)];
        if (without.Length > 0)
        {
            throw new EvalCoreException(
                $"{_available}, so there are no statistics of {string.Join(", ", without.Select(name => $"'{name}'"))}, which norm_map of step '{_context.Name}' normalises ({_withoutStatistics[without[0]]}); take the file of the trained checkpoint, or where the policy was trained without statistics, make norm_map IDENTITY in {Path.GetFileName(_context.Path)}");
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var normalization in _observations.Values)
            normalization.Dispose();
        _action?.Dispose();
    }

    private static string Names(string path, IEnumerable<string> features)
    {
        const int Shown = 6;
        string[] names = [.. features.Distinct()];
        string more = names.Length > Shown ? $" and {names.Length - Shown} more" : "";
        return names.Length == 0 ? $"{path}: has no tensors" : $"{path}: has statistics of {string.Join(", ", names.Take(Shown).Select(name => $"'{name}'"))}{more} alone";
    }

    /// <summary>A statistic, float32; that of an image's channels is made [C, 1, 1].</summary>
    private static Tensor Read(SafetensorsFile file, TensorEntry entry, PolicyFeature feature)
    {
        var tensor = StateDict.Read(file, entry, CPU).to(ScalarType.Float32);
        return feature.Type == FeatureType.VISUAL && tensor.dim() == 1 ? tensor.reshape(-1, 1, 1) : tensor;
    }

    /// <summary>
    /// Whether a statistic can be applied to a feature: its dimensions, from the last, are the feature's or 1. Height and
    /// width of an image are those that the environment gives, so they are not compared here.
    /// </summary>
    private static bool Fits(TensorEntry entry, PolicyFeature feature)
    {
        bool image = feature.Type == FeatureType.VISUAL;
        long[] shape = image && entry.Shape.Count == 1 ? [entry.Shape[0], 1, 1] : [.. entry.Shape];
        if (feature.Shape.Length == 0)
            return shape.Length <= 1 || shape[..^1].All(n => n == 1);
        for (int i = 1; i <= shape.Length; i++)
        {
            bool any = image && i <= 2;
            long n = shape[^i];
            if (n != 1 && !any && (i > feature.Shape.Length || n != feature.Shape[^i]))
                return false;
        }

        return true;
    }

    /// <summary>What no data has, where {0} is the low statistic and {1} the high one; null where all is usual.</summary>
    private static string? Unusual(NormalizationMode mode, Tensor low, Tensor high) =>
        !(low.isfinite().all().item<bool>() && high.isfinite().all().item<bool>()) ? "{0} or {1} has a number that is not finite"
        : mode == NormalizationMode.MEAN_STD
            ? high.lt(Scalars.Of(0.0)).any().item<bool>() ? "{1} has a negative number" : null
            : high.lt(low).any().item<bool>() ? "{0} has a number above that of {1}" : null;

    private static NormalizationMode Mode(string text, ProcessorStepContext context) =>
        Enum.GetNames<NormalizationMode>().Contains(text)
            ? Enum.Parse<NormalizationMode>(text)
            : throw context.Invalid($"norm_map names the unknown mode '{text}'; known are {string.Join(", ", Enum.GetNames<NormalizationMode>())}");

    private sealed class Fields
    {
        public OrderedDictionary<string, PolicyFeature> Features { get; set; } = [];

        public Dictionary<string, string> NormMap { get; set; } = [];

        public double Eps { get; set; } = 1e-8;

        public string[]? NormalizeObservationKeys { get; set; }
    }
}
