using EvalCore.Policies;
using Safetensors;

namespace EvalCore.Inference;

/// <summary>
/// Recorded random tensors in the order in which they were drawn. The first dimension is the batch: an episode's rows follow
/// each other, one or more.
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
    /// <exception cref="EvalCoreException">The file has no draws, or one that is neither F32 nor I64 with rows for each episode.</exception>
    public static (RecordedDraws Chunk, RecordedDraws Steps) Open(string path, int episodes)
    {
        using var file = SafetensorsFile.Open(path);
        var all = new List<(string Name, long[] Shape, float[] Values)>();
        foreach (var entry in file.Where(entry => entry.Name.StartsWith("rng.", StringComparison.Ordinal)).OrderBy(entry => entry.Name, StringComparer.Ordinal))
        {
            bool whole = entry.Type == TensorType.I64;
            if (!(whole || entry.Type == TensorType.F32) || entry.Shape.Count == 0 || entry.Shape[0] == 0 || entry.Shape[0] % episodes != 0)
                throw new EvalCoreException($"{path}: draw '{entry.Name}' is {entry}, expected F32 [{episodes}, ...] or I64: rows for each episode");
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
            long[] drawn = [shape[0] * draws._episodes, .. shape[1..]];
            if (!drawn.AsSpan().SequenceEqual(recorded))
            {
                throw new EvalCoreException(
                    $"{draws._path}: draw '{name}' is [{string.Join(", ", recorded)}], but the policy draws [{string.Join(", ", drawn)}]");
            }

            int length = values.Length / draws._episodes;
            return values[(episode * length)..((episode + 1) * length)];
        }
    }
}
