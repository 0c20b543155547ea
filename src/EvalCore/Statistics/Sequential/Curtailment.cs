namespace EvalCore.Statistics.Sequential;

/// <summary>
/// The early verdict of a threshold gate: "at least <see cref="Needed"/> successes in N episodes" is decided as soon as there are so
/// many successes, or so many failures that they cannot be reached. The verdict is always that of all N episodes.
/// </summary>
public sealed class Curtailment
{
    private readonly double _threshold;
    private int _planned;

    /// <summary>Makes a gate.</summary>
    /// <param name="threshold">The least success rate, from 0 to 1.</param>
    /// <param name="planned">The number of planned episodes, N.</param>
    public Curtailment(double threshold, int planned)
    {
        if (!(threshold is >= 0 and <= 1))
            throw new ArgumentOutOfRangeException(nameof(threshold), threshold, "A rate from 0 to 1 is needed.");
        (_threshold, _planned) = (threshold, planned);
        Needed = Successful(threshold, planned);
        Passed = Needed == 0 ? true : null;
    }

    /// <summary>The successes that the gate needs: threshold times N, rounded up.</summary>
    public int Needed { get; private set; }

    /// <summary>The number of successes so far.</summary>
    public int Successes { get; private set; }

    /// <summary>The number of failures so far.</summary>
    public int Failures { get; private set; }

    /// <summary>Whether the gate passed; null while further episodes can change it.</summary>
    public bool? Passed { get; private set; }

    /// <summary>Adds an episode.</summary>
    /// <returns>The verdict, null while further episodes can change it.</returns>
    public bool? Add(bool success)
    {
        Successes += success ? 1 : 0;
        Failures += success ? 0 : 1;
        return Judge();
    }

    /// <summary>Leaves out a planned episode that cannot be played: N is one less.</summary>
    /// <returns>The verdict, null while further episodes can change it, and where none is left.</returns>
    public bool? LeaveOut()
    {
        _planned--;
        Needed = Successful(_threshold, _planned);
        return _planned == 0 ? Passed : Judge();
    }

    private bool? Judge() => Passed ??= Successes >= Needed ? true : Failures > _planned - Needed ? false : null;

    private static int Successful(double threshold, int planned)
    {
        // A product that is a whole number but for its last bits is that number: 0.29 times 100 is 28.999999999999996, 0.07 times 100
        // is 7.000000000000001.
        double product = threshold * planned, whole = Math.Round(product);
        return (int)(Math.Abs(product - whole) <= 1e-9 * planned ? whole : Math.Ceiling(product));
    }
}
