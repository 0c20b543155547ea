using Benchmarks.Libero.Control;

namespace Benchmarks.Libero.Tests.Control;

public sealed class DenseTests
{
    [Theory, InlineData(3), InlineData(6), InlineData(7)]
    public void An_inverse_times_its_matrix_is_the_unit_matrix(int n)
    {
        var random = new Random(n);
        double[] matrix = [.. Enumerable.Range(0, n * n).Select(_ => random.NextDouble() - 0.5)];
        double[] inverse = new double[n * n], product = new double[n * n];
        Dense.Invert(matrix, inverse, n);
        Dense.Multiply(inverse, matrix, product, n);
        for (int i = 0; i < n * n; i++)
            Assert.Equal(i / n == i % n ? 1 : 0, product[i], 1e-12);
    }

    [Fact]
    public void A_zero_on_the_diagonal_is_no_obstacle()
    {
        double[] inverse = new double[4];
        Dense.Invert([0, 2, 4, 0], inverse, 2);
        Assert.Equal([0, 0.25, 0.5, 0], inverse);
    }

    [Fact]
    public void Products_are_those_of_the_definitions()
    {
        // a is 2 x 3, b is 3 x 2, and c the transpose of b.
        double[] a = [1, 2, 3, 4, 5, 6], b = [7, 8, 9, 10, 11, 12], c = [7, 9, 11, 8, 10, 12], ab = [58, 64, 139, 154];
        double[] product = new double[4], transposed = new double[3];
        Dense.Multiply(a, b, product, 3);
        Assert.Equal(ab, product);
        Dense.MultiplyTransposed(a, c, product, 3);
        Assert.Equal(ab, product);
        Dense.TransposeMultiply(a, [10, 100], transposed);
        Assert.Equal([410, 520, 630], transposed);
    }
}
