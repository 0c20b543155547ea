using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using EvalCore.Files;
using Safetensors;

namespace EvalCore.Options;

/// <summary>
/// Reads a JSON object from a file that a person or another program wrote. Besides JSON it reads a byte order mark,
/// comments, trailing commas, and the bare words <c>NaN</c>, <c>Infinity</c> and <c>-Infinity</c>, which Python's
/// <c>json</c> writes: they become strings of the same letters.
/// </summary>
public static class JsonFile
{
    private const int LongestWord = 24;

    /// <summary>A file with more bytes is something else; a device has no end at all.</summary>
    private const int MaxBytes = 1 << 26;

    private static readonly JsonDocumentOptions Lenient = new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true };

    private static readonly string[] NonFinite = ["NaN", "Infinity", "-Infinity"];

    /// <summary>Reads a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="expected">The expected content, for the message: <c>a configuration file</c>.</param>
    /// <exception cref="EvalCoreException">
    /// The file is missing, cannot be read, or is not a JSON object; the message states line, column and word, or the key
    /// that an object has twice.
    /// </exception>
    public static JsonObject Read(string path, string expected)
    {
        try
        {
            return Directory.Exists(path)
                ? throw new EvalCoreException($"{path}: is a folder; expected {expected}")
                : Parse(ReadBytes(path, expected), path, expected);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new EvalCoreException(
                new FileInfo(path).LinkTarget is { } target
                    ? $"{path}: is a link to '{target}', which is not there"
                    : $"{path}: there is no such file; expected {expected}", e);
        }
        catch (Exception e) when (EvalCoreException.IsFileError(e))
        {
            throw EvalCoreException.CannotRead($"{path}:", e);
        }
    }

    /// <summary>Reads the content of a file.</summary>
    /// <param name="content">The file's bytes: UTF-8, or UTF-16 with a byte order mark.</param>
    /// <param name="path">The file, for the message.</param>
    /// <param name="expected">The expected content, for the message.</param>
    /// <exception cref="EvalCoreException">As <see cref="Read"/>.</exception>
    public static JsonObject Parse(ReadOnlySpan<byte> content, string path, string expected)
    {
        byte[] text = WithoutMark(content);
        if (text.AsSpan().Trim(" \t\r\n"u8).IsEmpty)
            throw new EvalCoreException($"{path}: is empty ({content.Length} bytes); expected {expected}");
        if (ForeignContent.Describe(text) is { } other)
            throw new EvalCoreException($"{path}: {other}");

        if (Problem(text, out byte[] json) is { } problem)
            throw new EvalCoreException($"{path}: {problem}; expected {expected}");
        return JsonNode.Parse(json, documentOptions: Lenient) as JsonObject
            ?? throw new EvalCoreException($"{path}: is not a JSON object; expected {expected}");
    }

    /// <summary>What is wrong with a text, in a phrase with line, column and word; null where it is JSON.</summary>
    /// <param name="text">The text, in UTF-8.</param>
    /// <param name="json">The text with the bare words of numbers that are not finite in quotes.</param>
    internal static string? Problem(byte[] text, out byte[] json)
    {
        json = Quoted(text, out var inserted);
        if (Fault(json) is not (var at, var what))
            return null;
        var (line, column, word) = Place(text, at - inserted.Count(index => index < at));
        return what.Length > 0 ? $"{what} (line {line}, column {column})" : $"is not JSON (line {line}, column {column}: {word})";
    }

    private static byte[] ReadBytes(string path, string expected)
    {
        using var file = InputFile.Open(path);
        using var content = new MemoryStream();
        byte[] part = new byte[1 << 16];
        while (file.Read(part) is var read and > 0)
        {
            if (content.Length + read > MaxBytes)
                throw new EvalCoreException($"{path}: has more than {MaxBytes} bytes; expected {expected}");
            content.Write(part, 0, read);
        }

        return content.ToArray();
    }

    /// <summary>The text in UTF-8, without a byte order mark.</summary>
    private static byte[] WithoutMark(ReadOnlySpan<byte> content) => content switch
    {
        [0xEF, 0xBB, 0xBF, ..] => content[3..].ToArray(),
        [0xFF, 0xFE, ..] => Encoding.UTF8.GetBytes(Encoding.Unicode.GetString(content[2..])),
        [0xFE, 0xFF, ..] => Encoding.UTF8.GetBytes(Encoding.BigEndianUnicode.GetString(content[2..])),
        _ => content.ToArray(),
    };

    /// <summary>
    /// Where the text is no JSON: the index of the byte, and what is wrong where it is more than the word there; null where
    /// it is JSON. Strings that cannot be text (half of a surrogate pair) or contain NUL, and keys that an object has twice,
    /// are faults too: JSON allows them, and they would throw later, when they are used.
    /// </summary>
    private static (int At, string What)? Fault(byte[] json)
    {
        var reader = new Utf8JsonReader(json, new JsonReaderOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true });
        var objects = new Stack<HashSet<string>>();
        try
        {
            while (reader.Read())
            {
                if (reader.TokenType == JsonTokenType.StartObject)
                    objects.Push([]);
                else if (reader.TokenType == JsonTokenType.EndObject)
                    objects.Pop();
                else if (reader.TokenType is JsonTokenType.PropertyName or JsonTokenType.String && Text(ref reader) is var text)
                {
                    if (text is null || text.Contains('\0', StringComparison.Ordinal))
                        return ((int)reader.TokenStartIndex, "has a string that is not valid text");
                    if (reader.TokenType == JsonTokenType.PropertyName && !objects.Peek().Add(text))
                        return ((int)reader.TokenStartIndex, $"has the key '{Shown(text)}' twice");
                }
            }

            return null;
        }
        catch (JsonException e)
        {
            return (Index(json, e.LineNumber ?? 0, e.BytePositionInLine ?? 0), "");
        }
    }

    private static string? Text(ref Utf8JsonReader reader)
    {
        try
        {
            return reader.GetString();
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }

    private static int Index(byte[] json, long line, long position)
    {
        int start = 0;
        for (long i = 0; i < line; i++)
            start += json.AsSpan(start).IndexOf((byte)'\n') + 1;
        return (int)Math.Min(start + position, json.Length);
    }

    /// <summary>Line and column, both from 1, of the word at an index, and that word for a message.</summary>
    private static (int Line, int Column, string Word) Place(ReadOnlySpan<byte> text, int at)
    {
        while (at > 0 && at <= text.Length && IsWord(text[at - 1]) && (at == text.Length || IsWord(text[at])))
            at--;
        int line = text[..at].Count((byte)'\n') + 1;
        int start = text[..at].LastIndexOf((byte)'\n') + 1;
        int column = Encoding.UTF8.GetCharCount(text[start..at]) + 1;
        if (at >= text.Length)
            return (line, column, "the end of the file");
        int length = 1;
        while (at + length < text.Length && (IsWord(text[at]) ? IsWord(text[at + length]) : (text[at + length] & 0xC0) == 0x80))
            length++;
        return (line, column, $"'{Shown(Encoding.UTF8.GetString(text.Slice(at, length)))}'");
    }

    private static bool IsWord(byte letter) => char.IsAsciiLetterOrDigit((char)letter) || letter is (byte)'_' or (byte)'.' or (byte)'-' or (byte)'+' or >= 0x80;

    private static string Shown(string text) =>
        EvalCoreException.Printable(text.Length <= LongestWord ? text : text[..LongestWord] + "…");

    /// <summary>Puts quotes around the bare words of numbers that are not finite.</summary>
    /// <param name="text">The text.</param>
    /// <param name="inserted">The indices of the quotes in the result.</param>
    internal static byte[] Quoted(byte[] text, out List<int> inserted)
    {
        inserted = [];
        if (!NonFinite.Any(word => text.AsSpan().IndexOf(Encoding.ASCII.GetBytes(word)) >= 0))
            return text;
        var quoted = new List<byte>(text.Length + 16);
        int i = 0;
        while (i < text.Length)
        {
            var rest = text.AsSpan(i);
            int length = Skipped(rest);
            bool word = false;
            if (length == 0 && IsWord(rest[0]))
            {
                while (length < rest.Length && IsWord(rest[length]))
                    length++;
                word = NonFinite.Contains(Encoding.ASCII.GetString(rest[..length]));
            }

            if (word)
            {
                inserted.Add(quoted.Count);
                quoted.Add((byte)'"');
            }

            quoted.AddRange(rest[..Math.Max(length, 1)]);
            if (word)
            {
                inserted.Add(quoted.Count);
                quoted.Add((byte)'"');
            }

            i += Math.Max(length, 1);
        }

        return [.. quoted];
    }

    /// <summary>The length of the string or comment that a text begins with; 0 where it begins with something else.</summary>
    private static int Skipped(ReadOnlySpan<byte> text)
    {
        if (text.StartsWith("//"u8))
            return text.IndexOf((byte)'\n') is >= 0 and var end ? end : text.Length;
        if (text.StartsWith("/*"u8))
            return text[2..].IndexOf("*/"u8) is >= 0 and var end ? end + 4 : text.Length;
        if (text[0] != '"')
            return 0;
        int i = 1;
        while (i < text.Length && text[i] != '"')
            i += text[i] == '\\' ? 2 : 1;
        return Math.Min(i + 1, text.Length);
    }
}
