using EvalCore.Torch.Checkpoints;
using static TorchSharp.torch;

namespace EvalCore.Torch.Layers;

/// <summary>The tokens of a batch's instructions, with no more padding than the longest of them needs.</summary>
/// <param name="Ids">[B, longest] int64; real tokens first.</param>
/// <param name="Lengths">How many tokens of each row are real.</param>
internal sealed record Prompt(Tensor Ids, IReadOnlyList<int> Lengths)
{
    /// <summary>Reads what the <c>tokenizer_processor</c> step wrote, padded on either side.</summary>
    /// <param name="observation">What the pre-processor gives.</param>
    /// <param name="vocabulary">How many tokens the network knows.</param>
    /// <exception cref="EvalCoreException">The pipeline has no such step, or its tokenizer is another network's.</exception>
    public static Prompt Of(IReadOnlyDictionary<string, Tensor> observation, long vocabulary)
    {
        if (!observation.TryGetValue(FeatureNames.LanguageTokens, out var tokens) || !observation.TryGetValue(FeatureNames.LanguageMask, out var mask))
            throw new EvalCoreException($"the pre-processor gives no '{FeatureNames.LanguageTokens}' and '{FeatureNames.LanguageMask}'; it needs a step 'tokenizer_processor'");
        int rows = (int)tokens.shape[0];
        var ids = tokens.cpu().contiguous().data<long>().ToArray();
        var real = mask.cpu().contiguous().data<bool>().ToArray();
        int columns = ids.Length / rows;
        long[][] kept = [.. Enumerable.Range(0, rows).Select(row => ids.Where((_, i) => i / columns == row && real[i]).ToArray())];
        Check(kept.SelectMany(row => row), vocabulary);
        int longest = kept.Max(row => row.Length);
        long[] padded = [.. kept.SelectMany(row => row.Concat(Enumerable.Repeat(0L, longest - row.Length)))];
        return new Prompt(tensor(padded).view(rows, longest).to(tokens.device), [.. kept.Select(row => row.Length)]);
    }

    /// <summary>Checks that a network knows the tokens of a tokenizer.</summary>
    /// <exception cref="EvalCoreException">It does not: libtorch would say that an index is out of range.</exception>
    public static void Check(IEnumerable<long> ids, long vocabulary)
    {
        if (ids.FirstOrDefault(id => id >= vocabulary) is > 0 and var unknown)
            throw new EvalCoreException($"the tokenizer gives the id {unknown}, but the policy knows the ids 0 to {vocabulary - 1}: the tokenizer is another model's; give that of the policy (--policy.tokenizer_path)");
    }
}
