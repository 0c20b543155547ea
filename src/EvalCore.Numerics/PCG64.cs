using System.Numerics;

namespace EvalCore.Numerics;

/// <summary>
/// <c>numpy.random.PCG64</c>: O'Neill's permuted congruential generator with 128 bits of state and 64 bits of
/// output (XSL-RR), the bit generator of <c>numpy.random.default_rng</c>.
/// </summary>
public sealed class PCG64
{
    private static readonly UInt128 Multiplier = new(0x2360ED051FC65DA4, 0x4385DF649FCCF645);

    private readonly UInt128 _increment;
    private UInt128 _state;
    private uint _upperHalf;
    private bool _hasUpperHalf;

    /// <summary>Seeds the generator.</summary>
    public PCG64(SeedSequence seedSequence)
    {
        ArgumentNullException.ThrowIfNull(seedSequence);
        Span<ulong> words = stackalloc ulong[4];
        seedSequence.GenerateState(words);
        _increment = (new UInt128(words[2], words[3]) << 1) | 1;
        _state = (_increment + new UInt128(words[0], words[1])) * Multiplier + _increment;
    }

    /// <summary>The next 64 bits.</summary>
    public ulong NextUInt64()
    {
        _state = _state * Multiplier + _increment;
        ulong upper = (ulong)(_state >> 64);
        return BitOperations.RotateRight(upper ^ (ulong)_state, (int)(upper >> 58));
    }

    /// <summary>
    /// The next 32 bits. A call draws 64 bits and returns the lower half; the next call returns the upper half, even if
    /// <see cref="NextUInt64"/> was called in between.
    /// </summary>
    public uint NextUInt32()
    {
        if (_hasUpperHalf)
        {
            _hasUpperHalf = false;
            return _upperHalf;
        }

        ulong next = NextUInt64();
        (_upperHalf, _hasUpperHalf) = ((uint)(next >> 32), true);
        return (uint)next;
    }
}
