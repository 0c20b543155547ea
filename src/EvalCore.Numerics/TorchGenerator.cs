using System.Buffers.Binary;

namespace EvalCore.Numerics;

/// <summary>
/// torch's CPU generator (<c>torch.manual_seed(seed)</c>, <c>torch.Generator</c>) without torch: draws the same numbers
/// as torch 2.14 on x86-64 with AVX2, bit for bit. What torch draws depends on the tensor's number of elements (from 16
/// on it computes normal numbers by another method), so each method fills a whole tensor. The tensor's shape does not
/// matter.
/// </summary>
public sealed class TorchGenerator
{
    /// <summary>The length in bytes of a stored state, <c>torch.get_rng_state()</c>.</summary>
    public const int StateLength = 5056;

    /// <summary>Tensors of at least this many elements get their normal numbers in blocks of this many.</summary>
    private const int Block = 16;

    private readonly MT19937 _engine;
    private double? _spareNormal;

    /// <summary><c>torch.manual_seed(seed)</c>. Only the lower 32 bits of the seed are used, as in torch.</summary>
    public TorchGenerator(ulong seed) => _engine = new MT19937((uint)seed);

    private TorchGenerator(MT19937 engine, double? spareNormal) => (_engine, _spareNormal) = (engine, spareNormal);

    /// <summary><c>torch.set_rng_state(state)</c>: a generator that continues from a stored state.</summary>
    /// <param name="state">The bytes of <c>torch.get_rng_state()</c>.</param>
    /// <exception cref="ArgumentException">The bytes are not the state of a CPU generator.</exception>
    public static TorchGenerator FromState(ReadOnlySpan<byte> state)
    {
        if (state.Length != StateLength)
            throw new ArgumentException($"A state of torch's CPU generator has {StateLength} bytes, not {state.Length}.", nameof(state));

        // Layout: seed (8 bytes), left (4), seeded (4), next (8), the words (8 bytes each), three doubles of the normal
        // distribution, of which the second is the spare number, and whether that is valid (4).
        const int WordsAt = 24, SpareAt = WordsAt + 8 * MT19937.Length + 8, IsSpareAt = SpareAt + 16;
        int left = BinaryPrimitives.ReadInt32LittleEndian(state[8..]);
        int seeded = BinaryPrimitives.ReadInt32LittleEndian(state[12..]);
        if (seeded != 1 || left is < 1 or > MT19937.Length)
            throw new ArgumentException("The bytes are not the state of a seeded torch CPU generator.", nameof(state));

        Span<uint> words = stackalloc uint[MT19937.Length];
        for (int i = 0; i < words.Length; i++)
            words[i] = (uint)BinaryPrimitives.ReadUInt64LittleEndian(state[(WordsAt + 8 * i)..]);
        bool isSpare = BinaryPrimitives.ReadInt32LittleEndian(state[IsSpareAt..]) != 0;
        return new TorchGenerator(
            new MT19937(words, MT19937.Length + 1 - left),
            isSpare ? BinaryPrimitives.ReadDoubleLittleEndian(state[SpareAt..]) : null);
    }

    /// <summary><c>torch.randn(...)</c>: normal numbers with mean 0 and standard deviation 1.</summary>
    public void Randn(Span<float> tensor) => Normal(tensor, 0, 1);

    /// <summary><c>torch.normal(mean, std, size)</c>: normal numbers.</summary>
    /// <param name="tensor">Receives the numbers.</param>
    /// <param name="mean">The mean.</param>
    /// <param name="std">The standard deviation, not negative.</param>
    public void Normal(Span<float> tensor, float mean, float std)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(std);
        if (tensor.Length < Block)
        {
            foreach (ref float value in tensor)
                value = (float)Math.FusedMultiplyAdd(NextNormal(), std, mean);
            return;
        }

