using static TorchSharp.torch;

namespace EvalCore.Torch.Layers;

/// <summary>
/// The tokens of a batch before the first that a policy generates, in blocks: a token attends to those of its own block and
/// of earlier blocks (openpi's prefix attention). Rows may have different numbers of real tokens; no token attends to
/// padding, and positions do not count it.
/// </summary>
internal sealed class TokenSequence
{
    private readonly Device _device;
    private readonly List<Tensor> _parts = [];
    private readonly List<int> _blocks = [];
    private readonly List<bool>[] _real;

    public TokenSequence(int batch, Device device)
    {
        _device = device;
        _real = [.. Enumerable.Range(0, batch).Select(_ => new List<bool>())];
    }

    /// <summary>How many tokens a row has, padding included.</summary>
    public int Length => _blocks.Count;

    /// <summary>The number of the last block.</summary>
    public int LastBlock => _blocks[^1];

    /// <summary>The embedded tokens, [B, <see cref="Length"/>, width].</summary>
    public Tensor Embeddings => cat(_parts, dim: 1);

    /// <summary>The positions, [B or 1, <see cref="Length"/>] int64.</summary>
    public Tensor Positions => Numbers(row =>
    {
        long next = 0;
        return [.. row.Select(real => real ? next++ : Math.Max(next - 1, 0))];
    });

    private bool IsPadded => Array.Exists(_real, row => row.Contains(false));

    /// <summary>Adds tokens.</summary>
    /// <param name="embeddings">[B, n, width].</param>
    /// <param name="block">The number of their block, not below that of the last.</param>
    /// <param name="lengths">How many of each row are real, the first ones; null: all.</param>
    public void Add(Tensor embeddings, int block, IReadOnlyList<int>? lengths = null)
    {
        int count = (int)embeddings.shape[1];
        _parts.Add(embeddings);
        _blocks.AddRange(Enumerable.Repeat(block, count));
        for (int i = 0; i < _real.Length; i++)
        {
            int length = lengths?[i] ?? count;
            _real[i].AddRange(Enumerable.Range(0, count).Select(k => k < length));
        }
    }

    /// <summary>Whether each token of a row is real.</summary>
    public IReadOnlyList<bool> Real(int row) => _real[row];

    /// <summary>The positions of tokens that follow, [B or 1, count] int64.</summary>
    public Tensor PositionsAfter(int count) => Numbers(row =>
    {
        long first = row.Count(real => real);
        return [.. Enumerable.Range(0, count).Select(k => first + k)];
    });

    /// <summary>The mask of the tokens among themselves: see <see cref="Mask"/>.</summary>
    public Tensor? MaskOfSelf(ScalarType type) => Mask(_blocks, [], type);

    /// <summary>The mask of tokens that follow, for keys of this sequence and of those tokens: see <see cref="Mask"/>.</summary>
    /// <param name="blocks">The block of each token that follows.</param>
    /// <param name="type">The type of the mask.</param>
    public Tensor? MaskOfFollowing(IReadOnlyList<int> blocks, ScalarType type) => Mask(blocks, blocks, type);

    /// <summary>The mask of any token that sees this sequence alone: [B or 1, 1, 1, <see cref="Length"/>], or null.</summary>
    public Tensor? MaskOfPadding(ScalarType type) => Mask([LastBlock], [], type);

    /// <summary>
    /// What is added to attention scores: zero, and minus infinity where a query does not see a key. Every query sees a key:
    /// queries that are padding see what real ones would. Null: every query sees every key.
    /// </summary>
    /// <param name="queries">The block of each query.</param>
    /// <param name="following">The block of each key after those of this sequence.</param>
    /// <param name="type">The type of the mask.</param>
    /// <returns>[B or 1, 1, queries or 1, keys].</returns>
    private Tensor? Mask(IReadOnlyList<int> queries, IReadOnlyList<int> following, ScalarType type)
    {
        int[] keys = [.. _blocks, .. following];
        int last = keys.Max();
        bool blocked = queries.Any(query => query < last);
        if (!blocked && !IsPadded)
            return null;
        int rows = IsPadded ? _real.Length : 1;
        int[] distinct = blocked ? [.. queries] : [last];
        float[] mask = new float[rows * distinct.Length * keys.Length];
        int k = 0;
        for (int row = 0; row < rows; row++)
        {
            foreach (int query in distinct)
            {
                for (int key = 0; key < keys.Length; key++, k++)
                {
                    bool real = key >= _real[row].Count || _real[row][key];
                    mask[k] = real && keys[key] <= query ? 0 : float.NegativeInfinity;
                }
            }
        }

        return tensor(mask).view(rows, 1, distinct.Length, keys.Length).to(type).to(_device);
    }

    private Tensor Numbers(Func<IReadOnlyList<bool>, long[]> ofRow)
    {
        long[][] rows = [.. (IsPadded ? _real : _real[..1]).Select(ofRow)];
        return tensor(rows.SelectMany(row => row).ToArray()).view(rows.Length, -1).to(_device);
    }
}
