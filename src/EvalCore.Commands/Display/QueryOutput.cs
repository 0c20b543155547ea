using System.Collections;
using System.Globalization;
using System.Numerics;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using EvalCore.Queries;

namespace EvalCore.Commands.Display;

/// <summary>Writes the result of a query.</summary>
internal static class QueryOutput
{
    /// <summary>How many rows a table shows.</summary>
    internal const int MostRows = 1000;

    private static readonly JsonWriterOptions Layout = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Aligned columns: numbers to the right. Further rows than <see cref="MostRows"/> are not read.</summary>
    public static void WriteTable(IQueryResult result, TextWriter writer)
    {
        var rows = new List<string[]>();
        bool[] areNumbers = [.. result.Columns.Select(_ => true)];
        int[] widths = [.. result.Columns.Select(name => EvalCoreException.Printable(name).Length)];
        bool isWhole = true;
        while (result.Next() is { } row)
        {
            if (rows.Count == MostRows)
            {
                isWhole = false;
                break;
            }

            string[] cells = [.. row.Select(value => EvalCoreException.Printable(Text(value)))];
            for (int i = 0; i < cells.Length; i++)
            {
                widths[i] = Math.Max(widths[i], cells[i].Length);
                areNumbers[i] &= row[i] is null || IsNumber(row[i]!);
            }

            rows.Add(cells);
        }

        writer.WriteLine(Line([.. result.Columns.Select(EvalCoreException.Printable)]));
        writer.WriteLine(string.Join("  ", widths.Select(width => new string('─', width))));
        foreach (string[] row in rows)
            writer.WriteLine(Line(row));
        if (!isWhole)
            writer.WriteLine($"the first {MostRows} rows; --format=csv or json writes all");

        string Line(string[] cells) =>
            string.Join("  ", cells.Select((cell, i) => areNumbers[i] && rows.Count > 0 ? cell.PadLeft(widths[i]) : cell.PadRight(widths[i]))).TrimEnd();
    }

    /// <summary>A heading and a line for each row; a value that is missing is empty.</summary>
    public static void WriteCsv(IQueryResult result, TextWriter writer)
    {
        Write(result.Columns);
        while (result.Next() is { } row)
            Write(row.Select(value => value is null ? "" : Text(value)));

        void Write(IEnumerable<string> cells) => writer.Write(string.Join(',', cells.Select(Quoted)) + "\r\n");

        static string Quoted(string cell) => cell.AsSpan().IndexOfAny(",\"\r\n") < 0 ? cell : $"\"{cell.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
    }

    /// <summary>A list of objects, one on each line. A number that is not finite is a string, as JSON has none.</summary>
    /// <exception cref="EvalCoreException">Two columns have one name.</exception>
    public static void WriteJson(IQueryResult result, TextWriter writer)
    {
        if (result.Columns.GroupBy(name => name).FirstOrDefault(name => name.Count() > 1) is { } twice)
            throw new EvalCoreException($"query: two columns are named '{EvalCoreException.Printable(twice.Key)}', which JSON cannot have; name one of them with AS");
        string before = "[\n";
        while (result.Next() is { } row)
        {
            writer.Write(before + Object(result.Columns, row));
            before = ",\n";
        }

        writer.WriteLine(before == "[\n" ? "[]" : "\n]");
    }

    private static string Object(IReadOnlyList<string> columns, object?[] row)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, Layout))
        {
            json.WriteStartObject();
            for (int i = 0; i < row.Length; i++)
            {
                json.WritePropertyName(columns[i]);
                Write(json, row[i]);
            }

            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.ToArray());
    }

    private static void Write(Utf8JsonWriter json, object? value)
    {
        switch (value)
        {
            case null:
                json.WriteNullValue();
                break;
            case bool flag:
                json.WriteBooleanValue(flag);
                break;
            case double number when double.IsFinite(number):
                json.WriteNumberValue(number);
                break;
            case float number when float.IsFinite(number):
                json.WriteNumberValue(number);
                break;
            case not (double or float or string) when IsNumber(value):
                json.WriteRawValue(Text(value));
                break;
            case IDictionary map:
                json.WriteStartObject();
                foreach (DictionaryEntry entry in map)
                {
                    json.WritePropertyName(Text(entry.Key));
                    Write(json, entry.Value);
                }

                json.WriteEndObject();
                break;
            case IEnumerable list and not string and not Stream:
                json.WriteStartArray();
                foreach (object? element in list)
                    Write(json, element);
                json.WriteEndArray();
                break;
            default:
                json.WriteStringValue(Text(value));
                break;
        }
    }

    private static bool IsNumber(object value) =>
        value is double or float or int or long or short or sbyte or byte or uint or ulong or ushort or decimal or BigInteger;

    private static string Text(object? value)
    {
        switch (value)
        {
            case null:
                return "null";
            case string text:
                return text;
            case bool flag:
                return flag ? "true" : "false";
            case DateTime time:
                return time.ToString("yyyy-MM-dd HH:mm:ss.FFFFFF", CultureInfo.InvariantCulture);
            case DateOnly day:
                return day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
            case IEnumerable:
                using (var buffer = new MemoryStream())
                {
                    using (var json = new Utf8JsonWriter(buffer, Layout))
                        Write(json, value);
                    return Encoding.UTF8.GetString(buffer.ToArray());
                }

            case IFormattable number:
                return number.ToString(null, CultureInfo.InvariantCulture);
            default:
                return value.ToString() ?? "";
        }
    }
}
