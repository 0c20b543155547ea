using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace EvalCore.Results;

/// <summary>
/// Floats as Python's <c>json</c> module writes them: the shortest digits that are read back as the same value, always with
/// a fraction or an exponent, so that Python reads a float and not an integer; <c>NaN</c> and <c>Infinity</c> without quotes.
/// </summary>
internal static class PythonFloat
{
    /// <summary>Writes NaN and infinities as strings instead, so that every JSON reader reads a line of a journal.</summary>
    public sealed class Converter : JsonConverter<double>
    {
        public override double Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            reader.TokenType != JsonTokenType.String ? reader.GetDouble()
            : reader.GetString() switch
            {
                "NaN" => double.NaN,
                "Infinity" => double.PositiveInfinity,
                "-Infinity" => double.NegativeInfinity,
                _ => throw new JsonException(),
            };

        public override void Write(Utf8JsonWriter writer, double value, JsonSerializerOptions options)
        {
            if (double.IsFinite(value))
                writer.WriteRawValue(Format(value), skipInputValidation: true);
            else
                writer.WriteStringValue(Format(value));
        }
    }

    /// <summary>Writes NaN and infinities without quotes, as Python's <c>json</c> module does.</summary>
    public sealed class BareConverter : JsonConverter<double>
    {
        public override double Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            throw new NotSupportedException("This converter only writes.");

        public override void Write(Utf8JsonWriter writer, double value, JsonSerializerOptions options) =>
            writer.WriteRawValue(Format(value), skipInputValidation: true);
    }

    /// <summary>The text of a float.</summary>
    public static string Format(double value)
    {
        if (double.IsNaN(value))
            return "NaN";
        if (double.IsInfinity(value))
            return value > 0 ? "Infinity" : "-Infinity";

        // The digits d0 d1 d2 ... and the exponent x of d0.d1d2...e±x; .NET writes some values with an exponent, others without.
        string sign = double.IsNegative(value) ? "-" : "";
        string shortest = Shortest(Math.Abs(value));
        int e = shortest.IndexOf('E');
        string mantissa = e < 0 ? shortest : shortest[..e];
        int point = mantissa.IndexOf('.') is int i and >= 0 ? i : mantissa.Length;
        string all = mantissa.Replace(".", ""), significant = all.TrimStart('0'), digits = significant.TrimEnd('0');
        int exponent = point - 1 - (all.Length - significant.Length);
        if (e >= 0)
            exponent += int.Parse(shortest.AsSpan(e + 1), CultureInfo.InvariantCulture);
        if (digits == "")
            return sign + "0.0";

        // Python switches to an exponent below 1e-4 and from 1e16 on, with at least two digits.
        if (exponent is < -4 or >= 16)
        {
            string fraction = digits.Length > 1 ? "." + digits[1..] : "";
            return $"{sign}{digits[0]}{fraction}e{(exponent < 0 ? '-' : '+')}{Math.Abs(exponent):00}";
        }

        if (exponent < 0)
            return $"{sign}0.{new string('0', -exponent - 1)}{digits}";
        digits = digits.PadRight(exponent + 2, '0');
        return $"{sign}{digits[..(exponent + 1)]}.{digits[(exponent + 1)..]}";
    }

    /// <summary>
    /// The shortest digits that are read back as the same value. .NET gives one digit too few for a few powers of two (2^-25,
    /// 2^-958), whose lower neighbour is nearer than the upper one; 17 digits are always enough.
    /// </summary>
    private static string Shortest(double value)
    {
        string shortest = value.ToString("R", CultureInfo.InvariantCulture);
        return double.Parse(shortest, CultureInfo.InvariantCulture) == value
            ? shortest
            : value.ToString("E16", CultureInfo.InvariantCulture);
    }
}
