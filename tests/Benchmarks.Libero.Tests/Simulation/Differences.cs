namespace Benchmarks.Libero.Tests.Simulation;

/// <summary>The largest absolute difference from the reference data, per quantity, for a test's output.</summary>
internal sealed class Differences
{
    private readonly SortedDictionary<string, double> _largest = new(StringComparer.Ordinal);

    public double Largest => _largest.Values.DefaultIfEmpty().Max();

    public IReadOnlyCollection<string> Quantities => _largest.Keys;

    public double this[string quantity] => _largest.GetValueOrDefault(quantity);

    public static double Of(ReadOnlySpan<double> actual, ReadOnlySpan<double> expected)
    {
        Assert.Equal(expected.Length, actual.Length);
        double largest = 0;
        for (int i = 0; i < actual.Length; i++)
        {
            double difference = Math.Abs(actual[i] - expected[i]);
            largest = double.IsNaN(difference) ? double.PositiveInfinity : Math.Max(largest, difference);
        }

        return largest;
    }

    public double Add(string quantity, ReadOnlySpan<double> actual, ReadOnlySpan<double> expected)
    {
        double difference = Of(actual, expected);
        _largest[quantity] = Math.Max(this[quantity], difference);
        return difference;
    }

    public override string ToString() => string.Join(", ", _largest.Select(pair => $"{pair.Key} {pair.Value:0.0e+0}"));
}
