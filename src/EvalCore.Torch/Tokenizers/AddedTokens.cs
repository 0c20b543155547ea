using System.Globalization;
using System.Text;

namespace EvalCore.Torch.Tokenizers;

/// <summary>Finds added tokens in a text: from the left, of those that begin at one place the longest.</summary>
internal sealed class AddedTokens
{
    /// <summary>By the first letter; the longest first.</summary>
    private readonly Dictionary<char, AddedToken[]> _tokens;

    public AddedTokens(IEnumerable<AddedToken> tokens) => _tokens = tokens.Where(token => token.Content.Length > 0)
        .GroupBy(token => token.Content[0]).ToDictionary(group => group.Key, group => group.OrderByDescending(token => token.Content.Length).ToArray());

    /// <summary>Splits a text into added tokens and the pieces between them.</summary>
    /// <returns>In order: an id, or -1 and a piece that is not empty.</returns>
    public IEnumerable<(int Id, string Piece)> Split(string text)
    {
        int done = 0;
        for (int i = 0; i < text.Length;)
        {
            if (Find(text, i) is not { } token)
            {
                i++;
                continue;
            }

            int start = i;
            int stop = i + token.Content.Length;
            i = stop;
            if (start < done || (token.SingleWord && (IsWordBefore(text, start) || IsWordAt(text, stop))))
                continue;
            while (token.StripsLeft && start > done && char.IsWhiteSpace(text[start - 1]))
                start--;
            while (token.StripsRight && stop < text.Length && char.IsWhiteSpace(text[stop]))
                stop++;
            if (done < start)
                yield return (-1, text[done..start]);
            yield return (token.Id, "");
            done = stop;
        }

        if (done < text.Length)
            yield return (-1, text[done..]);
    }

    private AddedToken? Find(string text, int at)
    {
        if (!_tokens.TryGetValue(text[at], out var tokens))
            return null;
        foreach (var token in tokens)
        {
            if (text.AsSpan(at).StartsWith(token.Content, StringComparison.Ordinal))
                return token;
        }

        return null;
    }

    private static bool IsWordBefore(string text, int at) =>
        Rune.DecodeLastFromUtf16(text.AsSpan(0, at), out var rune, out _) == System.Buffers.OperationStatus.Done && IsWord(rune);

    private static bool IsWordAt(string text, int at) =>
        Rune.DecodeFromUtf16(text.AsSpan(at), out var rune, out _) == System.Buffers.OperationStatus.Done && IsWord(rune);

    /// <summary>What a regular expression's <c>\w</c> is.</summary>
    private static bool IsWord(Rune rune) => Rune.IsLetter(rune) || Rune.GetUnicodeCategory(rune)
        is UnicodeCategory.DecimalDigitNumber or UnicodeCategory.ConnectorPunctuation or UnicodeCategory.LetterNumber
        or UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark or UnicodeCategory.EnclosingMark;
}
