namespace EvalCore.Comparisons;

/// <summary>The verdict of a comparison in words.</summary>
/// <param name="Word">The verdict: <c>pass</c>, <c>fail</c>, <c>undecided</c> or <c>not comparable</c>.</param>
/// <param name="Reason">What it rests on.</param>
/// <param name="Rates">Both success rates, or means, and their difference; empty where the runs are not comparable.</param>
internal sealed record VerdictText(string Word, string Reason, string Rates)
{
    /// <summary>The reason and the rates.</summary>
    public string Explanation => Rates.Length == 0 ? Reason : $"{Reason}; {Rates}";

    /// <summary>The verdict in one line.</summary>
    public override string ToString() => $"verdict: {Word}: {Explanation}";
}
