namespace EvalCore.Numerics;

/// <summary>
/// The Mersenne Twister of Matsumoto and Nishimura (1998) with the 32-bit seeding of 2002: the engine of numpy's
/// <c>RandomState</c> and of torch's CPU generator.
/// </summary>
internal sealed class MT19937
{
    /// <summary>Words of state. One refill gives this many 32-bit numbers.</summary>
    public const int Length = 624;

    private const int Shift = 397;

    private readonly uint[] _state = new uint[Length];
    private int _next = Length;

    public MT19937(uint seed)
    {
        for (int i = 0; i < Length; i++)
        {
            _state[i] = seed;
            seed = 1812433253 * (seed ^ (seed >> 30)) + (uint)i + 1;
        }
    }

    /// <summary>Restores a stored state.</summary>
    /// <param name="state">The <see cref="Length"/> words of state.</param>
    /// <param name="next">The number of words drawn since the last refill, 0 to <see cref="Length"/>.</param>
    public MT19937(ReadOnlySpan<uint> state, int next)
    {
        state.CopyTo(_state);
        _next = next;
    }

    /// <summary>The next 32 bits.</summary>
    public uint NextUInt32()
    {
        if (_next == Length)
            Refill();
        uint y = _state[_next++];
        y ^= y >> 11;
        y ^= (y << 7) & 0x9D2C5680;
        y ^= (y << 15) & 0xEFC60000;
        return y ^ (y >> 18);
    }

    /// <summary>The next 64 bits, the upper half first.</summary>
    public ulong NextUInt64()
    {
        ulong upper = NextUInt32();
        return (upper << 32) | NextUInt32();
    }

    private void Refill()
    {
        for (int i = 0; i < Length; i++)
        {
            uint y = (_state[i] & 0x80000000) | (_state[(i + 1) % Length] & 0x7FFFFFFF);
            _state[i] = _state[(i + Shift) % Length] ^ (y >> 1) ^ (0x9908B0DF & (0 - (y & 1)));
        }

        _next = 0;
    }
}
