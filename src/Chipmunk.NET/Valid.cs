using System.Runtime.CompilerServices;

namespace Chipmunk;

/// <summary>Checks of values that Chipmunk's assertions would abort the process for.</summary>
internal static class Valid
{
    public static double Finite(double value, [CallerArgumentExpression(nameof(value))] string name = "") =>
        double.IsFinite(value) ? value : throw new ArgumentException($"The value must be finite, got {value}.", name);

    public static Vect Finite(Vect value, [CallerArgumentExpression(nameof(value))] string name = "") =>
        double.IsFinite(value.X) && double.IsFinite(value.Y)
            ? value
            : throw new ArgumentException($"The value must be finite, got ({value.X}, {value.Y}).", name);

    public static double FiniteNotNegative(double value, [CallerArgumentExpression(nameof(value))] string name = "") =>
        double.IsFinite(value) && value >= 0
            ? value
            : throw new ArgumentException($"The value must be finite and not negative, got {value}.", name);

    public static double FinitePositive(double value, [CallerArgumentExpression(nameof(value))] string name = "") =>
        double.IsFinite(value) && value > 0
            ? value
            : throw new ArgumentException($"The value must be finite and positive, got {value}.", name);

    public static double Positive(double value, [CallerArgumentExpression(nameof(value))] string name = "") =>
        value > 0 ? value : throw new ArgumentException($"The value must be positive, got {value}.", name);
}
