using static TorchSharp.torch;

namespace EvalCore.Torch.Tokenizers;

/// <summary>The ids of several texts, made equally long.</summary>
internal static class TokenBatch
{
    /// <summary>Pads ids.</summary>
    /// <param name="rows">The ids of each text.</param>
    /// <param name="padId">What is put to shorter ones.</param>
    /// <param name="length">The least length; longer rows make all longer.</param>
    /// <param name="left">Whether it is put before them, not after.</param>
    /// <returns>The ids, int64 [B, L], and where they stand for a text, bool [B, L]; both on the CPU.</returns>
    public static (Tensor Ids, Tensor Mask) Pad(IReadOnlyList<int[]> rows, int padId, int length, bool left)
    {
        length = Math.Max(length, rows.Max(row => row.Length));
        long[] ids = new long[rows.Count * length];
        bool[] mask = new bool[ids.Length];
        Array.Fill(ids, padId);
        for (int i = 0; i < rows.Count; i++)
        {
            int start = i * length + (left ? length - rows[i].Length : 0);
            for (int k = 0; k < rows[i].Length; k++)
                (ids[start + k], mask[start + k]) = (rows[i][k], true);
        }

        return (tensor(ids).reshape(rows.Count, length), tensor(mask).reshape(rows.Count, length));
    }
}
