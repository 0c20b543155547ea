namespace Benchmarks.MetaWorld.Tasks;

/// <summary>The type of a number in a reward, which decides how numpy 2 rounds what is computed from it (NEP 50).</summary>
internal enum NumpyType
{
    /// <summary>Python's float, or an int: takes the type of the other operand.</summary>
    Python,

    /// <summary>numpy's float64: a result with it is float64.</summary>
    Float64,

    /// <summary>numpy's float32: a result with it and a Python number is float32.</summary>
    Float32,
}
