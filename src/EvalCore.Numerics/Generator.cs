using System.Numerics;

namespace EvalCore.Numerics;

/// <summary>
/// <c>numpy.random.Generator</c>: draws the same numbers as numpy 2.2, bit for bit. A call draws one value; numpy's
/// <c>size=n</c> corresponds to n calls. Drawing a value allocates nothing.
/// </summary>
/// <param name="bitGenerator">The source of random bits.</param>
public sealed class Generator(PCG64 bitGenerator)
{
    /// <summary>
    /// <c>numpy.random.default_rng(seed)</c>. It is also Gymnasium's <c>np_random(seed)</c>, the generator of an
    /// environment after <c>reset(seed=...)</c>.
    /// </summary>
    public static Generator DefaultRng(ulong seed) => new(new PCG64(new SeedSequence(seed)));

    /// <summary><c>random()</c>: uniform in [0, 1), with 53 random bits.</summary>
    public double Random() => (bitGenerator.NextUInt64() >> 11) * (1 / 9007199254740992.0);

    /// <summary><c>uniform(low, high)</c>: uniform in [low, high).</summary>
    public double Uniform(double low, double high) => low + (high - low) * Random();

    /// <summary><c>integers(low, high)</c> with the default type int64: uniform in low..high-1.</summary>
    /// <param name="low">The smallest value.</param>
    /// <param name="high">The first value not drawn, above <paramref name="low"/>.</param>
    public long Integers(long low, long high)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(high, low);
        return low + (long)Bounded((ulong)(high - 1 - low));
    }

    /// <summary><c>standard_normal()</c>: the ziggurat of Marsaglia and Tsang (2000) with 256 layers.</summary>
    public double StandardNormal()
    {
        while (true)
        {
            ulong bits = bitGenerator.NextUInt64();
            int layer = (int)(bits & 0xFF);
            bool negative = (bits & 0x100) != 0;
            ulong mantissa = (bits >> 9) & 0xF_FFFF_FFFF_FFFF;
            double x = mantissa * Ziggurat.NormalWidth[layer];
            x = negative ? -x : x;
            if (mantissa < Ziggurat.NormalInside[layer])
                return x;
            if (layer == 0)
                return NormalTail((mantissa & 0x100) != 0);
            if (Between(Ziggurat.NormalHeight, layer, Random()) < Math.Exp(-0.5 * x * x))
                return x;
        }
    }

    /// <summary><c>standard_normal(dtype=float32)</c>: the same method on 32 random bits.</summary>
    public float StandardNormalSingle()
    {
        while (true)
        {
            uint bits = bitGenerator.NextUInt32();
            int layer = (int)(bits & 0xFF);
            bool negative = (bits & 0x100) != 0;
            uint mantissa = bits >> 9;
            float x = mantissa * Ziggurat.NormalWidthSingle(layer);
            x = negative ? -x : x;
            if (mantissa < Ziggurat.NormalInsideSingle(layer))
                return x;
            if (layer == 0)
                return NormalTailSingle((mantissa & 0x100) != 0);
            float upper = (float)Ziggurat.NormalHeight[layer - 1];
            float lower = (float)Ziggurat.NormalHeight[layer];
            if ((upper - lower) * RandomSingle() + lower < Math.Exp(-0.5 * x * x))
                return x;
        }
    }

    /// <summary><c>normal(loc, scale)</c>: a normally distributed number.</summary>
    /// <param name="loc">The mean.</param>
    /// <param name="scale">The standard deviation, not negative.</param>
    public double Normal(double loc, double scale)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(scale);
        return loc + scale * StandardNormal();
    }

    /// <summary>
    /// <c>exponential(scale)</c>: an exponentially distributed number, by the ziggurat with 256 layers.
    /// </summary>
    /// <param name="scale">The mean, not negative.</param>
    public double Exponential(double scale)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(scale);
        return scale * StandardExponential();
    }

    /// <summary><c>shuffle(x)</c>: puts the elements in random order, in place.</summary>
    public void Shuffle<T>(Span<T> x)
    {
        for (int i = x.Length - 1; i > 0; i--)
        {
            int j = (int)Masked((uint)i);
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

        // numpy shuffles the end of 0..n-1 when size is large in proportion to n, and uses Floyd's algorithm otherwise.
        if (n > 10000 && size > n / 50)
        {
            int[] all = [.. Enumerable.Range(0, n)];
            ShuffleFrom(all, Math.Max(n - size, 1));
            return all[(n - size)..];
        }

        int[] chosen = new int[size];
        var taken = new HashSet<int>();
        for (int i = n - size; i < n; i++)
        {
            int value = (int)Bounded((ulong)i);
            if (!taken.Add(value))
                taken.Add(value = i);
            chosen[i - (n - size)] = value;
        }

        ShuffleFrom(chosen, 1);
        return chosen;
    }

    /// <summary>Fisher-Yates shuffle of the elements from the last down to <paramref name="first"/>.</summary>
    private void ShuffleFrom(int[] x, int first)
    {
        for (int i = x.Length - 1; i >= first; i--)
        {
            int j = (int)Bounded((ulong)i);
            (x[i], x[j]) = (x[j], x[i]);
        }
    }

    /// <summary>
    /// Uniform in 0..max by Lemire's method (2019): multiply, reject the biased part. max = 0 uses no random bits.
    /// </summary>
    private ulong Bounded(ulong max)
    {
        switch (max)
        {
            case 0:
                return 0;
            case uint.MaxValue:
                return bitGenerator.NextUInt32();
            case ulong.MaxValue:
                return bitGenerator.NextUInt64();
            case < uint.MaxValue:
                {
                    uint count = (uint)max + 1;
                    ulong product = (ulong)bitGenerator.NextUInt32() * count;
                    if ((uint)product < count)
                    {
                        uint threshold = (uint.MaxValue - (uint)max) % count;
                        while ((uint)product < threshold)
                            product = (ulong)bitGenerator.NextUInt32() * count;
                    }

                    return product >> 32;
                }

            default:
                {
                    ulong count = max + 1;
                    ulong upper = Math.BigMul(bitGenerator.NextUInt64(), count, out ulong lower);
                    if (lower < count)
                    {
                        ulong threshold = (ulong.MaxValue - max) % count;
                        while (lower < threshold)
                            upper = Math.BigMul(bitGenerator.NextUInt64(), count, out lower);
                    }

                    return upper;
                }
        }
    }

    /// <summary>
    /// Uniform in 0..max, max at least 1: draws as many bits as max has and rejects values above max.
    /// </summary>
    private uint Masked(uint max)
    {
        uint mask = uint.MaxValue >> BitOperations.LeadingZeroCount(max);
        uint value;
        do
            value = bitGenerator.NextUInt32() & mask;
        while (value > max);
        return value;
    }

    private double StandardExponential()
    {
        while (true)
        {
            ulong bits = bitGenerator.NextUInt64() >> 3;
            int layer = (int)(bits & 0xFF);
            ulong mantissa = bits >> 8;
            double x = mantissa * Ziggurat.ExponentialWidth[layer];
            if (mantissa < Ziggurat.ExponentialInside[layer])
                return x;
            if (layer == 0)
                return Ziggurat.ExponentialBase - Elementary.Log1p(-Random());
            if (Between(Ziggurat.ExponentialHeight, layer, Random()) < Math.Exp(-x))
                return x;
        }
    }

    private double NormalTail(bool negative)
    {
        while (true)
        {
            double x = -Ziggurat.NormalBaseInverse * Elementary.Log1p(-Random());
            double y = -Elementary.Log1p(-Random());
            if (y + y > x * x)
                return negative ? -(Ziggurat.NormalBase + x) : Ziggurat.NormalBase + x;
        }
    }

    private float NormalTailSingle(bool negative)
    {
        while (true)
        {
            float x = -(float)Ziggurat.NormalBaseInverse * Elementary.Log1p(-RandomSingle());
            float y = -Elementary.Log1p(-RandomSingle());
            if (y + y > x * x)
                return negative ? -((float)Ziggurat.NormalBase + x) : (float)Ziggurat.NormalBase + x;
        }
    }

    /// <summary>A height within a layer: its lower edge at t = 0, its upper edge at t = 1.</summary>
    private static double Between(double[] heights, int layer, double t) =>
        (heights[layer - 1] - heights[layer]) * t + heights[layer];

    private float RandomSingle() => (bitGenerator.NextUInt32() >> 8) * (1 / 16777216f);
}
