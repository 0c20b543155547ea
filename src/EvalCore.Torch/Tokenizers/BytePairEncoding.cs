using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;

namespace EvalCore.Torch.Tokenizers;

/// <summary>
/// Byte-pair encoding (Sennrich et al., 2016) as Hugging Face's tokenizers 0.22 computes it. <c>BpeTokenizer</c> of
/// Microsoft.ML.Tokenizers 2.0.1 knows no bytes in place of letters that the vocabulary lacks, which PaliGemma's tokenizer
/// needs, and takes no merges of tokens with a space in them; so the merges are computed here, for all tokenizers.
/// </summary>
internal sealed class BytePairEncoding
{
    private readonly Dictionary<string, int> _ids;
    private readonly Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> _idsOfSpans;
    private readonly Dictionary<int, string> _tokens;
    private readonly Dictionary<(int Left, int Right), (int Rank, int Id)> _merges;
    private readonly int? _unknown;
    private readonly bool _fusesUnknown;
    private readonly bool _ignoresMerges;

    /// <summary>The ids of <c>&lt;0x00&gt;</c> to <c>&lt;0xFF&gt;</c>, null for those that the vocabulary lacks; empty without byte fallback.</summary>
    private readonly int?[] _bytes = [];

    /// <summary>Makes the model.</summary>
    /// <param name="vocabulary">The tokens and their ids.</param>
    /// <param name="merges">For two tokens that are merged the rank, lowest first, and the id of what they become.</param>
    /// <param name="unknown">What a letter becomes that the vocabulary lacks; null: nothing.</param>
    /// <param name="fusesUnknown">Whether several such letters become one token.</param>
    /// <param name="byteFallback">Whether such a letter becomes the tokens of its bytes, where the vocabulary has them.</param>
    /// <param name="ignoresMerges">Whether a word that is a token becomes that token, whatever the merges give.</param>
    public BytePairEncoding(
        Dictionary<string, int> vocabulary, Dictionary<(int Left, int Right), (int Rank, int Id)> merges, int? unknown,
        bool fusesUnknown, bool byteFallback, bool ignoresMerges)
    {
        (_ids, _merges, _unknown, _fusesUnknown, _ignoresMerges) = (vocabulary, merges, unknown, fusesUnknown, ignoresMerges);
        _idsOfSpans = _ids.GetAlternateLookup<ReadOnlySpan<char>>();
        _tokens = new Dictionary<int, string>(vocabulary.Count);
        foreach (var (token, id) in vocabulary)
            _tokens[id] = token;
        if (byteFallback)
            _bytes = [.. Enumerable.Range(0, 256).Select(value => _ids.TryGetValue($"<0x{value.ToString("X2", CultureInfo.InvariantCulture)}>", out int id) ? id : (int?)null)];
    }

    /// <summary>What a letter becomes that the vocabulary lacks; null: nothing.</summary>
    public int? Unknown => _unknown;

    /// <summary>How many tokens there are.</summary>
    public int Count => _ids.Count;

    /// <summary>Looks a token's id up.</summary>
    public bool TryGetId(string token, out int id) => _ids.TryGetValue(token, out id);

    /// <summary>Looks an id's token up.</summary>
    public bool TryGetToken(int id, [NotNullWhen(true)] out string? token) => _tokens.TryGetValue(id, out token);

    /// <summary>Appends the ids of a word.</summary>
    public void Encode(string word, List<int> ids)
    {
        if (_ignoresMerges && _ids.TryGetValue(word, out int whole))
        {
            ids.Add(whole);
            return;
        }

        var symbols = Letters(word);
        Merge(symbols, ids);
    }

    /// <summary>The ids of a word's letters.</summary>
    private List<int> Letters(string word)
    {
        var symbols = new List<int>(word.Length);
        bool unknown = false;
        Span<byte> bytes = stackalloc byte[4];
        for (int i = 0, length; i < word.Length; i += length)
        {
            Rune.DecodeFromUtf16(word.AsSpan(i), out var rune, out length);
            if (_idsOfSpans.TryGetValue(word.AsSpan(i, length), out int id))
            {
                if (unknown)
                    symbols.Add(_unknown!.Value);
                unknown = false;
                symbols.Add(id);
            }
            else if (_bytes.Length > 0 && AreKnown(bytes[..rune.EncodeToUtf8(bytes)]))
            {
                foreach (byte value in bytes[..rune.Utf8SequenceLength])
                    symbols.Add(_bytes[value]!.Value);
            }
            else if (_unknown is { } token)
            {
                if (unknown && !_fusesUnknown)
                    symbols.Add(token);
                unknown = true;
            }
        }

        if (unknown)
            symbols.Add(_unknown!.Value);
        return symbols;
    }

    private bool AreKnown(ReadOnlySpan<byte> bytes)
    {
        foreach (byte value in bytes)
        {
            if (_bytes[value] is null)
                return false;
        }

        return true;
    }

    /// <summary>Merges neighbours, those of the lowest rank first, of one rank the leftmost.</summary>
    private void Merge(List<int> symbols, List<int> ids)
    {
        int n = symbols.Count;
        int[] next = new int[n];
        int[] previous = new int[n];
        var waiting = new PriorityQueue<(int At, int Left, int Right, int Id), (int Rank, int At)>();
        for (int i = 0; i < n; i++)
            (previous[i], next[i]) = (i - 1, i + 1);
        for (int i = 0; i + 1 < n; i++)
            Consider(i);

        while (waiting.TryDequeue(out var pair, out _))
        {
            // Since it was found, one of the two may have been merged with another.
            int right = symbols[pair.At] == pair.Left ? next[pair.At] : n;
            if (right == n || symbols[right] != pair.Right)
                continue;
            symbols[pair.At] = pair.Id;
            symbols[right] = -1;
            next[pair.At] = next[right];
            if (next[right] < n)
                previous[next[right]] = pair.At;
            if (previous[pair.At] >= 0)
                Consider(previous[pair.At]);
            Consider(pair.At);
        }

        foreach (int symbol in symbols)
        {
            if (symbol >= 0)
                ids.Add(symbol);
        }

        void Consider(int at)
        {
            if (next[at] < n && _merges.TryGetValue((symbols[at], symbols[next[at]]), out var merge))
                waiting.Enqueue((at, symbols[at], symbols[next[at]], merge.Id), (merge.Rank, at));
        }
    }
}
