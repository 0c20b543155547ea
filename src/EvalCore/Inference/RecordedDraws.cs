using EvalCore.Files;
using EvalCore.Policies;
using Safetensors;

namespace EvalCore.Inference;

/// <summary>
/// Recorded random tensors in the order in which they were drawn, for all episodes at once: one dimension is the batch, in
/// which an episode's rows follow each other, one or more. A draw of one dimension may be one for all episodes.
/// </summary>
internal sealed class RecordedDraws
{
    private readonly string _path;
    private readonly int _episodes;
    private readonly IReadOnlyList<(string Name, long[] Shape, float[] Values)> _draws;

    private RecordedDraws(string path, int episodes, IReadOnlyList<(string, long[], float[])> draws) =>
        (_path, _episodes, _draws) = (path, episodes, draws);

    /// <summary>Whether these were recorded for the chunk.</summary>
    public bool ForTheChunk => _draws.All(draw => !IsOfAStep(draw.Name));

    /// <summary>The number of draws.</summary>
    public int Count => _draws.Count;

    /// <summary>
    /// Reads a file's draws: those for the chunk, <c>rng.NNN.*</c>, and those for the steps, <c>rng.tTT.*</c>; when it
    /// has only one kind, both are of that kind.
    /// </summary>
    /// <exception cref="EvalCoreException">The file has no draws, or one that is neither F32 nor I64.</exception>
    public static (RecordedDraws Chunk, RecordedDraws Steps) Open(string path, int episodes)
    {
        using var file = TensorFile.Open(path, "--draws");
        var all = new List<(string Name, long[] Shape, float[] Values)>();
        foreach (var entry in file.Where(entry => entry.Name.StartsWith("rng.", StringComparison.Ordinal)).OrderBy(entry => entry.Name, StringComparer.Ordinal))
        {
            bool whole = entry.Type == TensorType.I64;
            if (!whole && entry.Type != TensorType.F32)
                throw new EvalCoreException($"{path}: draw '{entry.Name}' is {entry}, expected F32 or I64");
            float[] values = whole ? [.. file.Read<long>(entry.Name).Select(value => (float)value)] : file.Read<float>(entry.Name);
            all.Add((entry.Name, [.. entry.Shape], values));
        }

        if (all.Count == 0)
            throw new EvalCoreException($"{path}: has no draws; they are named rng.*");
        var steps = all.Where(draw => IsOfAStep(draw.Name)).ToList();
        var chunk = all.Except(steps).ToList();
        return (new RecordedDraws(path, episodes, chunk.Count > 0 ? chunk : steps), new RecordedDraws(path, episodes, steps.Count > 0 ? steps : chunk));
    }

    private static bool IsOfAStep(string name) => name.StartsWith("rng.t", StringComparison.Ordinal);

    /// <summary>The draws of one episode.</summary>
    public IRandomDraws OfEpisode(int episode) => new Row(this, episode);

    private sealed class Row(RecordedDraws draws, int episode) : IRandomDraws
    {
        private int _next;

        public float[] Next(ReadOnlySpan<long> shape)
        {
            if (_next == draws.Count)
                throw new EvalCoreException($"{draws._path}: has {draws.Count} draws, but the policy draws more");
            var (name, recorded, values) = draws._draws[_next++];
            if (recorded.AsSpan().SequenceEqual(shape) && (draws._episodes == 1 || recorded.Length == 1))
                return values;
            int batch = BatchDimension(recorded, shape);
            if (batch < 0)
            {
                string each = draws._episodes == 1 ? "" : $" for each of {draws._episodes} episodes";
                throw new EvalCoreException(
                    $"{draws._path}: draw '{name}' is [{string.Join(", ", recorded)}], but the policy draws [{string.Join(", ", shape.ToArray())}]{each}");
            }

            int length = 1;
            foreach (long n in shape[batch..])
                length *= (int)n;
            float[] own = new float[values.Length / draws._episodes];
            for (int i = 0; i < own.Length / length; i++)
                values.AsSpan((i * draws._episodes + episode) * length, length).CopyTo(own.AsSpan(i * length));
            return own;
        }

        /// <summary>The dimension that has rows for each episode; -1 where the shapes do not fit.</summary>
        private int BatchDimension(ReadOnlySpan<long> recorded, ReadOnlySpan<long> drawn)
        {
            if (recorded.Length != drawn.Length)
                return -1;
            int batch = -1;
            for (int i = 0; i < drawn.Length; i++)
            {
                if (recorded[i] == drawn[i])
                    continue;
                if (batch >= 0 || recorded[i] != draws._episodes * drawn[i])
                    return -1;
                batch = i;
            }

            return batch;
        }
    }
}
