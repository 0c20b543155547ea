using Safetensors;

namespace EvalCore.Onnx.Tests;

/// <summary>How equal two tensors are.</summary>
internal static class Closeness
{
    /// <summary>Fails unless every element is within a tolerance of the expected one; says by how much the worst is off.</summary>
    public static void Close(ReadOnlySpan<float> expected, ReadOnlySpan<float> actual, double tolerance, string what)
    {
        Assert.Equal(expected.Length, actual.Length);
        double worst = 0;
        for (int i = 0; i < expected.Length; i++)
        {
            double difference = Math.Abs((double)expected[i] - actual[i]);
            worst = double.IsNaN(difference) ? double.PositiveInfinity : Math.Max(worst, difference);
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"{what}: largest difference {worst:g3}");
        Assert.True(worst <= tolerance, $"{what}: off by {worst:g3}, more than {tolerance:g3}");
    }

    /// <summary>The same for a tensor of two files.</summary>
    public static void Close(SafetensorsFile expected, SafetensorsFile actual, string tensor, double tolerance, string what)
    {
        Assert.Equal(expected[tensor].Shape, actual[tensor].Shape);
        Close(expected.Span<float>(tensor), actual.Span<float>(tensor), tolerance, $"{what}, {tensor}");
    }
}
