using System.Globalization;
using System.Text.Json;

namespace EvalCore.Records;

/// <summary>Makes one line of an error of DuckDB, with line and column.</summary>
internal static class SqlError
{
    /// <summary>Describes an error.</summary>
    /// <param name="message">DuckDB's message, with <c>errors_as_json</c>.</param>
    /// <param name="sql">The user's SQL.</param>
    /// <param name="before">The number of bytes that stood before it.</param>
    public static string Describe(string message, string sql, int before) => Describe(message, sql, before, out _, out _);

    /// <inheritdoc cref="Describe(string, string, int)"/>
    /// <param name="message">DuckDB's message, with <c>errors_as_json</c>.</param>
    /// <param name="sql">The user's SQL.</param>
    /// <param name="before">The number of bytes that stood before it.</param>
    /// <param name="kind">The kind of error, for example <c>Parser</c>; empty where it is not known.</param>
    /// <param name="name">The name that was not found; empty for another error.</param>
    public static string Describe(string message, string sql, int before, out string kind, out string name)
    {
        (kind, name) = ("", "");
        int start = message.IndexOf('{', StringComparison.Ordinal);
        try
        {
            if (start >= 0)
            {
                using var json = JsonDocument.Parse(message[start..]);
                var error = json.RootElement;
                (kind, name) = (Text("exception_type"), Text("name"));
                string text = OneLine(Text("exception_message").Split("\n\tCandidate functions")[0].Split("\nCandidate functions")[0]);
                return int.TryParse(Text("position"), NumberStyles.None, CultureInfo.InvariantCulture, out int position) && Place(sql, position - before) is { } place
                    ? $"{place}: {text}"
                    : text;

                string Text(string key) => error.TryGetProperty(key, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString()! : "";
            }
        }
        catch (JsonException)
        {
            // Not every message is JSON.
        }

        return OneLine(message);
    }

    /// <summary>The line and the column, from 1, of a byte of the SQL; null for a place outside of it.</summary>
    private static string? Place(string sql, int position)
    {
        byte[] bytes = System.Text.Encoding.UTF8.GetBytes(sql);
        if (position < 0 || position > bytes.Length)
            return null;
        string before = System.Text.Encoding.UTF8.GetString(bytes, 0, position);
        return $"line {before.Count(c => c == '\n') + 1}, column {before.Length - before.LastIndexOf('\n')}";
    }

    private static string OneLine(string text) => EvalCoreException.Printable(string.Join("; ", text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)).Replace("!;", ";", StringComparison.Ordinal).TrimEnd('!', '.'));
}
