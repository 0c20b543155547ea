using EvalCore.Torch.Tokenizers;

namespace EvalCore.Torch.Policies.Pi0Fast;

/// <summary>
/// How tokens of the language model stand for actions: after <c>Action: </c> and up to <c>|</c>, a token of the FAST tokenizer
/// is one of the text tokenizer's last tokens, counted from the end.
/// </summary>
internal sealed class ActionTokens
{
    private const string Prefix = "Action: ";

    private const string End = "|";

    private readonly Pi0FastConfig _config;
    private readonly Tokenizer _text;
    private readonly FastTokenizer _fast;
    private readonly int[] _prefix;

    /// <summary>Loads both tokenizers.</summary>
    /// <exception cref="EvalCoreException">One is missing or damaged.</exception>
    public ActionTokens(Pi0FastConfig config)
    {
        _config = config;
        _text = config.Tokenizers.Text(config.TextTokenizerName);
        _fast = config.Tokenizers.Actions(config.ActionTokenizerName);
        _prefix = _text.Encode(Prefix, specialTokens: false);
        Bos = _text.BosId ?? throw new EvalCoreException($"{_text.Files[0]}: the tokenizer '{config.TextTokenizerName}' has no bos_token; add it to its tokenizer_config.json");
    }

    /// <summary>The token after which actions are generated.</summary>
    public int Bos { get; }

    /// <summary>The token that ends the actions; the unknown token where the vocabulary has none for it, as in LeRobot.</summary>
    public int? EndId => _text.IdOf(End) ?? _text.UnknownId;

    /// <summary>The actions of generated tokens, [steps, dimension] in the policy's units.</summary>
    /// <exception cref="EvalCoreException">They do not begin as actions do, and the configuration asks for it.</exception>
    public float[] Decode(IReadOnlyList<int> tokens)
    {
        if (_config.ValidateActionTokenPrefix)
            CheckPrefix(tokens);
        var ids = tokens.TakeWhile(token => _text.TokenOf(token) != End).ToList();
        for (int i = 0; i + _prefix.Length <= ids.Count;)
        {
            if (ids.Skip(i).Take(_prefix.Length).SequenceEqual(_prefix))
                ids.RemoveRange(i, _prefix.Length);
            else
                i++;
        }

        int last = _text.VocabularySize - 1 - _config.FastSkipTokens;
        return _fast.Decode([.. ids.Select(id => last - id)], _config.NActionSteps, _config.ActionDim);
    }

    private void CheckPrefix(IReadOnlyList<int> tokens)
    {
        string?[] first = [.. tokens.Take(2).Select(_text.TokenOf)];
        if (first is not ["Action", ":"])
        {
            throw new EvalCoreException(
                $"the policy generated {string.Join(", ", first.Select(token => $"'{EvalCoreException.Printable(token ?? "")}'"))} where actions begin with 'Action', ':'; it is trained too little, or its tokenizer is another one; --policy.validate_action_token_prefix=false plays what it generated");
        }
    }
}
