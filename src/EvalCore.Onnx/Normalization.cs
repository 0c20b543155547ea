using EvalCore.Features;

namespace EvalCore.Onnx;

/// <summary>
/// Normalises a feature, or brings it back to the data's units, in float32 and in LeRobot v0.6.1's order of operations
/// (<c>processor/normalize_processor.py</c>).
/// </summary>
internal sealed class Normalization
{
    private readonly NormalizationMode _mode;
    private readonly float[] _offset;
    private readonly float[] _divisor;
    private readonly float[] _scale;

    /// <summary>Makes it.</summary>
    /// <param name="mode">The arithmetic.</param>
    /// <param name="statistics">Has those that the mode reads: one number for each component or channel.</param>
    /// <param name="eps">Added to a standard deviation, and in place of a range that is 0.</param>
    public Normalization(NormalizationMode mode, FeatureStatistics statistics, double eps)
    {
        (_mode, Statistics) = (mode, statistics);
        var (low, high) = mode switch
        {
            NormalizationMode.MEAN_STD => (statistics.Mean!, statistics.Std!),
            NormalizationMode.MIN_MAX => (statistics.Min!, statistics.Max!),
            NormalizationMode.QUANTILES => (statistics.Q01!, statistics.Q99!),
            NormalizationMode.QUANTILE10 => (statistics.Q10!, statistics.Q90!),
            _ => ([], []),
        };
        _offset = [.. low.Select(value => (float)value)];
        _scale = [.. high.Select((value, i) => mode == NormalizationMode.MEAN_STD ? (float)value : (float)value - _offset[i])];
        _divisor = [.. _scale.Select(value => mode == NormalizationMode.MEAN_STD ? value + (float)eps : value == 0 ? (float)eps : value)];
        if (mode != NormalizationMode.MEAN_STD)
            _scale = _divisor;
    }

    /// <summary>All statistics that the file has.</summary>
    public FeatureStatistics Statistics { get; }

    /// <summary>How many components or channels it has; null where it changes nothing.</summary>
    public int? Components => _mode == NormalizationMode.IDENTITY ? null : _offset.Length;

    /// <summary>Normalises numbers in place.</summary>
    /// <param name="values">The numbers.</param>
    /// <param name="inner">How many neighbours have the same component: 1, or the pixels of a channel.</param>
    public void Apply(Span<float> values, int inner = 1)
    {
        if (_mode == NormalizationMode.IDENTITY)
            return;
        for (int i = 0; i < values.Length; i++)
        {
            int c = i / inner % _offset.Length;
            float shifted = values[i] - _offset[c];
            values[i] = _mode == NormalizationMode.MEAN_STD ? shifted / _divisor[c] : 2 * shifted / _divisor[c] - 1;
        }
    }

    /// <summary>Brings actions back to the data's units, in place.</summary>
    /// <param name="values">The numbers, row-major [steps, components].</param>
    public void Revert(Span<float> values)
    {
        if (_mode == NormalizationMode.IDENTITY)
            return;
        for (int i = 0; i < values.Length; i++)
        {
            int c = i % _offset.Length;
            values[i] = _mode switch
            {
                NormalizationMode.MEAN_STD => values[i] * _scale[c] + _offset[c],
                NormalizationMode.MIN_MAX => (values[i] + 1) / 2 * _scale[c] + _offset[c],
                _ => (values[i] + 1) * _scale[c] / 2 + _offset[c],
            };
        }
    }
}
