using EvalCore.Statistics;
using EvalCore.Statistics.Sequential;

namespace EvalCore.Comparisons;

/// <summary>
/// Reads pairs in their order until they decide: <see cref="GateVerdict.Pass"/> as soon as the margin test excludes a drop of the margin
/// or more, <see cref="GateVerdict.Fail"/> as soon as the sequential test shows that the second is worse, whichever comes first. A
/// second run that is not worse fails with a probability of at most alpha, and one that lost the margin or more passes with a
/// probability of at most alpha.
/// <para>
/// The tests look where every task has been read equally often: before, the tasks that come last would not be seen.
/// </para>
/// </summary>
/// <param name="Alpha">The probability of a false verdict.</param>
/// <param name="NPlanned">The number of planned pairs.</param>
/// <param name="Margin">The smallest drop that counts, in percentage points; null for a metric other than success.</param>
/// <param name="BWorseStop">The number of pairs after which the second was shown to be worse; null if never.</param>
/// <param name="BBetterStop">The number of pairs after which it was shown to be better; null if never.</param>
/// <param name="WithinMarginStop">The number of pairs after which a drop of the margin was excluded; null if never.</param>
public sealed record SequentialComparison(double Alpha, int NPlanned, double? Margin, int? BWorseStop, int? BBetterStop, int? WithinMarginStop)
{
    /// <summary>The verdict: that of the test which stopped first.</summary>
    public GateVerdict Verdict =>
        WithinMarginStop is { } pass && !(BWorseStop < pass) ? GateVerdict.Pass
        : BWorseStop is not null ? GateVerdict.Fail
        : GateVerdict.Undecided;

    /// <summary>The number of pairs that decided; null where they did not.</summary>
    public int? DecidedAfter => Verdict switch
    {
        GateVerdict.Pass => WithinMarginStop,
        GateVerdict.Fail => BWorseStop,
        _ => null,
    };

    /// <summary>Compares successes.</summary>
    /// <param name="pairs">The successes of both runs, in the order of the episodes.</param>
    /// <param name="alpha">The probability of a false verdict, between 0 and 1.</param>
    /// <param name="planned">The number of planned pairs; further ones are not read.</param>
    /// <param name="margin">The smallest drop that counts, in percentage points.</param>
    /// <param name="endsRound">Whether every task has been read equally often after a number of pairs; null for always.</param>
    public static SequentialComparison Of(IEnumerable<(bool A, bool B)> pairs, double alpha, int planned, double margin, Func<int, bool>? endsRound = null)
    {
        SequentialSignTest worse = new(alpha, planned), better = new(alpha, planned);
        var within = new MarginTest(margin / 100, alpha);
        return Read(pairs, alpha, planned, margin, endsRound, worse.Add, better.Add, within.Add);
    }

    /// <summary>Compares another metric by the sign-flip test, for which there is no margin.</summary>
    /// <param name="pairs">The values of both runs, higher ones better, in the order of the episodes.</param>
    /// <param name="alpha">The probability of a false verdict, between 0 and 1.</param>
    /// <param name="planned">The number of planned pairs; further ones are not read.</param>
    /// <param name="range">The lowest and the highest possible value.</param>
    /// <param name="endsRound">Whether every task has been read equally often after a number of pairs; null for always.</param>
    public static SequentialComparison Of(IEnumerable<(double A, double B)> pairs, double alpha, int planned, Interval range, Func<int, bool>? endsRound = null)
    {
        SequentialSignFlipTest worse = new(alpha, planned, range.Low, range.High), better = new(alpha, planned, range.Low, range.High);
        return Read(pairs, alpha, planned, null, endsRound, worse.Add, better.Add, (_, _, _) => false);
    }

    /// <summary>Gives the pairs to the tests, with A and B in each other's place for "better"; a test says whether it has stopped.</summary>
    private static SequentialComparison Read<T>(
        IEnumerable<(T A, T B)> pairs, double alpha, int planned, double? margin, Func<int, bool>? endsRound,
        Func<T, T, bool, bool> worse, Func<T, T, bool, bool> better, Func<T, T, bool, bool> within)
    {
        int? worseStop = null, betterStop = null, withinStop = null;
        int count = 0;
        foreach (var (a, b) in pairs.Take(planned))
        {
            count++;
            bool looks = endsRound?.Invoke(count) != false;
            worseStop ??= worse(a, b, looks) ? count : null;
            betterStop ??= better(b, a, looks) ? count : null;
            withinStop ??= within(a, b, looks) ? count : null;
        }

        return new SequentialComparison(alpha, planned, margin, worseStop, betterStop, withinStop);
    }
}
