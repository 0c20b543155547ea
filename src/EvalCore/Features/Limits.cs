namespace EvalCore.Features;

/// <summary>The limits of a feature, by component, as arrays that a loop compares values with.</summary>
internal sealed class Limits
{
    private const double StandardDeviations = 5;

    /// <summary>Makes the limits.</summary>
    public Limits(Feature feature)
    {
        int n = feature.Components;
        (Range, Std, Far) = (new Bounds[n], new Bounds[n], new Bounds[n]);
        (Action, FarAction) = (new Bounds[n], new Bounds[n]);
        for (int i = 0; i < n; i++)
        {
            Range[i] = Ordered(feature.Statistics?.Range(i));
            Std[i] = feature.Statistics is { } of && of.MeanOf(i) is { } mean && of.StdOf(i) is { } std
                ? Around(mean, StandardDeviations * std)
                : Bounds.None;
            Far[i] = double.IsFinite(Range[i].Width) ? Range[i].Widened : Std[i];
            Action[i] = Ordered(feature.BoundsOf(i));
            FarAction[i] = double.IsFinite(Action[i].Width) ? Action[i].Widened : Bounds.None;
        }
    }

    /// <summary>The ranges of the statistics.</summary>
    public Bounds[] Range { get; }

    /// <summary>5 standard deviations around the mean.</summary>
    public Bounds[] Std { get; }

    /// <summary>What is outside of these is far out: the widened range, or without a range 5 standard deviations.</summary>
    public Bounds[] Far { get; }

    /// <summary>The environment's bounds of an action.</summary>
    public Bounds[] Action { get; }

    /// <summary>The widened bounds of an action.</summary>
    public Bounds[] FarAction { get; }

    /// <summary>Statistics that no data has, a minimum above the maximum or a NaN, are not compared with.</summary>
    private static Bounds Ordered(Bounds? bounds) => bounds is { } some && some.Low <= some.High ? some : Bounds.None;

    /// <summary>A standard deviation of 0 is widened by what rounding to float32 changes.</summary>
    private static Bounds Around(double mean, double distance) =>
        distance > 0 ? new Bounds(mean - distance, mean + distance) : distance == 0 ? new Bounds(mean, mean).Widened : Bounds.None;
}
