namespace EvalCore.Numerics;

/// <summary>
/// numpy's legacy generator, <c>numpy.random.RandomState(seed)</c>, also used by <c>numpy.random.seed</c>: draws the
/// same numbers as numpy 2.2, bit for bit. A call draws one value; numpy's <c>size=n</c> corresponds to n calls.
/// Drawing a value allocates nothing.
/// </summary>
/// <param name="seed">The seed, 0 to 2^32 - 1.</param>
public sealed class RandomState(uint seed)
{
    private readonly MT19937 _engine = new(seed);
    private double _gauss;
    private bool _hasGauss;

    /// <summary><c>random_sample()</c>, <c>rand()</c>: uniform in [0, 1), with 53 random bits.</summary>
    public double RandomSample()
    {
        uint upper = _engine.NextUInt32() >> 5;
        uint lower = _engine.NextUInt32() >> 6;
        return (upper * 67108864.0 + lower) / 9007199254740992.0;
    }

    /// <summary><c>uniform(low, high)</c>: uniform in [low, high).</summary>
    public double Uniform(double low, double high) => low + (high - low) * RandomSample();

    /// <summary><c>randint(low, high)</c> with the default type int64: uniform in low..high-1.</summary>
    /// <param name="low">The smallest value.</param>
    /// <param name="high">The first value not drawn, above <paramref name="low"/>.</param>
    public long Randint(long low, long high)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(high, low);
        return low + (long)Interval((ulong)(high - 1 - low));
    }

    /// <summary><c>tomaxint()</c>: uniform in 0..2^63-1.</summary>
    public long Tomaxint() => (long)(_engine.NextUInt64() >> 1);

    /// <summary>
    /// <c>randn()</c>, <c>standard_normal()</c>: a standard normal number by the polar method, which computes two; the
    /// next call returns the second.
    /// </summary>
    public double Randn()
    {
        if (_hasGauss)
        {
            _hasGauss = false;
            return _gauss;
        }

        double x, y, r2;
        do
        {
            x = 2 * RandomSample() - 1;
            y = 2 * RandomSample() - 1;
            r2 = x * x + y * y;
        }
        while (r2 >= 1 || r2 == 0);

        double f = Math.Sqrt(-2 * Math.Log(r2) / r2);
        (_gauss, _hasGauss) = (f * x, true);
        return f * y;
    }

    /// <summary><c>normal(loc, scale)</c>: a normally distributed number.</summary>
    /// <param name="loc">The mean.</param>
    /// <param name="scale">The standard deviation, not negative.</param>
    public double Normal(double loc, double scale)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(scale);
        return loc + scale * Randn();
    }

    /// <summary><c>shuffle(x)</c>: puts the elements in random order, in place.</summary>
    public void Shuffle<T>(Span<T> x)
    {
        for (int i = x.Length - 1; i > 0; i--)
        {
            int j = (int)Interval((ulong)i);
            (x[i], x[j]) = (x[j], x[i]);
        }
    }

    /// <summary><c>permutation(n)</c>: 0..n-1 in random order.</summary>
    public int[] Permutation(int n)
    {
        int[] order = [.. Enumerable.Range(0, n)];
        Shuffle(order.AsSpan());
        return order;
    }

    /// <summary><c>choice(n, size, replace=False)</c>: distinct numbers out of 0..n-1, in random order.</summary>
    /// <param name="n">The numbers to choose from are 0..n-1.</param>
    /// <param name="size">How many numbers to choose, at most <paramref name="n"/>.</param>
    public int[] Choice(int n, int size)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(size, n);
        return Permutation(n)[..size];
    }

    /// <summary>
    /// Uniform in 0..max: draws as many bits as max has and rejects values above max. max = 0 uses no random bits.
    /// </summary>
    private ulong Interval(ulong max)
    {
        if (max == 0)
            return 0;
        ulong mask = ulong.MaxValue >> System.Numerics.BitOperations.LeadingZeroCount(max);
        ulong value;
        do
            value = (max <= uint.MaxValue ? _engine.NextUInt32() : _engine.NextUInt64()) & mask;
        while (value > max);
        return value;
    }
}
