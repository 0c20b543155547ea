using System.Text.Json;
using System.Text.Json.Nodes;

namespace EvalCore.Options;

/// <summary>Reads a JSON object from a file that a person or another program wrote.</summary>
public static class JsonFile
{
    private static readonly JsonDocumentOptions Lenient = new()
    {
        CommentHandling = JsonCommentHandling.Skip,
        AllowTrailingCommas = true,
        AllowDuplicateProperties = false,
    };

    /// <summary>Reads a file. Comments and trailing commas are allowed.</summary>
    /// <param name="path">The file.</param>
    /// <param name="expected">The expected content, for the message: <c>a configuration file</c>.</param>
    /// <exception cref="EvalCoreException">
    /// The file is missing, cannot be read, or is not a JSON object; the message states the line.
    /// </exception>
    public static JsonObject Read(string path, string expected)
    {
        try
        {
            var values = JsonNode.Parse(File.ReadAllBytes(path), documentOptions: Lenient) as JsonObject
                ?? throw new EvalCoreException($"{path}: is not a JSON object; expected {expected}");
            CheckStrings(values);
            return values;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            string where = e is JsonException { LineNumber: { } line } ? $" (line {line + 1})" : "";
            throw new EvalCoreException($"{path}: is not JSON{where}; expected {expected}", e);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new EvalCoreException($"{path}: there is no such file; expected {expected}", e);
        }
        catch (Exception e) when (EvalCoreException.IsFileError(e))
        {
            throw EvalCoreException.CannotRead($"{path}:", e);
        }
    }

    /// <summary>
    /// Checks all strings: half a surrogate pair throws only when the string is read, and NUL characters are not
    /// allowed.
    /// </summary>
    /// <exception cref="InvalidOperationException">A string is invalid.</exception>
    private static void CheckStrings(JsonNode? node)
    {
        if (node is JsonObject map)
        {
            foreach (var (_, value) in map)
                CheckStrings(value);
        }
        else if (node is JsonArray list)
        {
            foreach (var value in list)
                CheckStrings(value);
        }
        else if (node?.GetValueKind() == JsonValueKind.String && node.GetValue<string>().Contains('\0', StringComparison.Ordinal))
        {
            throw new InvalidOperationException("A string contains a NUL character.");
        }
    }
}
