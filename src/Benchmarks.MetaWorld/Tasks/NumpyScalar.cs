namespace Benchmarks.MetaWorld.Tasks;

/// <summary>
/// A number whose arithmetic rounds as numpy 2's does. In Meta-World only the effort of an action is a float32 number (a
/// float64 number where the caller gives one); what a reward computes from it and from Python's floats is float32 at every
/// operation, and what it computes from a float64 number is float64.
/// </summary>
internal readonly struct NumpyScalar
{
    private NumpyScalar(double value, NumpyType type)
    {
        Value = value;
        Type = type;
    }

    /// <summary>The number, widened exactly.</summary>
    public double Value { get; }

    public NumpyType Type { get; }

    /// <summary>A Python number.</summary>
    public static implicit operator NumpyScalar(double value) => new(value, NumpyType.Python);

    public static NumpyScalar operator +(NumpyScalar a, NumpyScalar b) => Common(a, b) is var type && type == NumpyType.Float32
        ? Float32((float)a.Value + (float)b.Value)
        : new(a.Value + b.Value, type);

    public static NumpyScalar operator -(NumpyScalar a, NumpyScalar b) => Common(a, b) is var type && type == NumpyType.Float32
        ? Float32((float)a.Value - (float)b.Value)
        : new(a.Value - b.Value, type);

    public static NumpyScalar operator *(NumpyScalar a, NumpyScalar b) => Common(a, b) is var type && type == NumpyType.Float32
        ? Float32((float)a.Value * (float)b.Value)
        : new(a.Value * b.Value, type);

    public static NumpyScalar operator /(NumpyScalar a, NumpyScalar b) => Common(a, b) is var type && type == NumpyType.Float32
        ? Float32((float)a.Value / (float)b.Value)
        : new(a.Value / b.Value, type);

    /// <summary>A numpy float32.</summary>
    public static NumpyScalar Float32(float value) => new(value, NumpyType.Float32);

    /// <summary>A numpy float64.</summary>
    public static NumpyScalar Float64(double value) => new(value, NumpyType.Float64);

    /// <summary>
    /// <c>min(max(0, x), most)</c>: a bound that decides is a Python number, and the comparisons round it to this number's
    /// type.
    /// </summary>
    public NumpyScalar Between0And(double most)
    {
        if (!(Value > 0))
            return 0;
        return (Type == NumpyType.Float32 ? (float)most : most) < Value ? most : this;
    }

    /// <summary><c>numpy.clip</c>: a bound that decides has this number's type.</summary>
    /// <param name="low">The lower bound, a float32 number.</param>
    /// <param name="high">The upper bound, a float32 number.</param>
    public NumpyScalar Clip(float low, float high) => new(Math.Clamp(Value, low, high), Type);

    private static NumpyType Common(NumpyScalar a, NumpyScalar b) =>
        a.Type == NumpyType.Float64 || b.Type == NumpyType.Float64 ? NumpyType.Float64
        : a.Type == NumpyType.Float32 || b.Type == NumpyType.Float32 ? NumpyType.Float32
        : NumpyType.Python;
}
