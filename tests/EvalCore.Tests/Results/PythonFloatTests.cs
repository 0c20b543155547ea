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
    [InlineData(double.NaN, "NaN")]
    [InlineData(double.NegativeInfinity, "-Infinity")]
    public void Floats_are_written_as_Python_writes_them(double value, string text) =>
        Assert.Equal(text, PythonFloat.Format(value));

    [Property]
    public bool A_float_is_read_back_bit_for_bit(double value) =>
        !double.IsFinite(value)
        || BitConverter.DoubleToInt64Bits(double.Parse(PythonFloat.Format(value))) == BitConverter.DoubleToInt64Bits(value);
}
