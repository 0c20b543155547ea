using System.Text;

namespace EvalCore.Torch.Tokenizers;

/// <summary>
/// GPT-2's alphabet, in which each byte of UTF-8 is one printable letter, and GPT-2's division of a text into words.
/// </summary>
internal static class ByteLevel
{
    private static readonly string[] Contractions = ["'s", "'t", "'re", "'ve", "'m", "'ll", "'d"];

    private static readonly char[] Letters = MakeLetters();

    private static readonly Dictionary<char, byte> Bytes = Enumerable.Range(0, 256).ToDictionary(value => Letters[value], value => (byte)value);

    /// <summary>A text's bytes in the alphabet.</summary>
    public static string Encode(string text) =>
        string.Create(Encoding.UTF8.GetByteCount(text), text, static (letters, text) =>
        {
            byte[] bytes = Encoding.UTF8.GetBytes(text);
            for (int i = 0; i < bytes.Length; i++)
                letters[i] = Letters[bytes[i]];
        });

    /// <summary>
    /// The text of tokens. A token with a letter outside the alphabet stands for its own text: FAST's vocabulary has control
    /// characters.
    /// </summary>
    public static string Decode(IEnumerable<string> tokens)
    {
        var bytes = new List<byte>();
        foreach (string token in tokens)
        {
            if (token.All(Bytes.ContainsKey))
                bytes.AddRange(token.Select(letter => Bytes[letter]));
            else
                bytes.AddRange(Encoding.UTF8.GetBytes(token));
        }

        return Encoding.UTF8.GetString([.. bytes]);
    }

    /// <summary>
    /// Splits a text as GPT-2's expression does:
    /// <c>'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+</c>. It is written out because .NET's
    /// expressions read a letter beyond U+FFFF as two that are no letters.
    /// </summary>
    public static IEnumerable<string> Split(string text)
    {
        for (int start = 0, end; start < text.Length; start = end)
        {
            end = End(text, start);
            yield return text[start..end];
        }
    }

    private static int End(string text, int start)
    {
        foreach (string contraction in Contractions)
        {
            if (string.CompareOrdinal(text, start, contraction, 0, contraction.Length) == 0)
                return start + contraction.Length;
        }

        var kind = KindAt(text, start, out int length);
        if (text[start] == ' ' && KindAt(text, start + 1, out int next) is var following and not (Kind.Space or Kind.End))
            (kind, length) = (following, 1 + next);
        int end = start + length;
        while (KindAt(text, end, out length) == kind)
            end += length;

        // White space leaves its last letter to what follows, and stands alone where it has only that one.
        return kind == Kind.Space && end < text.Length && end - start > 1 ? end - 1 : end;
    }

    private static Kind KindAt(string text, int at, out int length)
    {
        length = 0;
        if (at >= text.Length)
            return Kind.End;
        Rune.DecodeFromUtf16(text.AsSpan(at), out var rune, out length);
        return Rune.IsLetter(rune) ? Kind.Letter
            : Rune.IsNumber(rune) ? Kind.Number
            : Rune.IsWhiteSpace(rune) ? Kind.Space : Kind.Other;
    }

    /// <summary>Bytes that are printable in Latin-1 stand for themselves, the others for letters from U+0100 on.</summary>
    private static char[] MakeLetters()
    {
        char[] letters = new char[256];
        int others = 0;
        for (int value = 0; value < letters.Length; value++)
            letters[value] = value is (>= '!' and <= '~') or (>= '¡' and <= '¬') or (>= '®' and <= 'ÿ') ? (char)value : (char)(256 + others++);
        return letters;
    }

    private enum Kind
    {
        Letter,
        Number,
        Space,
        Other,
        End,
    }
}
