namespace EvalCore.Numerics;

/// <summary>
/// <c>numpy.random.SeedSequence</c>: hashes a seed into as many well mixed words as a generator needs, and derives
/// independent child sequences. The hash is O'Neill's <c>randutils</c> (2015); the words are numpy's, bit for bit.
/// </summary>
public sealed class SeedSequence
{
    private const int PoolSize = 4;

    private readonly uint[] _entropy;
    private readonly uint[] _spawnKey;
    private readonly uint[] _pool = new uint[PoolSize];
    private uint _children;

    /// <summary><c>SeedSequence(entropy)</c>: from one seed.</summary>
    /// <param name="entropy">The seed.</param>
    public SeedSequence(ulong entropy) : this(Words(entropy), [])
    {
    }

    /// <summary><c>SeedSequence([...], spawn_key=(...))</c>: from several seeds.</summary>
    /// <param name="entropy">The seeds, at least one.</param>
    /// <param name="spawnKey">The child's indices, from the root of the tree of spawned sequences to the child.</param>
    public SeedSequence(ReadOnlySpan<ulong> entropy, params ReadOnlySpan<uint> spawnKey)
        : this(Words(entropy), spawnKey.ToArray())
    {
    }

    private SeedSequence(uint[] entropy, uint[] spawnKey)
    {
        ArgumentOutOfRangeException.ThrowIfZero(entropy.Length, nameof(entropy));
        (_entropy, _spawnKey) = (entropy, spawnKey);
        Mix();
    }

    /// <summary><c>generate_state(n, uint32)</c>. Every call returns the same words.</summary>
    /// <param name="words">Receives the n words.</param>
    public void GenerateState(Span<uint> words)
    {
        uint hash = 0x8B51F9DD;
        for (int i = 0; i < words.Length; i++)
        {
            uint word = _pool[i % PoolSize] ^ hash;
            hash *= 0x58F38DED;
            word *= hash;
            words[i] = word ^ (word >> 16);
        }
    }

    /// <summary>
    /// <c>generate_state(n, uint64)</c>: the words of <see cref="GenerateState(Span{uint})"/>, the lower half first.
    /// </summary>
    /// <param name="words">Receives the n words.</param>
    public void GenerateState(Span<ulong> words)
    {
        uint[] halves = new uint[2 * words.Length];
        GenerateState(halves);
        for (int i = 0; i < words.Length; i++)
            words[i] = halves[2 * i] | ((ulong)halves[2 * i + 1] << 32);
    }

    /// <summary><c>spawn(n)</c>: n new child sequences. A later call returns other children.</summary>
    public SeedSequence[] Spawn(int n)
    {
        var children = new SeedSequence[n];
        for (int i = 0; i < n; i++)
            children[i] = new SeedSequence(_entropy, [.. _spawnKey, _children++]);
        return children;
    }

    /// <summary>
    /// An integer as 32-bit words, the lowest first, without leading zero words, but at least one word.
    /// </summary>
    private static uint[] Words(ulong value) => value >> 32 == 0 ? [(uint)value] : [(uint)value, (uint)(value >> 32)];

    private static uint[] Words(ReadOnlySpan<ulong> values)
    {
        var words = new List<uint>();
        foreach (ulong value in values)
            words.AddRange(Words(value));
        return [.. words];
    }

    private void Mix()
    {
        // The seed is padded to the pool's size first, so that a child's key is not mistaken for the end of a longer
        // seed.
        var words = new List<uint>(_entropy);
        if (_spawnKey.Length > 0)
            words.AddRange(Enumerable.Repeat(0u, Math.Max(0, PoolSize - words.Count)));
        words.AddRange(_spawnKey);

        uint hash = 0x43B0D7E5;
        for (int i = 0; i < PoolSize; i++)
            _pool[i] = Hash(i < words.Count ? words[i] : 0, ref hash);
        for (int source = 0; source < PoolSize; source++)
        {
            for (int i = 0; i < PoolSize; i++)
            {
                if (i != source)
                    _pool[i] = Blend(_pool[i], Hash(_pool[source], ref hash));
            }
        }

        for (int source = PoolSize; source < words.Count; source++)
        {
            for (int i = 0; i < PoolSize; i++)
                _pool[i] = Blend(_pool[i], Hash(words[source], ref hash));
        }
    }

    private static uint Hash(uint word, ref uint hash)
    {
        word ^= hash;
        hash *= 0x931E8875;
        word *= hash;
        return word ^ (word >> 16);
    }

    private static uint Blend(uint x, uint y)
    {
        uint mixed = 0xCA01F9DD * x - 0x4973F715 * y;
        return mixed ^ (mixed >> 16);
    }
}
