using Benchmarks.MetaWorld.Tasks;
using static Benchmarks.MetaWorld.Tasks.NumpyScalar;

namespace Benchmarks.MetaWorld.Tests;

/// <summary>Values from numpy 2.2.6, whose rules for scalars are those of NEP 50.</summary>
public sealed class NumpyScalarTests
{
    [Fact]
    public void A_Python_number_takes_the_type_of_the_other_operand()
    {
        NumpyScalar python = 0.1, single = Float32(0.3f);
        Assert.Equal(0.1 + 0.2, (python + 0.2).Value);
        Assert.Equal((double)(0.1f + 0.3f), (python + single).Value);
        Assert.Equal((double)(0.3f - 0.1f), (single - python).Value);
        Assert.Equal((double)(0.1f * 0.3f), (python * single).Value);
        Assert.Equal((double)(0.3f / 0.1f), (single / python).Value);
        Assert.Equal(NumpyType.Float32, (python + single).Type);
        Assert.Equal(NumpyType.Python, (python + 0.2).Type);
    }

    [Fact]
    public void A_float64_number_makes_the_result_float64()
    {
        NumpyScalar single = Float32(0.3f), wide = Float64(0.1);
        Assert.Equal(0.3f + 0.1, (single + wide).Value);
        Assert.Equal(NumpyType.Float64, (single + wide).Type);
        Assert.Equal(NumpyType.Float64, (wide * 2).Type);
    }

    [Theory]
    [InlineData(-1f, 0.7, 0, NumpyType.Python)]
    [InlineData(0f, 0.7, 0, NumpyType.Python)]
    [InlineData(0.3f, 0.7, 0.3f, NumpyType.Float32)]
    [InlineData(0.7f, 0.7, 0.7f, NumpyType.Float32)]
    [InlineData(0.8f, 0.7, 0.7, NumpyType.Python)]
    [InlineData(1f, 1.0, 1, NumpyType.Float32)]
    public void A_bound_that_decides_is_a_Python_number(float effort, double most, double value, object type)
    {
        NumpyScalar bounded = Float32(effort).Between0And(most);
        Assert.Equal((value, type), (bounded.Value, bounded.Type));
    }

    [Fact]
    public void The_product_of_a_float32_factor_is_rounded_at_every_operation()
    {
        const float A = 0.9f, B = 0.6f;
        NumpyScalar product = Tolerance.HamacherProduct(0.9, Float32(B));
        Assert.Equal((double)(A * B / (A + B - A * B)), product.Value);
        Assert.NotEqual(Tolerance.HamacherProduct(0.9, (double)B), product.Value);
        Assert.Equal(Tolerance.HamacherProduct(0.9, (double)B), Tolerance.HamacherProduct(0.9, Float64(B)).Value);
    }

    /// <summary>The C library's <c>pow(x, 2)</c> is not always the rounded product; numpy's scalars use it.</summary>
    [Fact]
    public void Squares_are_those_of_pow()
    {
        double far = Enumerable.Range(1, 100_000).Select(i => 1 + i * 1e-5).First(x => Math.Pow(x * 3, 2) != x * 3 * (x * 3));
        Assert.Equal(1 / (Math.Pow(far * 3, 2) + 1), Tolerance.LongTail(far, -1, 0, 1));
    }
}
