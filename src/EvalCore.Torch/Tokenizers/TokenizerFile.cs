using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using EvalCore.Files;
using EvalCore.Options;
using Safetensors;

namespace EvalCore.Torch.Tokenizers;

/// <summary>
/// Reads <c>tokenizer.json</c>, the file format of Hugging Face's tokenizers 0.22, as far as LeRobot's policies use it: byte-pair
/// encoding of bytes (GPT-2, SmolVLM2, BART, FAST) and of letters with byte fallback (Gemma).
/// </summary>
internal sealed class TokenizerFile
{
    /// <summary>The file's name.</summary>
    public const string Name = "tokenizer.json";

    private const string Expected = "a tokenizer of Hugging Face's tokenizers";

    private const int MaxBytes = 1 << 28;

    /// <summary>The largest id that a file may give; a vocabulary has a few 100,000 tokens.</summary>
    private const int MaxId = 1 << 24;

    private static readonly JsonDocumentOptions Lenient = new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true };

    private readonly string _path;

    private TokenizerFile(string path) => _path = path;

    /// <summary>Reads the files of a folder.</summary>
    /// <exception cref="EvalCoreException">A file is missing, damaged, or of a kind that is not known.</exception>
    public static TokenizerParts Read(string folder)
    {
        string path = Path.Combine(folder, Name);
        var files = new List<string> { path };
        var special = new SpecialTokens();
        foreach (string name in (string[])["tokenizer_config.json", "special_tokens_map.json"])
        {
            string config = Path.Combine(folder, name);
            if (!File.Exists(config))
                continue;
            files.Add(config);
            var fields = JsonFile.Read(config, "the configuration of a tokenizer");
            special = new SpecialTokens(
                special.Pad ?? Content(fields["pad_token"]), special.Bos ?? Content(fields["bos_token"]),
                special.TruncatesLeft || fields["truncation_side"]?.ToString() == "left");
        }

        try
        {
            return new TokenizerFile(path).Parse(ReadBytes(path), files, special);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new EvalCoreException($"{path}: there is no such file; expected {Expected}", e);
        }
        catch (Exception e) when (EvalCoreException.IsFileError(e))
        {
            throw EvalCoreException.CannotRead($"{path}:", e);
        }
    }

    /// <summary>A special token: a string, or an object with it.</summary>
    private static string? Content(JsonNode? token) => (token is JsonObject added ? added["content"] : token)?.ToString();

    private static byte[] ReadBytes(string path)
    {
        using var file = InputFile.Open(path);
        if (file.Length > MaxBytes)
            throw new EvalCoreException($"{path}: has more than {MaxBytes} bytes; expected {Expected}");
        byte[] content = new byte[file.Length];
        file.ReadExactly(content);
        return content;
    }

    private TokenizerParts Parse(ReadOnlyMemory<byte> content, List<string> files, SpecialTokens special)
    {
        if (content.Span.StartsWith(Encoding.UTF8.Preamble))
            content = content[Encoding.UTF8.Preamble.Length..];
        if (content.Span.Trim(" \t\r\n"u8).IsEmpty)
            throw new EvalCoreException($"{_path}: is empty; expected {Expected}");
        if (ForeignContent.Describe(content.Span) is { } other)
            throw new EvalCoreException($"{_path}: {other}");
        try
        {
            using var json = JsonDocument.Parse(content, Lenient);
            return Parse(json.RootElement, files, special);
        }
        catch (JsonException e)
        {
            throw new EvalCoreException($"{_path}: is not JSON (line {e.LineNumber + 1}); expected {Expected}", e);
        }
        catch (InvalidOperationException e)
        {
            // All kinds of values are checked; what is left is text with half of a surrogate pair.
            throw new EvalCoreException($"{_path}: has a string that is not valid text; expected {Expected}", e);
        }
    }

    private TokenizerParts Parse(JsonElement root, List<string> files, SpecialTokens special)
    {
        if (root.ValueKind != JsonValueKind.Object)
            throw new EvalCoreException($"{_path}: is not a JSON object; expected {Expected}");
        var model = Model(Member(root, "model", JsonValueKind.Object));
        AddedToken[] added = [.. Elements(root, "added_tokens").Select(token => AddedToken(token, model))];
        var (before, after) = Member(root, "post_processor") is { } post ? Around(post) : ([], []);
        return new TokenizerParts
        {
            Files = files,
            AddedTokens = added,
            Normalize = Member(root, "normalizer") is { } normalizer ? Normalizer(normalizer) : text => text,
            PreTokenizers = Member(root, "pre_tokenizer") is { } split ? [.. PreTokenizers(split)] : [],
            Model = model,
            Before = before,
            After = after,
            Decode = Decoder(Member(root, "decoder")),
            PadToken = special.Pad ?? (Member(root, "padding") is { } padding ? Text(padding, "pad_token") : null)
                ?? added.FirstOrDefault(token => token.Content is "<pad>" or "[PAD]")?.Content,
            BosToken = special.Bos,
            TruncatesLeft = special.TruncatesLeft,
        };
    }

    private BytePairEncoding Model(JsonElement model)
    {
        // The oldest files do not state the type of a model with merges.
        string type = Member(model, "type") is null && Member(model, "merges") is not null ? "BPE" : Text(model, "type");
        if (type != "BPE")
            throw Unknown("model", type, "BPE");
        foreach (string affix in (string[])["continuing_subword_prefix", "end_of_word_suffix"])
        {
            if (Member(model, affix) is not null && Text(model, affix).Length > 0)
                throw new EvalCoreException($"{_path}: {affix} of the model is '{Text(model, affix)}', which is not known here; it must be null");
        }

        var vocabulary = new Dictionary<string, int>();
        foreach (var token in Member(model, "vocab", JsonValueKind.Object).EnumerateObject())
            vocabulary[token.Name] = Id(token.Value, "vocab");
        if (vocabulary.Count == 0)
            throw Damaged("vocab");
        var merges = new Dictionary<(int Left, int Right), (int Rank, int Id)>();
        int rank = 0;
        foreach (var merge in Elements(model, "merges"))
        {
            rank++;
            var (left, right) = Pair(merge);
            if (!vocabulary.TryGetValue(left, out int leftId) || !vocabulary.TryGetValue(right, out int rightId) || !vocabulary.TryGetValue(left + right, out int id))
                throw new EvalCoreException($"{_path}: merge {rank} is of '{Printable(left)}' and '{Printable(right)}', but vocab has not both and what they become");
            merges[(leftId, rightId)] = (rank, id);
        }

        int? unknown = null;
        if (Member(model, "unk_token") is not null)
        {
            unknown = vocabulary.TryGetValue(Text(model, "unk_token"), out int id)
                ? id
                : throw new EvalCoreException($"{_path}: vocab has no '{Printable(Text(model, "unk_token"))}', the unk_token");
        }

        return new BytePairEncoding(
            vocabulary, merges, unknown, Flag(model, "fuse_unk"), Flag(model, "byte_fallback"), Flag(model, "ignore_merges"));
    }

    /// <summary>Two tokens: a list of them, or in older files one string with a space between them.</summary>
    private (string Left, string Right) Pair(JsonElement merge)
    {
        if (merge.ValueKind == JsonValueKind.Array && merge.GetArrayLength() == 2 && merge[0].ValueKind == JsonValueKind.String && merge[1].ValueKind == JsonValueKind.String)
            return (merge[0].GetString()!, merge[1].GetString()!);
        return merge.ValueKind == JsonValueKind.String && merge.GetString()!.Split(' ') is [var left, var right]
            ? (left, right)
            : throw Damaged("merges");
    }

    private AddedToken AddedToken(JsonElement token, BytePairEncoding model)
    {
        if (token.ValueKind != JsonValueKind.Object)
            throw Damaged("added_tokens");
        string content = Text(token, "content");
        int id = Id(Member(token, "id") ?? throw Damaged("added_tokens"), "added_tokens");
        return new AddedToken(
            content, model.TryGetId(content, out int known) ? known : id,
            Flag(token, "single_word"), Flag(token, "lstrip"), Flag(token, "rstrip"), Flag(token, "normalized"));
    }

    private Func<string, string> Normalizer(JsonElement normalizer)
    {
        string type = Type(normalizer, "normalizer");
        switch (type)
        {
            case "Sequence":
                Func<string, string>[] all = [.. Elements(normalizer, "normalizers").Select(Normalizer)];
                return text => all.Aggregate(text, (changed, one) => one(changed));
            case "Replace":
                return Replacement(normalizer);
            case "Prepend":
                string prefix = Text(normalizer, "prepend");
                return text => text.Length == 0 ? text : prefix + text;
            default:
                throw Unknown("normalizer", type, "Sequence, Replace, Prepend");
        }
    }

    /// <summary>A string in place of another.</summary>
    private Func<string, string> Replacement(JsonElement json)
    {
        string pattern = Pattern(json);
        string content = Text(json, "content");
        return text => text.Replace(pattern, content, StringComparison.Ordinal);
    }

    private string Pattern(JsonElement json)
    {
        var pattern = Member(json, "pattern", JsonValueKind.Object);
        if (Member(pattern, "String") is null)
            throw new EvalCoreException($"{_path}: a pattern of '{Type(json, "pattern")}' is no String, which is the only kind that is known here");
        string text = Text(pattern, "String");
        return text.Length > 0 ? text : throw Damaged("pattern");
    }

    private IEnumerable<Func<string, IEnumerable<string>>> PreTokenizers(JsonElement json)
    {
        string type = Type(json, "pre_tokenizer");
        switch (type)
        {
            case "Sequence":
                return Elements(json, "pretokenizers").SelectMany(PreTokenizers).ToList();
            case "ByteLevel":
                bool prefix = Flag(json, "add_prefix_space", otherwise: true);
                bool words = Flag(json, "use_regex", otherwise: true);
                return
                [
                    piece =>
                    {
                        string text = prefix && piece is not ['\x20', ..] ? " " + piece : piece;
                        return (words ? ByteLevel.Split(text) : [text]).Select(ByteLevel.Encode);
                    },
                ];
            case "Digits":
                bool individual = Flag(json, "individual_digits");
                return [piece => SplitDigits(piece, individual)];
            case "Split":
                string pattern = Pattern(json);
                string behavior = Text(json, "behavior");
                if (behavior is not ("Removed" or "Isolated" or "MergedWithPrevious" or "MergedWithNext") || Flag(json, "invert"))
                    throw Unknown("pre_tokenizer", $"Split with the behavior {behavior}{(Flag(json, "invert") ? ", inverted" : "")}", "Removed, Isolated, MergedWithPrevious, MergedWithNext");
                return [piece => SplitAt(piece, pattern, behavior)];
            default:
                throw Unknown("pre_tokenizer", type, "Sequence, ByteLevel, Digits, Split");
        }
    }

    /// <summary>Digits apart from other letters, each one alone or those that are together.</summary>
    private static IEnumerable<string> SplitDigits(string text, bool individual)
    {
        int start = 0;
        bool? digits = null;
        for (int i = 0, length; i < text.Length; i += length)
        {
            Rune.DecodeFromUtf16(text.AsSpan(i), out var rune, out length);
            bool digit = Rune.IsNumber(rune);
            if (i > start && (digit != digits || (digit && individual)))
            {
                yield return text[start..i];
                start = i;
            }

            digits = digit;
        }

        if (start < text.Length)
            yield return text[start..];
    }

    private static IEnumerable<string> SplitAt(string text, string pattern, string behavior)
    {
        int start = 0;
        int from = 0;
        while (text.IndexOf(pattern, from, StringComparison.Ordinal) is var at and >= 0)
        {
            int end = at + pattern.Length;
            var (cut, next) = behavior switch
            {
                "MergedWithPrevious" => (end, end),
                "MergedWithNext" => (at, at),
                _ => (at, end),
            };
            if (cut > start)
                yield return text[start..cut];
            if (behavior == "Isolated")
                yield return pattern;
            (start, from) = (next, end);
        }

        if (start < text.Length)
            yield return text[start..];
    }

    /// <summary>The ids that are put before and after a text.</summary>
    private (IReadOnlyList<int> Before, IReadOnlyList<int> After) Around(JsonElement post)
    {
        string type = Type(post, "post_processor");
        switch (type)
        {
            case "ByteLevel":
                return ([], []);
            case "RobertaProcessing" or "BertProcessing":
                return ([SpecialToken(post, "cls")], [SpecialToken(post, "sep")]);
            case "Sequence":
                var all = Elements(post, "processors").Select(Around).ToList();
                return ([.. Enumerable.Reverse(all).SelectMany(one => one.Before)], [.. all.SelectMany(one => one.After)]);
            case "TemplateProcessing":
                List<int> before = [];
                List<int> after = [];
                bool seen = false;
                foreach (var part in Elements(post, "single"))
                {
                    if (part.ValueKind != JsonValueKind.Object)
                        throw Damaged("post_processor");
                    if (Member(part, "Sequence") is not null)
                    {
                        seen = seen ? throw Damaged("post_processor") : true;
                        continue;
                    }

                    string name = Text(Member(part, "SpecialToken", JsonValueKind.Object), "id");
                    var token = Member(Member(post, "special_tokens", JsonValueKind.Object), name, JsonValueKind.Object);
                    (seen ? after : before).AddRange(Elements(token, "ids").Select(id => Id(id, "post_processor")));
                }

                return seen ? (before, after) : throw Damaged("post_processor");
            default:
                throw Unknown("post_processor", type, "TemplateProcessing, RobertaProcessing, BertProcessing, ByteLevel, Sequence");
        }
    }

    /// <summary>The id of a pair of a token and its id.</summary>
    private int SpecialToken(JsonElement post, string name)
    {
        var pair = Member(post, name, JsonValueKind.Array);
        return pair.GetArrayLength() == 2 ? Id(pair[1], "post_processor") : throw Damaged("post_processor");
    }

    private Func<IEnumerable<string>, string> Decoder(JsonElement? decoder)
    {
        if (decoder is not { } json)
            return tokens => string.Join(' ', tokens);
        if (Type(json, "decoder") == "ByteLevel")
            return ByteLevel.Decode;
        Func<IEnumerable<string>, IEnumerable<string>>[] steps = [.. Decoders(json)];
        return tokens => string.Concat(steps.Aggregate(tokens, (changed, step) => step(changed)));
    }

    private IEnumerable<Func<IEnumerable<string>, IEnumerable<string>>> Decoders(JsonElement json)
    {
        string type = Type(json, "decoder");
        switch (type)
        {
            case "Sequence":
                return Elements(json, "decoders").SelectMany(Decoders).ToList();
            case "ByteLevel":
                return [tokens => [ByteLevel.Decode(tokens)]];
            case "Fuse":
                return [tokens => [string.Concat(tokens)]];
            case "ByteFallback":
                return [FuseBytes];
            case "Replace":
                var replace = Replacement(json);
                return [tokens => tokens.Select(replace)];
            default:
                throw Unknown("decoder", type, "Sequence, ByteLevel, Fuse, ByteFallback, Replace");
        }
    }

    /// <summary>Tokens of bytes that stand together become their text, or where they are no UTF-8 a replacement character each.</summary>
    private static IEnumerable<string> FuseBytes(IEnumerable<string> tokens)
    {
        var bytes = new List<byte>();
        foreach (string token in tokens)
        {
            if (token is ['<', '0', 'x', _, _, '>'] && byte.TryParse(token.AsSpan(3, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out byte value))
            {
                bytes.Add(value);
                continue;
            }

            if (bytes.Count > 0)
                yield return Characters(bytes);
            bytes.Clear();
            yield return token;
        }

        if (bytes.Count > 0)
            yield return Characters(bytes);

        static string Characters(List<byte> bytes)
        {
            try
            {
                return new UTF8Encoding(false, throwOnInvalidBytes: true).GetString([.. bytes]);
            }
            catch (DecoderFallbackException)
            {
                return new string('\uFFFD', bytes.Count);
            }
        }
    }

    private string Type(JsonElement part, string name) =>
        part.ValueKind == JsonValueKind.Object ? Text(part, "type") : throw Damaged(name);

    /// <summary>A member of an object; null where it is missing or null.</summary>
    private static JsonElement? Member(JsonElement of, string name) =>
        of.ValueKind == JsonValueKind.Object && of.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;

    private JsonElement Member(JsonElement of, string name, JsonValueKind kind) =>
        Member(of, name) is { } value && value.ValueKind == kind ? value : throw Damaged(name);

    private string Text(JsonElement of, string name) => Member(of, name, JsonValueKind.String).GetString()!;

    private bool Flag(JsonElement of, string name, bool otherwise = false) => Member(of, name) switch
    {
        null => otherwise,
        { ValueKind: JsonValueKind.True } => true,
        { ValueKind: JsonValueKind.False } => false,
        _ => throw Damaged(name),
    };

    /// <summary>The elements of a list; none where it is missing.</summary>
    private JsonElement.ArrayEnumerator Elements(JsonElement of, string name) => Member(of, name) switch
    {
        null => default,
        { ValueKind: JsonValueKind.Array } list => list.EnumerateArray(),
        _ => throw Damaged(name),
    };

    private int Id(JsonElement value, string part) =>
        value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out int id) && id is >= 0 and <= MaxId ? id : throw Damaged(part);

    private EvalCoreException Damaged(string part) =>
        new($"{_path}: '{Printable(part)}' is missing or is not what Hugging Face's tokenizers write there; take the file of the trained policy again");

    private EvalCoreException Unknown(string part, string type, string known) =>
        new($"{_path}: {part} is of the kind '{Printable(type)}', which this version does not know; known are {known}");

    private static string Printable(string text) => string.Concat(text.Take(40).Select(c => char.IsControl(c) || char.IsSurrogate(c) ? $"\\u{(int)c:x4}" : c.ToString()));

    /// <summary>What the configuration beside the file says.</summary>
    private sealed record SpecialTokens(string? Pad = null, string? Bos = null, bool TruncatesLeft = false);
}
