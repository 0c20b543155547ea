namespace EvalCore.Statistics;

/// <summary>A sum of positive numbers that are given by their logarithms, whatever their size.</summary>
internal struct LogSum
{
    private double _largest = double.NegativeInfinity;
    private double _sum;

    /// <summary>Makes an empty sum.</summary>
    public LogSum()
    {
    }

    /// <summary>The natural logarithm of the sum; minus infinity for an empty one.</summary>
    public readonly double Value => _largest + Math.Log(_sum);

    /// <summary>Adds a number.</summary>
    /// <param name="logarithm">Its natural logarithm.</param>
    public void Add(double logarithm)
    {
        if (double.IsNegativeInfinity(logarithm))
            return;
        if (logarithm > _largest)
            (_sum, _largest) = (_sum * Math.Exp(_largest - logarithm) + 1, logarithm);
        else
            _sum += Math.Exp(logarithm - _largest);
    }
}
