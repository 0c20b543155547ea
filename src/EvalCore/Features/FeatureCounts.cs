using System.Text.Json.Serialization;

namespace EvalCore.Features;

/// <summary>
/// What one episode, or several, saw of a feature. Lists have a number for each component of a vector or action, or each
/// channel of an image; a list of zeros is null and not in the file.
/// </summary>
public sealed record FeatureCounts
{
    /// <summary>The number of episodes.</summary>
    [JsonIgnore]
    public long Episodes { get; init; } = 1;

    /// <summary>How often the feature was observed, or how many actions were played.</summary>
    public required long Observations { get; init; }

    /// <summary>The values of each component that were compared: one of each observation, or the pixels that are read of an image.</summary>
    public required long Values { get; init; }

    /// <summary>The sum of the finite values; of an image, of its bytes.</summary>
    public required IReadOnlyList<double> Sum { get; init; }

    /// <summary>The smallest finite value; of an image, the smallest byte. Infinity where there is none.</summary>
    public required IReadOnlyList<double> Min { get; init; }

    /// <summary>The largest finite value; of an image, the largest byte. Minus infinity where there is none.</summary>
    public required IReadOnlyList<double> Max { get; init; }

    /// <summary>Values outside the range of the statistics.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<long>? Outside { get; init; }

    /// <summary>Values more than 5 standard deviations from the mean of the statistics.</summary>
    [JsonPropertyName("beyond_5_std")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<long>? Beyond5Std { get; init; }

    /// <summary>Values outside the range of the statistics by more than half of its width.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<long>? FarOut { get; init; }

    /// <summary>First values of an episode that are outside the range of the statistics.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<long>? OutsideAtStart { get; init; }

    /// <summary>Actions outside the bounds of the environment.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<long>? OutsideBounds { get; init; }

    /// <summary>Actions outside the bounds of the environment by more than half of their width.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<long>? FarOutOfBounds { get; init; }

    /// <summary>Numbers that are not finite.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public long NotFinite { get; init; }

    /// <summary>Black images: no byte that is read is above 2.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public long Black { get; init; }

    /// <summary>Images of one colour, black ones included: all pixels that are read are equal.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public long Constant { get; init; }

    /// <summary>The mean of a component; of an image from 0 to 255. NaN without values.</summary>
    public double MeanOf(int component) => Sum[component] / Values;

    /// <summary>The smallest and the largest value of a component.</summary>
    public Bounds Seen(int component) => new(Min[component], Max[component]);

    /// <summary>Adds the episodes of another; <paramref name="other"/> comes later in the order of episodes.</summary>
    public FeatureCounts Plus(FeatureCounts other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return new FeatureCounts
        {
            Episodes = Episodes + other.Episodes,
            Observations = Observations + other.Observations,
            Values = Values + other.Values,
            Sum = Each(Sum, other.Sum, (a, b) => a + b),
            Min = Each(Min, other.Min, Math.Min),
            Max = Each(Max, other.Max, Math.Max),
            Outside = Add(Outside, other.Outside),
            Beyond5Std = Add(Beyond5Std, other.Beyond5Std),
            FarOut = Add(FarOut, other.FarOut),
            OutsideAtStart = Add(OutsideAtStart, other.OutsideAtStart),
            OutsideBounds = Add(OutsideBounds, other.OutsideBounds),
            FarOutOfBounds = Add(FarOutOfBounds, other.FarOutOfBounds),
            NotFinite = NotFinite + other.NotFinite,
            Black = Black + other.Black,
            Constant = Constant + other.Constant,
        };
    }

    /// <inheritdoc/>
    public bool Equals(FeatureCounts? other) => other is not null
        && (Episodes, Observations, Values, NotFinite, Black, Constant) == (other.Episodes, other.Observations, other.Values, other.NotFinite, other.Black, other.Constant)
        && Sum.SequenceEqual(other.Sum) && Min.SequenceEqual(other.Min) && Max.SequenceEqual(other.Max)
        && Same(Outside, other.Outside) && Same(Beyond5Std, other.Beyond5Std) && Same(FarOut, other.FarOut)
        && Same(OutsideAtStart, other.OutsideAtStart) && Same(OutsideBounds, other.OutsideBounds) && Same(FarOutOfBounds, other.FarOutOfBounds);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Episodes, Observations, Values, NotFinite, Black, Constant);

    private static bool Same(IReadOnlyList<long>? one, IReadOnlyList<long>? two) => one is null ? two is null : two is not null && one.SequenceEqual(two);

    private static IReadOnlyList<long>? Add(IReadOnlyList<long>? one, IReadOnlyList<long>? two) =>
        one is null ? two : two is null ? one : Each(one, two, (a, b) => a + b);

    private static T[] Each<T>(IReadOnlyList<T> one, IReadOnlyList<T> two, Func<T, T, T> of)
    {
        var result = new T[Math.Min(one.Count, two.Count)];
        for (int i = 0; i < result.Length; i++)
            result[i] = of(one[i], two[i]);
        return result;
    }
}
