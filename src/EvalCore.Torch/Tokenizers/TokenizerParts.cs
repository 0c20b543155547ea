namespace EvalCore.Torch.Tokenizers;

/// <summary>What a tokenizer's files describe.</summary>
internal sealed class TokenizerParts
{
    /// <summary>The files.</summary>
    public required IReadOnlyList<string> Files { get; init; }

    /// <summary>Tokens that are found in the text before the rest is encoded.</summary>
    public required IReadOnlyList<AddedToken> AddedTokens { get; init; }

    /// <summary>Changes a piece of text before it is split.</summary>
    public required Func<string, string> Normalize { get; init; }

    /// <summary>Split pieces, one after the other.</summary>
    public required IReadOnlyList<Func<string, IEnumerable<string>>> PreTokenizers { get; init; }

    /// <summary>Encodes words.</summary>
    public required BytePairEncoding Model { get; init; }

    /// <summary>The ids before every text.</summary>
    public required IReadOnlyList<int> Before { get; init; }

    /// <summary>The ids after every text.</summary>
    public required IReadOnlyList<int> After { get; init; }

    /// <summary>From tokens to text.</summary>
    public required Func<IEnumerable<string>, string> Decode { get; init; }

    /// <summary>The token that pads; null where the files name none.</summary>
    public required string? PadToken { get; init; }

    /// <summary>The token at the beginning of a text; null where the files name none.</summary>
    public required string? BosToken { get; init; }

    /// <summary>Whether a text that is too long loses its beginning, not its end.</summary>
    public required bool TruncatesLeft { get; init; }
}