        Rand(tensor);
        for (int i = 0; i + Block <= tensor.Length; i += Block)
            ToNormal(tensor.Slice(i, Block), mean, std);
        if (tensor.Length % Block != 0)
        {
            // The remainder is shorter than a block, so torch draws the last 16 numbers again.
            Rand(tensor[^Block..]);
            ToNormal(tensor[^Block..], mean, std);
        }
    }

    /// <summary><c>torch.randn(n, dtype=float64)</c> for n below 16.</summary>
    /// <param name="tensor">Receives the numbers.</param>
    /// <exception cref="ArgumentOutOfRangeException">The tensor has 16 elements or more.</exception>
    public void Randn(Span<double> tensor)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(tensor.Length, Block);
        foreach (ref double value in tensor)
            value = NextNormal();
    }

    /// <summary><c>torch.rand(...)</c>: uniform in [0, 1), with 24 random bits.</summary>
    public void Rand(Span<float> tensor)
    {
        foreach (ref float value in tensor)
            value = NextSingle();
    }

    /// <summary><c>tensor.uniform_(from, to)</c>: uniform in [from, to).</summary>
    /// <param name="tensor">Receives the numbers.</param>
    /// <param name="from">The smallest value.</param>
    /// <param name="to">The upper bound.</param>
    public void Uniform(Span<float> tensor, float from, float to)
    {
        float range = to - from;
        foreach (ref float value in tensor)
            value = MathF.FusedMultiplyAdd(NextSingle(), range, from);
    }

    /// <summary>One element of <c>torch.randint(low, high, size)</c>: uniform in low..high-1.</summary>
    /// <param name="low">The smallest value.</param>
    /// <param name="high">The first value not drawn, above <paramref name="low"/>.</param>
    public long Randint(long low, long high)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(high, low);
        ulong range = (ulong)(high - low);
        ulong bits = range > uint.MaxValue ? _engine.NextUInt64() : _engine.NextUInt32();
        return low + (long)(bits % range);
    }

    /// <summary>
    /// One row of <c>torch.multinomial(weights, 1)</c>: an index, drawn with a probability proportional to its weight.
    /// This is torch's method on AMD processors; on Intel processors torch uses MKL's own generator, which gives other
    /// numbers.
    /// </summary>
    /// <param name="weights">One weight per index, not negative, not all 0.</param>
    public int Multinomial(ReadOnlySpan<float> weights)
    {
        ArgumentOutOfRangeException.ThrowIfZero(weights.Length, nameof(weights));

        // Exponential race: index i gets an exponential time of rate weights[i], and the earliest time wins. This
        // compares the reciprocals of the times.
        int first = 0;
        float highest = float.NegativeInfinity;
        for (int i = 0; i < weights.Length; i++)
        {
            float rate = weights[i] / (float)-Elementary.Log1p(-NextDouble());
            if (rate > highest)
                (first, highest) = (i, rate);
        }

        return first;
    }

    /// <summary>
    /// Box-Muller: turns 16 uniform numbers into normal ones. The first 8 give radii, the last 8 angles.
    /// </summary>
    private static void ToNormal(Span<float> block, float mean, float std)
    {
        const int Half = Block / 2;
        for (int i = 0; i < Half; i++)
        {
            float radius = MathF.Sqrt(-2 * Cephes.Log(1 - block[i]));
            var (sin, cos) = Cephes.SinCos((float)(2 * Math.PI) * block[i + Half]);
            block[i] = MathF.FusedMultiplyAdd(radius * cos, std, mean);
            block[i + Half] = MathF.FusedMultiplyAdd(radius * sin, std, mean);
        }
    }

    /// <summary>
    /// A normal number in double precision. Box-Muller gives two; the second is kept for the next call.
    /// </summary>
    private double NextNormal()
    {
        if (_spareNormal is { } spare)
        {
            _spareNormal = null;
            return spare;
        }

        double angle = 2 * Math.PI * NextDouble();
        double radius = Math.Sqrt(-2 * Elementary.Log1p(-NextDouble()));
        _spareNormal = radius * Math.Sin(angle);
        return radius * Math.Cos(angle);
    }

    private float NextSingle() => (_engine.NextUInt32() & 0xFF_FFFF) * (1 / 16777216f);

    private double NextDouble() => (_engine.NextUInt64() & 0x1F_FFFF_FFFF_FFFF) * (1 / 9007199254740992.0);
}
