using EvalCore.Features;
using EvalCore.Torch.Checkpoints;
using EvalCore.Torch.Processors;
using static TorchSharp.torch;

namespace EvalCore.Torch.Diagnostics;

/// <summary>
/// The statistics in the state of a (un)normalising step, for comparison with what a run sees: all that are there, not only
/// those that the step's mode needs.
/// </summary>
internal static class StoredStatistics
{
    /// <summary>Reads the statistics of a feature.</summary>
    /// <param name="stored">The step's statistics.</param>
    /// <param name="name">The feature's name in them.</param>
    /// <param name="feature">The feature; statistics of each pixel of an image become those of its channels.</param>
    /// <returns>Null where there are none of it.</returns>
    public static FeatureStatistics? Read(NormalizationStatistics stored, string name, PolicyFeature feature)
    {
        var (mean, std) = (Numbers("mean"), Numbers("std"));
        var statistics = new FeatureStatistics
        {
            Mean = PerChannel(mean, numbers => numbers.Average()),
            Std = SpreadOf(mean, std),
            Min = PerChannel(Numbers("min"), Enumerable.Min),
            Max = PerChannel(Numbers("max"), Enumerable.Max),
            Q01 = PerChannel(Numbers("q01"), Enumerable.Min),
            Q99 = PerChannel(Numbers("q99"), Enumerable.Max),
            Q10 = PerChannel(Numbers("q10"), Enumerable.Min),
            Q90 = PerChannel(Numbers("q90"), Enumerable.Max),
        };
        return statistics == new FeatureStatistics() ? null : statistics;

        double[][]? Numbers(string statistic)
        {
            if (!stored.TryGet(name, statistic, out var weight))
                return null;
            using var scope = NewDisposeScope();
            double[] numbers = StateDict.Read(weight.File, weight.Entry, CPU).to(ScalarType.Float64).data<double>().ToArray();
            int channels = feature.Type == FeatureType.VISUAL && weight.Entry.Shape.Count > 0 ? (int)weight.Entry.Shape[0] : numbers.Length;
            return channels == 0 ? null : [.. numbers.Chunk(numbers.Length / channels)];
        }
    }

    private static double[]? PerChannel(double[][]? numbers, Func<IEnumerable<double>, double> reduce) => numbers is null ? null : [.. numbers.Select(reduce)];

    /// <summary>The standard deviation over all pixels of a channel: that at each, and that of their means.</summary>
    private static double[]? SpreadOf(double[][]? mean, double[][]? std) => std is null ? null :
    [
        .. std.Select((numbers, i) =>
        {
            if (numbers.Length == 1)
                return numbers[0];
            double within = numbers.Average(value => value * value);
            double[] means = mean is not null && i < mean.Length ? mean[i] : [0];
            double centre = means.Average();
            return Math.Sqrt(within + means.Average(value => (value - centre) * (value - centre)));
        }),
    ];
}
