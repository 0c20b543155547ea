namespace EvalCore.Features;

/// <summary>A range of numbers.</summary>
/// <param name="Low">Its smallest number.</param>
/// <param name="High">Its largest number.</param>
public readonly record struct Bounds(double Low, double High)
{
    /// <summary>A range that contains every number.</summary>
    public static Bounds None { get; } = new(double.NegativeInfinity, double.PositiveInfinity);

    /// <summary>The difference of its ends.</summary>
    public double Width => High - Low;

    /// <summary>The largest absolute value in it.</summary>
    public double Magnitude => Math.Max(Math.Abs(Low), Math.Abs(High));

    /// <summary>
    /// The range beyond which a value is far out: wider by half of the width on each side. A range of one number is widened by
    /// what rounding to float32 changes.
    /// </summary>
    public Bounds Widened
    {
        get
        {
            double margin = Width > 0 ? Width / 2 : 1e-6 * Math.Max(1, Magnitude);
            return new Bounds(Low - margin, High + margin);
        }
    }

    /// <summary>Whether another range is in this one.</summary>
    public bool Contains(Bounds other) => other.Low >= Low && other.High <= High;

    /// <summary>The range of the numbers multiplied by a factor.</summary>
    public Bounds Times(double factor) =>
        factor < 0 ? new Bounds(High * factor, Low * factor) : new Bounds(Low * factor, High * factor);
}
