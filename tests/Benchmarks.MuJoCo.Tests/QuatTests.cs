namespace Benchmarks.MuJoCo.Tests;

public sealed class QuatTests
{
    /// <summary>Each branch of scipy's algorithm: the largest of the diagonal, and the trace.</summary>
    [Theory]
    [InlineData(1, 0, 0, 0)]
    [InlineData(0.1, 0.9, 0.3, 0.2)]
    [InlineData(0.1, 0.2, 0.9, 0.3)]
    [InlineData(0.1, 0.3, 0.2, 0.9)]
    [InlineData(0.9, -0.1, 0.3, 0.2)]
    public void A_rotation_matrix_gives_its_quaternion(double w, double x, double y, double z)
    {
        double n = Math.Sqrt(w * w + x * x + y * y + z * z);
        (w, x, y, z) = (w / n, x / n, y / n, z / n);
        double[] matrix =
        [
            1 - 2 * (y * y + z * z), 2 * (x * y - z * w), 2 * (x * z + y * w),
            2 * (x * y + z * w), 1 - 2 * (x * x + z * z), 2 * (y * z - x * w),
            2 * (x * z - y * w), 2 * (y * z + x * w), 1 - 2 * (x * x + y * y),
        ];
        Assert.Equal(0, Quat.Distance(new Quat(w, x, y, z), Quat.FromMatrix(matrix)), 1e-15);
    }

    [Fact]
    public void Both_orders_of_the_numbers_are_written()
    {
        var quat = Quat.From([1, 2, 3, 4]);
        double[] numbers = new double[4];
        quat.CopyTo(numbers);
        Assert.Equal([1, 2, 3, 4], numbers);
        quat.CopyXyzwTo(numbers);
        Assert.Equal([2, 3, 4, 1], numbers);
    }
}
