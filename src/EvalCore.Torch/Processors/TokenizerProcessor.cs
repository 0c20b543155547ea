using System.Collections.Concurrent;
using EvalCore.Torch.Checkpoints;
using EvalCore.Torch.Tokenizers;
using static TorchSharp.torch;

namespace EvalCore.Torch.Processors;

/// <summary>
/// <c>tokenizer_processor</c>: the ids of the instructions and where they stand for text, as observations; of the present
/// parts of the tasks likewise, where there are some.
/// </summary>
internal sealed class TokenizerProcessor : IProcessorStep
{
    public const string Name = "tokenizer_processor";

    /// <summary>How many texts' ids are kept. An instruction is the same for a whole episode; a prompt with the state in it never is.</summary>
    private const int MostKept = 1000;

    private readonly Tokenizer _tokenizer;
    private readonly Fields _fields;
    private readonly int _padId;
    private readonly Device _device;
    private readonly ConcurrentDictionary<string, int[]> _kept = [];
    private readonly string _path;
    private int _noted;

    public TokenizerProcessor(ProcessorStepContext context)
    {
        _fields = context.Config<Fields>();
        _device = context.Device;
        _path = context.Path;
        string name = _fields.TokenizerName ?? throw context.Invalid("has no tokenizer_name");
        if (_fields.Padding is not ("max_length" or "longest"))
            throw context.Invalid($"padding is '{_fields.Padding}'; it must be max_length or longest");
        if (_fields.PaddingSide is not ("left" or "right"))
            throw context.Invalid($"padding_side is '{_fields.PaddingSide}'; it must be left or right");
        if (_fields.TaskKey != "task")
            throw context.Invalid($"task_key is '{_fields.TaskKey}', but an evaluation gives instructions as 'task' only");
        _tokenizer = context.Tokenizers.Text(name);
        if (_fields.MaxLength <= _tokenizer.SpecialTokens)
            throw context.Invalid($"max_length is {_fields.MaxLength}; it must be more than the {_tokenizer.SpecialTokens} special tokens that '{name}' puts around a text");
        _padId = _tokenizer.PadId ?? throw context.Invalid(_tokenizer.PadToken is { } pad
            ? $"the pad_token of the tokenizer '{name}', '{pad}', is not in its tokenizer.json ({Path.GetDirectoryName(_tokenizer.Files[0])}): the two files are of different tokenizers"
            : $"the tokenizer '{name}' has no pad_token; add it to its tokenizer_config.json ({Path.GetDirectoryName(_tokenizer.Files[0])})");
    }

    /// <summary>Receives a note on the first text that is cut.</summary>
    public Action<string> Warn { get; set; } = _ => { };

    public void Process(Transition transition)
    {
        (transition.Observation[FeatureNames.LanguageTokens], transition.Observation[FeatureNames.LanguageMask]) = Tokenize(transition.Task);
        if (transition.Subtask is { } subtask)
            (transition.Observation["observation.subtask.tokens"], transition.Observation["observation.subtask.attention_mask"]) = Tokenize(subtask);
    }

    private (Tensor Ids, Tensor Mask) Tokenize(IReadOnlyList<string> texts)
    {
        var (ids, mask) = TokenBatch.Pad(
            [.. texts.Select(Ids)], _padId, _fields.Padding == "max_length" ? _fields.MaxLength : 0, _fields.PaddingSide == "left");
        return (ids.to(_device), mask.to(_device));
    }

    private int[] Ids(string text)
    {
        if (_kept.TryGetValue(text, out int[]? ids))
            return ids;
        if (_kept.Count >= MostKept)
            _kept.Clear();
        ids = _tokenizer.Encode(text);
        if (_fields.Truncation && ids.Length > _fields.MaxLength)
        {
            if (Interlocked.Exchange(ref _noted, 1) == 0)
                Warn($"{_path}: step '{Name}': max_length is {_fields.MaxLength}, but a text has {ids.Length} tokens; the policy does not read its end, as in LeRobot: '{EvalCoreException.Printable(text.Trim())}'");
            ids = _tokenizer.Encode(text, maxLength: _fields.MaxLength);
        }

        return _kept[text] = ids;
    }

    private sealed class Fields
    {
        public string? TokenizerName { get; set; }

        public int MaxLength { get; set; } = 512;

        public string TaskKey { get; set; } = "task";

        public string PaddingSide { get; set; } = "right";

        public string Padding { get; set; } = "max_length";

        public bool Truncation { get; set; } = true;
    }
}
