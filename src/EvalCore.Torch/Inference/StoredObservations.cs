using EvalCore.Environments;
using Safetensors;

namespace EvalCore.Torch.Inference;

/// <summary>Observations of B episodes over T steps, in a file.</summary>
internal sealed class StoredObservations : IDisposable
{
    private const string Vectors = "obs.";
    private const string Pictures = "obs_u8.";

    private readonly SafetensorsFile _file;
    private readonly Dictionary<string, TensorEntry> _entries = [];

    /// <summary>Opens a file.</summary>
    /// <exception cref="EvalCoreException">It cannot be read, or its tensors do not go together.</exception>
    public StoredObservations(string path)
    {
        _file = SafetensorsFile.Open(path);
        var fields = new List<ObservationField>();
        foreach (var entry in _file.OrderBy(entry => entry.Offset))
        {
            bool picture = entry.Name.StartsWith(Pictures, StringComparison.Ordinal);
            if (!picture && !entry.Name.StartsWith(Vectors, StringComparison.Ordinal))
                continue;
            bool well = picture
                ? entry.Type == TensorType.U8 && entry.Shape is [_, _, _, _, 3]
                : entry.Type is TensorType.F32 or TensorType.F64 && entry.Shape.Count == 3;
            if (!well)
            {
                throw new EvalCoreException(
                    $"{path}: tensor '{entry.Name}' is {entry}, expected {(picture ? "U8 [T, B, height, width, 3]" : "F32 or F64 [T, B, n]")}");
            }

            string key = entry.Name[(picture ? Pictures : Vectors).Length..];
            if (!_entries.TryAdd(key, entry))
                throw new EvalCoreException($"{path}: has '{key}' both as {Vectors}{key} and as {Pictures}{key}");
            fields.Add(picture
                ? ObservationField.Image(key, (int)entry.Shape[2], (int)entry.Shape[3])
                : ObservationField.Vector(key, (int)entry.Shape[2]));
        }

        if (fields.Count == 0)
            throw new EvalCoreException($"{path}: has no observations; they are named {Vectors}<key> or {Pictures}<key>");
        var first = _entries.Values.First();
        (Steps, Episodes) = ((int)first.Shape[0], (int)first.Shape[1]);
        if (_entries.Values.FirstOrDefault(entry => entry.Shape[0] != Steps || entry.Shape[1] != Episodes) is { } other)
            throw new EvalCoreException($"{path}: '{first.Name}' has {Steps} steps of {Episodes} episodes, but '{other.Name}' is {other}");
        if (Steps == 0 || Episodes == 0)
            throw new EvalCoreException($"{path}: has {Steps} steps of {Episodes} episodes; at least one of each is needed");
        Space = new ObservationSpace(fields);
    }

    /// <summary>T.</summary>
    public int Steps { get; }

    /// <summary>B.</summary>
    public int Episodes { get; }

    /// <summary>What is stored.</summary>
    public ObservationSpace Space { get; }

    /// <summary>Reads an observation.</summary>
    public void Read(int step, int episode, Observation observation)
    {
        for (int i = 0; i < observation.Space.Count; i++)
        {
            var field = observation.Space[i];
            var entry = _entries[field.Key];
            int from = (step * Episodes + episode) * field.Length;
            if (field.Kind == ObservationKind.Image)
            {
                _file.Span<byte>(entry.Name).Slice(from, field.Length).CopyTo(observation.Image(i));
            }
            else if (entry.Type == TensorType.F64)
            {
                _file.Span<double>(entry.Name).Slice(from, field.Length).CopyTo(observation.Vector(i));
            }
            else
            {
                var floats = _file.Span<float>(entry.Name).Slice(from, field.Length);
                var vector = observation.Vector(i);
                for (int k = 0; k < floats.Length; k++)
                    vector[k] = floats[k];
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();
}
