using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace EvalCore.Results;

/// <summary>
/// Floats as Python's <c>json</c> module writes them: the shortest digits that read back the same, always with a
/// fraction or an exponent, so that a reader sees a float and not an integer; <c>NaN</c> and <c>Infinity</c> bare.
/// </summary>
internal static class PythonFloat
{
    /// <summary>Writes floats so, but NaN and infinities as texts: a line of a journal is JSON to every reader.</summary>
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

    public static string Format(double value)
    {
        if (double.IsNaN(value))
            return "NaN";
        if (double.IsInfinity(value))
            return value > 0 ? "Infinity" : "-Infinity";

        string digits = value.ToString("E16", CultureInfo.InvariantCulture);
        int exponent = value == 0 ? 0 : int.Parse(digits.AsSpan(digits.IndexOf('E') + 1), CultureInfo.InvariantCulture);
        string shortest = value.ToString("R", CultureInfo.InvariantCulture);
        int e = shortest.IndexOf('E');
        string mantissa = e < 0 ? shortest : shortest[..e];
        if (e >= 0)
            exponent = int.Parse(shortest.AsSpan(e + 1), CultureInfo.InvariantCulture);

        // Python switches to an exponent below 1e-4 and from 1e16 on, with at least two digits.
        if (exponent is < -4 or >= 16)
        {
            if (e < 0)
                mantissa = Scientific(mantissa);
            return $"{mantissa}e{(exponent < 0 ? '-' : '+')}{Math.Abs(exponent):00}";
        }

        string plain = e < 0 ? shortest : Plain(mantissa, exponent);
        return plain.Contains('.') ? plain : plain + ".0";
    }

    /// <summary>Turns plain digits such as 0.000012 into 1.2.</summary>
    private static string Scientific(string plain)
    {
        string sign = plain.StartsWith('-') ? "-" : "";
        string digits = plain.Replace("-", "").Replace(".", "").TrimStart('0').TrimEnd('0');
        return digits.Length == 1 ? sign + digits : $"{sign}{digits[0]}.{digits[1..]}";
    }

    /// <summary>Turns a mantissa such as 1.2 with its exponent into plain digits.</summary>
    private static string Plain(string mantissa, int exponent)
    {
        string sign = mantissa.StartsWith('-') ? "-" : "";
        string digits = mantissa.Replace("-", "").Replace(".", "");
        if (exponent < 0)
            return $"{sign}0.{new string('0', -exponent - 1)}{digits}";
        return digits.Length <= exponent + 1
            ? sign + digits.PadRight(exponent + 1, '0')
            : $"{sign}{digits[..(exponent + 1)]}.{digits[(exponent + 1)..]}";
    }
}
