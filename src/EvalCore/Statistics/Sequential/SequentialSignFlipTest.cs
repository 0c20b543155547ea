namespace EvalCore.Statistics.Sequential;

/// <summary>
/// The exact sequential sign-flip test of "the second policy's rewards are lower than the first's" on paired episodes:
/// <see cref="SequentialSignTest"/> with rewards in place of success, and equal to it for rewards of 0 and 1.
/// <para>
/// A pair's level is the first's reward minus the second's, in thousandths of the reward's range, rounded to a whole number. While the
/// second is not worse, its sign given its size is a fair coin, or favours the second, whatever came before. The test keeps the
/// distribution of the sum of levels among the paths that have not stopped, and spends alpha t / N up to pair t of N.
/// (R. A. Fisher, "The design of experiments", 1935, for the flips of signs; the spending of alpha as in the sign test.)
/// </para>
/// </summary>
public sealed class SequentialSignFlipTest
{
    /// <summary>Levels from one end of the reward's range to the other.</summary>
    private const int Levels = 1000;

    private readonly double _alpha;
    private readonly int _planned;
    private readonly double _low;
    private readonly double _high;

    /// <summary>Whether a pair with a difference was added since the test last looked.</summary>
    private bool _isNew;

    /// <summary>The probability of each sum, from -<see cref="_reach"/> to it.</summary>
    private double[] _paths = [1];
    private int _reach;

    /// <summary>Makes a test.</summary>
    /// <param name="alpha">The probability of a false alarm over the whole run, between 0 and 1.</param>
    /// <param name="planned">The number of planned pairs, N.</param>
    /// <param name="low">The lowest possible reward.</param>
    /// <param name="high">The highest possible reward, above <paramref name="low"/>.</param>
    public SequentialSignFlipTest(double alpha, int planned, double low, double high)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(high, low);
        (_alpha, _planned, _low, _high) = (alpha, planned, low, high);
    }

    /// <summary>The number of pairs so far.</summary>
    public int Pairs { get; private set; }

    /// <summary>The sum of the levels so far: above 0 where the second lost more than it won.</summary>
    public int Sum { get; private set; }

    /// <summary>The sum at which the test would have stopped at the last pair; null where no sum could.</summary>
    public int? Critical { get; private set; }

    /// <summary>The part of alpha that is spent.</summary>
    public double Spent { get; private set; }

    /// <summary>Whether the test has stopped: the second is worse.</summary>
    public bool HasRejected { get; private set; }

    /// <summary>Adds a pair.</summary>
    /// <param name="first">The first's reward.</param>
    /// <param name="second">The second's reward.</param>
    /// <param name="looks">Whether the test may stop at this pair. False where further pairs belong to it: those of a round over several tasks.</param>
    /// <returns>Whether the test has stopped, at this pair or before.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A reward lies outside of its range.</exception>
    /// <exception cref="InvalidOperationException">All planned pairs were added before.</exception>
    public bool Add(double first, double second, bool looks = true)
    {
        if (HasRejected)
            return true;
        if (Pairs == _planned)
            throw new InvalidOperationException($"The test was planned for {_planned} pairs.");
        int level = LevelOf(first, second), size = Math.Abs(level);
        Pairs++;
        Critical = null;
        if (level != 0)
        {
            _isNew = true;
            Sum += level;
            Spread(size);
        }

        if (!looks || !_isNew)
            return false;
        _isNew = false;
        double unspent = _alpha * Pairs / _planned - Spent, tail = 0;
        int from = _paths.Length, smallest = -1;
        while (from > 0 && tail + _paths[from - 1] <= unspent)
        {
            tail += _paths[--from];
            if (_paths[from] > 0)
                smallest = from;
        }

        if (smallest < 0)
            return false;
        Critical = smallest - _reach;
        Spent += tail;
        _paths.AsSpan(smallest).Clear();
        return HasRejected = Sum >= Critical;
    }

    private int LevelOf(double first, double second)
    {
        if (!(first >= _low && first <= _high))
            throw new ArgumentOutOfRangeException(nameof(first), first, $"A reward from {_low} to {_high} is expected.");
        if (!(second >= _low && second <= _high))
            throw new ArgumentOutOfRangeException(nameof(second), second, $"A reward from {_low} to {_high} is expected.");
        return -(int)Math.Round(Levels * (second - first) / (_high - _low), MidpointRounding.ToEven);
    }

    /// <summary>Adds a fair coin's plus or minus <paramref name="size"/> to each path.</summary>
    private void Spread(int size)
    {
        double[] wider = new double[_paths.Length + 2 * size];
        for (int i = 0; i < _paths.Length; i++)
        {
            double half = 0.5 * _paths[i];
            wider[i] += half;
            wider[i + 2 * size] += half;
        }

        (_paths, _reach) = (wider, _reach + size);
    }
}
