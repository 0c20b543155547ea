using System.Runtime.InteropServices;
using Safetensors;
using EvalCore.Torch.Policies;
using static TorchSharp.torch;

namespace EvalCore.Torch.Inference;

/// <summary>Random tensors somebody recorded, [B, ...] each, in the order they were drawn.</summary>
internal sealed class RecordedDraws
{
    private readonly string _path;
    private readonly IReadOnlyList<(string Name, long[] Shape, float[] Values)> _draws;

    private RecordedDraws(string path, IReadOnlyList<(string, long[], float[])> draws)
    {
        _path = path;
        _draws = draws;
    }

    /// <summary>Whether these were recorded for the chunk.</summary>
    public bool ForTheChunk => _draws.All(draw => !IsOfAStep(draw.Name));

    /// <summary>How many draws there are.</summary>
    public int Count => _draws.Count;

    /// <summary>
    /// Reads a file's draws: those for the chunk, <c>rng.NNN.*</c>, and those for the steps, <c>rng.tTT.*</c>; where it has
    /// but one kind, both are that.
    /// </summary>
    /// <exception cref="EvalCoreException">The file has no draws, or one that is not F32 [B, ...].</exception>
    public static (RecordedDraws Chunk, RecordedDraws Steps) Open(string path, int episodes)
    {
        using var file = SafetensorsFile.Open(path);
        var all = new List<(string Name, long[] Shape, float[] Values)>();
        foreach (var entry in file.Where(entry => entry.Name.StartsWith("rng.", StringComparison.Ordinal)).OrderBy(entry => entry.Name, StringComparer.Ordinal))
        {
            if (entry.Type != TensorType.F32 || entry.Shape.Count == 0 || entry.Shape[0] != episodes)
                throw new EvalCoreException($"{path}: draw '{entry.Name}' is {entry}, expected F32 [{episodes}, ...]: a row for each episode");
            all.Add((entry.Name, [.. entry.Shape], file.Read<float>(entry.Name)));
        }

        if (all.Count == 0)
            throw new EvalCoreException($"{path}: has no draws; they are named rng.*");
        var steps = all.Where(draw => IsOfAStep(draw.Name)).ToList();
        var chunk = all.Except(steps).ToList();
        return (new RecordedDraws(path, chunk.Count > 0 ? chunk : steps), new RecordedDraws(path, steps.Count > 0 ? steps : chunk));
    }

    private static bool IsOfAStep(string name) => name.StartsWith("rng.t", StringComparison.Ordinal);

    /// <summary>The draws of one episode.</summary>
    public INoise OfEpisode(int episode) => new Row(this, episode);

    private sealed class Row(RecordedDraws draws, int episode) : INoise
    {
        private int _next;

        public Tensor Randn(params ReadOnlySpan<long> size)
        {
            if (_next == draws.Count)
                throw new EvalCoreException($"{draws._path}: has {draws.Count} draws, but the policy draws more");
            var (name, shape, values) = draws._draws[_next++];
            if (!size[1..].SequenceEqual(shape.AsSpan(1)))
            {
                throw new EvalCoreException(
                    $"{draws._path}: draw '{name}' is [{string.Join(", ", shape)}], but the policy draws [{shape[0]}, {string.Join(", ", size[1..].ToArray())}]");
            }

            int length = values.Length / (int)shape[0];
            var tensor = empty(size.ToArray());
            values.AsSpan(episode * length, length).CopyTo(MemoryMarshal.Cast<byte, float>(tensor.bytes));
            return tensor;
        }

        public void Dispose()
        {
        }
    }
}
