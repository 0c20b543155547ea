namespace EvalCore.Features;

/// <summary>Counts the values of a vector or of actions in one episode. Counting allocates nothing.</summary>
internal sealed class VectorCounter
{
    private readonly Limits _limits;
    private readonly double[] _sum, _min, _max;
    private readonly long[] _outside, _beyond, _far, _atStart, _outsideBounds, _farOutOfBounds;
    private long _observations;
    private long _notFinite;

    public VectorCounter(Feature feature)
    {
        _limits = new Limits(feature);
        int n = feature.Components;
        (_sum, _min, _max) = (new double[n], new double[n], new double[n]);
        (_outside, _beyond, _far, _atStart) = (new long[n], new long[n], new long[n], new long[n]);
        (_outsideBounds, _farOutOfBounds) = (new long[n], new long[n]);
        Reset();
    }

    /// <summary>Begins an episode.</summary>
    public void Reset()
    {
        (_observations, _notFinite) = (0, 0);
        _min.AsSpan().Fill(double.PositiveInfinity);
        _max.AsSpan().Fill(double.NegativeInfinity);
        _sum.AsSpan().Clear();
        foreach (long[] counts in (ReadOnlySpan<long[]>)[_outside, _beyond, _far, _atStart, _outsideBounds, _farOutOfBounds])
            counts.AsSpan().Clear();
    }

    /// <summary>Counts a vector. Numbers are compared as the float32 that a policy reads.</summary>
    public void Count(ReadOnlySpan<double> values)
    {
        for (int i = 0; i < _sum.Length; i++)
        {
            double value = (float)values[i];
            if (!double.IsFinite(value))
            {
                _notFinite++;
                continue;
            }

            _sum[i] += value;
            _min[i] = Math.Min(_min[i], value);
            _max[i] = Math.Max(_max[i], value);
            if (IsOutside(_limits.Range[i], value))
            {
                _outside[i]++;
                if (_observations == 0)
                    _atStart[i] = 1;
            }

            if (IsOutside(_limits.Std[i], value))
                _beyond[i]++;
            if (IsOutside(_limits.Far[i], value))
                _far[i]++;
            if (IsOutside(_limits.Action[i], value))
            {
                _outsideBounds[i]++;
                if (IsOutside(_limits.FarAction[i], value))
                    _farOutOfBounds[i]++;
            }
        }

        _observations++;
    }

    /// <summary>What was counted since the episode began.</summary>
    public FeatureCounts Counts() => new()
    {
        Observations = _observations,
        Values = _observations,
        Sum = [.. _sum],
        Min = [.. _min],
        Max = [.. _max],
        Outside = Some(_outside),
        Beyond5Std = Some(_beyond),
        FarOut = Some(_far),
        OutsideAtStart = Some(_atStart),
        OutsideBounds = Some(_outsideBounds),
        FarOutOfBounds = Some(_farOutOfBounds),
        NotFinite = _notFinite,
    };

    private static bool IsOutside(Bounds bounds, double value) => value < bounds.Low || value > bounds.High;

    private static IReadOnlyList<long>? Some(long[] counts) => counts.AsSpan().ContainsAnyExcept(0L) ? [.. counts] : null;
}
