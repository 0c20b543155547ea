namespace Benchmarks.PushT.Tests;

/// <summary>How equal numbers have to be.</summary>
internal static class Equal
{
    /// <summary>The same 64 bits in every place.</summary>
    public static void BitForBit(ReadOnlySpan<double> expected, ReadOnlySpan<double> actual, string what)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (int i = 0; i < expected.Length; i++)
        {
            if (BitConverter.DoubleToInt64Bits(expected[i]) != BitConverter.DoubleToInt64Bits(actual[i]))
                Assert.Fail($"{what}[{i}]: expected {expected[i]:R}, got {actual[i]:R}, off by {actual[i] - expected[i]:R}");
        }
    }

    /// <summary>
    /// Coverage and reward: the reference adds up areas in no fixed order and differs from itself by up to 6.7e-16.
    /// </summary>
    public static void Area(double expected, double actual, string what)
    {
        if (!(Math.Abs(expected - actual) <= 1e-12))
            Assert.Fail($"{what}: expected {expected:R}, got {actual:R}, off by {actual - expected:R}");
    }
}
