namespace EvalCore.Statistics.Sequential;

/// <summary>
/// The exact sequential sign test of "the second policy is worse than the first" on paired episodes: it may stop after any pair, and
/// the probability of a false alarm over the whole run is at most alpha.
/// <para>
/// While the second is not worse, a discordant pair is a fair coin, or favours the second, whatever came before; concordant pairs say
/// nothing. The test keeps the distribution of the number of pairs that the second lost, among the paths that have not stopped. Up to
/// pair t of the N planned ones it may spend alpha t / N: at a discordant pair the upper tail that still fits into what is unspent is
/// cut out of the distribution, and a run whose count lies in the tail stops. No approximation, and no table.
/// (The spending of alpha over time: K. K. G. Lan and D. L. DeMets, "Discrete sequential boundaries for clinical trials", Biometrika
/// 70, 1983.)
/// </para>
/// </summary>
/// <param name="alpha">The probability of a false alarm over the whole run, between 0 and 1.</param>
/// <param name="planned">The number of planned pairs, N.</param>
public sealed class SequentialSignTest(double alpha, int planned)
{
    private readonly double[] _paths = new double[planned + 1];

    /// <summary>Whether a discordant pair was added since the test last looked.</summary>
    private bool _isNew;

    /// <summary>The number of pairs so far.</summary>
    public int Pairs { get; private set; }

    /// <summary>The number of discordant pairs so far.</summary>
    public int Discordant { get; private set; }

    /// <summary>The number of pairs so far in which only the first succeeded.</summary>
    public int Losses { get; private set; }

    /// <summary>The losses at which the test would have stopped at the last pair; null where no count could.</summary>
    public int? Critical { get; private set; }

    /// <summary>The part of alpha that is spent.</summary>
    public double Spent { get; private set; }

    /// <summary>Whether the test has stopped: the second is worse.</summary>
    public bool HasRejected { get; private set; }

    /// <summary>Adds a pair.</summary>
    /// <param name="first">Whether the first succeeded.</param>
    /// <param name="second">Whether the second succeeded.</param>
    /// <param name="looks">Whether the test may stop at this pair. False where further pairs belong to it: those of a round over several tasks.</param>
    /// <returns>Whether the test has stopped, at this pair or before.</returns>
    /// <exception cref="InvalidOperationException">All planned pairs were added before.</exception>
    public bool Add(bool first, bool second, bool looks = true)
    {
        if (HasRejected)
            return true;
        if (Pairs == planned)
            throw new InvalidOperationException($"The test was planned for {planned} pairs.");
        if (Pairs == 0)
            _paths[0] = 1;
        Pairs++;
        Critical = null;
        if (first != second)
        {
            _isNew = true;
            Discordant++;
            Losses += first ? 1 : 0;
            for (int losses = Discordant; losses >= 0; losses--)
                _paths[losses] = 0.5 * (losses > 0 ? _paths[losses - 1] : 0) + 0.5 * _paths[losses];
        }

        if (!looks || !_isNew)
            return false;
        _isNew = false;
        double unspent = alpha * Pairs / planned - Spent, tail = 0;
        int critical = Discordant + 1;
        while (critical > 0 && tail + _paths[critical - 1] <= unspent)
            tail += _paths[--critical];
        if (critical > Discordant)
            return false;
        Critical = critical;
        Spent += tail;
        _paths.AsSpan(critical, Discordant + 1 - critical).Clear();
        return HasRejected = Losses >= critical;
    }
}
