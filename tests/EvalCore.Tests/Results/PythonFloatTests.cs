using System.Globalization;
using System.Numerics;
using EvalCore.Results;
using FsCheck.Xunit;

namespace EvalCore.Tests.Results;

public sealed class PythonFloatTests
{
    [Theory]
    [InlineData(0.0, "0.0")]
    [InlineData(-0.0, "-0.0")]
    [InlineData(1.0, "1.0")]
    [InlineData(76.0, "76.0")]
    [InlineData(0.1, "0.1")]
    [InlineData(240.32454418165267, "240.32454418165267")]
    [InlineData(0.0001, "0.0001")]
    [InlineData(0.00001, "1e-05")]
    [InlineData(7.228405170909389e-06, "7.228405170909389e-06")]
    [InlineData(-0.0013589401721309652, "-0.0013589401721309652")]
    [InlineData(1e15, "1000000000000000.0")]
    [InlineData(1e16, "1e+16")]
    [InlineData(123456789012345680.0, "1.2345678901234568e+17")]
    [InlineData(1e22, "1e+22")]
    [InlineData(5e-324, "5e-324")]
    [InlineData(1.7976931348623157e308, "1.7976931348623157e+308")]
    [InlineData(2.98023223876953125e-08, "2.9802322387695312e-08")]
    [InlineData(4.1045368012983762e-289, "4.1045368012983762e-289")]
    [InlineData(9007199254740992.0, "9007199254740992.0")]
    [InlineData(5.684341886080801486968994140625e-14, "5.684341886080802e-14")]
    [InlineData(2.2250738585072014e-308, "2.2250738585072014e-308")]
    [InlineData(double.NaN, "NaN")]
    [InlineData(double.NegativeInfinity, "-Infinity")]
    public void Floats_are_written_as_Python_writes_them(double value, string text) =>
        Assert.Equal(text, PythonFloat.Format(value));

    [Fact]
    public void Every_power_of_two_is_read_back()
    {
        for (int exponent = -1074; exponent < 1024; exponent++)
        {
            double value = double.ScaleB(1, exponent);
            Assert.Equal(value, double.Parse(PythonFloat.Format(value)));
        }
    }

    [Property]
    public bool A_float_is_read_back_bit_for_bit(double value) =>
        !double.IsFinite(value)
        || BitConverter.DoubleToInt64Bits(double.Parse(PythonFloat.Format(value))) == BitConverter.DoubleToInt64Bits(value);

    /// <summary>The gap to the lower neighbour of a power of two is half of that to the upper one.</summary>
    [Fact]
    public void Powers_of_two_and_their_neighbours_have_the_shortest_digits()
    {
        for (int exponent = -1074; exponent <= 1023; exponent++)
        {
            double power = Math.ScaleB(1, exponent);
            AssertShortest(Math.BitDecrement(power));
            AssertShortest(power);
            AssertShortest(Math.BitIncrement(power));
        }
    }

    [Fact]
    public void Random_floats_have_the_shortest_digits()
    {
        var random = new Random(7);
        for (int i = 0; i < 20_000; i++)
        {
            double value = BitConverter.Int64BitsToDouble(random.NextInt64());
            if (double.IsFinite(value))
                AssertShortest(value);
            AssertShortest(Math.Round(random.NextDouble() * Math.Pow(10, random.Next(-6, 18)), random.Next(6)));
        }
    }

    /// <summary>
    /// The digits are read back as the value, and no number with one digit fewer is: neither the nearest one nor its neighbours.
    /// </summary>
    private static void AssertShortest(double value)
    {
        string text = PythonFloat.Format(value);
        Assert.Equal(value, double.Parse(text, CultureInfo.InvariantCulture));
        string mantissa = text.Split('e')[0].Replace(".", "", StringComparison.Ordinal).Trim('-').Trim('0');
        if (mantissa.Length < 2)
            return;
        string fewer = Math.Abs(value).ToString($"E{mantissa.Length - 2}", CultureInfo.InvariantCulture);
        int e = fewer.IndexOf('E', StringComparison.Ordinal);
        var digits = BigInteger.Parse(fewer.AsSpan(0, e).ToString().Replace(".", "", StringComparison.Ordinal), CultureInfo.InvariantCulture);
        int exponent = int.Parse(fewer.AsSpan(e + 1), CultureInfo.InvariantCulture) - (mantissa.Length - 2);
        for (int step = -1; step <= 1; step++)
            Assert.NotEqual(Math.Abs(value), double.Parse($"{digits + step}E{exponent}", CultureInfo.InvariantCulture));
    }
}
