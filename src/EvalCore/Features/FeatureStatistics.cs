using System.Text.Json.Serialization;

namespace EvalCore.Features;

/// <summary>
/// What a policy's files state of the data that it was trained on, for one feature: LeRobot's normalisation statistics. Each
/// list has a number for each component of a vector or action, or for each channel of an image (from 0 to 1); one number
/// stands for all. A statistic that the files lack is null.
/// </summary>
public sealed record FeatureStatistics
{
    /// <summary>The statistics of a policy that states none.</summary>
    public static IReadOnlyDictionary<string, FeatureStatistics> None { get; } = new Dictionary<string, FeatureStatistics>();

    /// <summary>The mean.</summary>
    public IReadOnlyList<double>? Mean { get; init; }

    /// <summary>The standard deviation.</summary>
    public IReadOnlyList<double>? Std { get; init; }

    /// <summary>The smallest value.</summary>
    public IReadOnlyList<double>? Min { get; init; }

    /// <summary>The largest value.</summary>
    public IReadOnlyList<double>? Max { get; init; }

    /// <summary>The 1 % quantile.</summary>
    public IReadOnlyList<double>? Q01 { get; init; }

    /// <summary>The 99 % quantile.</summary>
    public IReadOnlyList<double>? Q99 { get; init; }

    /// <summary>The 10 % quantile.</summary>
    public IReadOnlyList<double>? Q10 { get; init; }

    /// <summary>The 90 % quantile.</summary>
    public IReadOnlyList<double>? Q90 { get; init; }

    /// <summary>The name of the range that values are compared with: the widest that is there; null without any.</summary>
    [JsonIgnore]
    public string? RangeName => Min is not null && Max is not null ? "[min, max]"
        : Q01 is not null && Q99 is not null ? "[q01, q99]"
        : Q10 is not null && Q90 is not null ? "[q10, q90]"
        : null;

    /// <summary>The range of a component, from <see cref="RangeName"/>; unbounded without any.</summary>
    /// <param name="component">The component or channel.</param>
    public Bounds Range(int component)
    {
        var (low, high) = RangeName switch
        {
            "[min, max]" => (Min, Max),
            "[q01, q99]" => (Q01, Q99),
            _ => (Q10, Q90),
        };
        return new Bounds(At(low, component) ?? double.NegativeInfinity, At(high, component) ?? double.PositiveInfinity);
    }

    /// <summary>The mean of a component; null without one.</summary>
    /// <param name="component">The component or channel.</param>
    public double? MeanOf(int component) => At(Mean, component);

    /// <summary>The standard deviation of a component; null without one.</summary>
    /// <param name="component">The component or channel.</param>
    public double? StdOf(int component) => At(Std, component);

    /// <summary>Whether the data had one value only: a standard deviation of 0, or a range of one number.</summary>
    /// <param name="component">The component or channel.</param>
    public bool IsConstant(int component) => StdOf(component) == 0 || Range(component).Width == 0;

    /// <summary>Whether another has the same numbers, wherever both have a statistic.</summary>
    public bool HasNumbersOf(FeatureStatistics other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return Same(Mean, other.Mean) && Same(Std, other.Std) && Same(Min, other.Min) && Same(Max, other.Max)
            && Same(Q01, other.Q01) && Same(Q99, other.Q99) && Same(Q10, other.Q10) && Same(Q90, other.Q90);

        static bool Same(IReadOnlyList<double>? one, IReadOnlyList<double>? two) => one is null || two is null || one.SequenceEqual(two);
    }

    private static double? At(IReadOnlyList<double>? values, int component) =>
        values is null ? null : values.Count == 1 ? values[0] : component < values.Count ? values[component] : null;
}
