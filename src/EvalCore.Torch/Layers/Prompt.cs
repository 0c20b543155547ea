using EvalCore.Torch.Checkpoints;
using static TorchSharp.torch;

namespace EvalCore.Torch.Layers;

/// <summary>The tokens of a batch's instructions, with no more padding than the longest of them needs.</summary>
/// <param name="Ids">[B, longest] int64; real tokens first.</param>
/// <param name="Lengths">How many tokens of each row are real.</param>
internal sealed record Prompt(Tensor Ids, IReadOnlyList<int> Lengths)
{
    /// <summary>Reads what the <c>tokenizer_processor</c> step wrote, padded on either side.</summary>
    /// <exception cref="EvalCoreException">The pipeline has no such step.</exception>
    public static Prompt Of(IReadOnlyDictionary<string, Tensor> observation)
    {
        if (!observation.TryGetValue(FeatureNames.LanguageTokens, out var tokens) || !observation.TryGetValue(FeatureNames.LanguageMask, out var mask))
            throw new EvalCoreException($"the pre-processor gives no '{FeatureNames.LanguageTokens}' and '{FeatureNames.LanguageMask}'; it needs a step 'tokenizer_processor'");
        int rows = (int)tokens.shape[0];
        var ids = tokens.cpu().contiguous().data<long>().ToArray();
        var real = mask.cpu().contiguous().data<bool>().ToArray();
        int columns = ids.Length / rows;
        long[][] kept = [.. Enumerable.Range(0, rows).Select(row => ids.Where((_, i) => i / columns == row && real[i]).ToArray())];
        int longest = kept.Max(row => row.Length);
        long[] padded = [.. kept.SelectMany(row => row.Concat(Enumerable.Repeat(0L, longest - row.Length)))];
        return new Prompt(tensor(padded).view(rows, longest).to(tokens.device), [.. kept.Select(row => row.Length)]);
    }
}
