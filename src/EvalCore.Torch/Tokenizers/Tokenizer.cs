namespace EvalCore.Torch.Tokenizers;

/// <summary>
/// A tokenizer of Hugging Face's <c>tokenizers</c>, as far as LeRobot's policies use them. A text is cut at added tokens and
/// normalised; the pieces are split into words, the words encoded, and the special tokens of a sequence put around the ids.
/// </summary>
internal sealed class Tokenizer
{
    private readonly TokenizerParts _parts;
    private readonly AddedTokens _inText;
    private readonly AddedTokens _inNormalized;
    private readonly Dictionary<string, int> _addedIds = [];
    private readonly Dictionary<int, string> _addedTokens = [];

    internal Tokenizer(TokenizerParts parts)
    {
        _parts = parts;
        foreach (var token in parts.AddedTokens)
        {
            _addedIds[token.Content] = token.Id;
            _addedTokens[token.Id] = token.Content;
        }

        _inText = new AddedTokens(parts.AddedTokens.Where(token => !token.Normalized));
        _inNormalized = new AddedTokens(parts.AddedTokens.Where(token => token.Normalized).Select(token => token with { Content = parts.Normalize(token.Content) }));
    }

    /// <summary>The files that it was read from.</summary>
    public IReadOnlyList<string> Files => _parts.Files;

    /// <summary>How many tokens the model has, added ones not counted.</summary>
    public int VocabularySize => _parts.Model.Count;

    /// <summary>The text of the token after the last one of a shorter text, as the files name it, known or not; null where they name none.</summary>
    public string? PadToken => _parts.PadToken;

    /// <summary>What stands after the last token of a shorter text; null where the files name none.</summary>
    public int? PadId => _parts.PadToken is { } token ? IdOf(token) : null;

    /// <summary>What stands for what the vocabulary lacks; null: nothing does.</summary>
    public int? UnknownId => _parts.Model.Unknown;

    /// <summary>The token at the beginning of a text, by the files of the tokenizer; null where they name none.</summary>
    public int? BosId => _parts.BosToken is { } token ? IdOf(token) : null;

    /// <summary>How many special tokens are put around every text.</summary>
    public int SpecialTokens => _parts.Before.Count + _parts.After.Count;

    /// <summary>Reads <c>tokenizer.json</c> and what is beside it.</summary>
    /// <param name="folder">The folder.</param>
    /// <exception cref="EvalCoreException">A file is missing, damaged, or of a kind that is not known.</exception>
    public static Tokenizer Load(string folder) => new(TokenizerFile.Read(folder));

    /// <summary>The ids of a text.</summary>
    /// <param name="text">The text.</param>
    /// <param name="specialTokens">Whether the special tokens of a sequence are put around it.</param>
    /// <param name="maxLength">How many ids there may be, special ones included; a longer text loses what its files say: its end, or its beginning.</param>
    public int[] Encode(string text, bool specialTokens = true, int? maxLength = null)
    {
        var ids = new List<int>();
        foreach (var (added, piece) in _inText.Split(text))
        {
            if (added >= 0)
                ids.Add(added);
            else
                EncodePiece(piece, ids);
        }

        int around = specialTokens ? SpecialTokens : 0;
        if (maxLength is { } most && ids.Count > most - around)
        {
            int kept = Math.Max(0, most - around);
            ids.RemoveRange(_parts.TruncatesLeft ? 0 : kept, ids.Count - kept);
        }

        return specialTokens ? [.. _parts.Before, .. ids, .. _parts.After] : [.. ids];
    }

    /// <summary>The text of ids, special tokens included. Ids that stand for nothing are left out.</summary>
    public string Decode(IEnumerable<int> ids) => _parts.Decode(ids.Select(TokenOf).OfType<string>());

    /// <summary>The token of an id; null where there is none.</summary>
    public string? TokenOf(int id) => _addedTokens.TryGetValue(id, out string? token) || _parts.Model.TryGetToken(id, out token) ? token : null;

    /// <summary>The id of a token; null where there is none.</summary>
    public int? IdOf(string token) => _addedIds.TryGetValue(token, out int id) || _parts.Model.TryGetId(token, out id) ? id : null;

    private void EncodePiece(string text, List<int> ids)
    {
        foreach (var (added, piece) in _inNormalized.Split(_parts.Normalize(text)))
        {
            if (added >= 0)
            {
                ids.Add(added);
                continue;
            }

            IEnumerable<string> words = [piece];
            foreach (var split in _parts.PreTokenizers)
                words = words.SelectMany(split);
            foreach (string word in words)
                _parts.Model.Encode(word, ids);
        }
    }
}
