namespace EvalCore.Torch.Tests;

/// <summary>How equal two arrays of numbers are.</summary>
internal static class Closeness
{
    /// <summary>Fails unless every element is within a tolerance of the expected one; says by how much the worst is off.</summary>
    public static void Close(ReadOnlySpan<float> expected, ReadOnlySpan<float> actual, double tolerance, string what)
    {
        Assert.Equal(expected.Length, actual.Length);
        double worst = 0;
        int where = 0;
        for (int i = 0; i < expected.Length; i++)
        {
            double difference = Math.Abs((double)expected[i] - actual[i]);
            if (!(difference <= worst))
                (worst, where) = (difference, i);
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"{what}: largest difference {worst:g3}");
        Assert.True(worst <= tolerance, $"{what}: element {where} is {actual[where]}, expected {expected[where]}: off by {worst:g3}, more than {tolerance:g3}");
    }

    /// <summary>The largest absolute value.</summary>
    public static double Largest(ReadOnlySpan<float> values)
    {
        double largest = 0;
        foreach (float value in values)
            largest = Math.Max(largest, Math.Abs(value));
        return largest;
    }
}
