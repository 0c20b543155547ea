using EvalCore.Environments;
using EvalCore.Files;
using Safetensors;

namespace EvalCore.Inference;

/// <summary>A file with observations of B episodes over T steps.</summary>
internal sealed class StoredObservations : IDisposable
{
    private const string Vectors = "obs.";
    private const string Images = "obs_u8.";

    private readonly SafetensorsFile _file;
    private readonly Dictionary<string, TensorEntry> _entries = [];

    /// <summary>Opens a file.</summary>
    /// <exception cref="EvalCoreException">The file cannot be read, or its tensors do not fit together.</exception>
    public StoredObservations(string path)
    {
        _file = TensorFile.Open(path, "--input");
        var fields = new List<ObservationField>();
        foreach (var entry in _file.OrderBy(entry => entry.Offset))
        {
            bool image = entry.Name.StartsWith(Images, StringComparison.Ordinal);
            if (!image && !entry.Name.StartsWith(Vectors, StringComparison.Ordinal))
                continue;
            bool valid = image
                ? entry.Type == TensorType.U8 && entry.Shape is [_, _, _, _, 3]
                : entry.Type is TensorType.F32 or TensorType.F64 && entry.Shape.Count == 3;
            if (!valid)
            {
                throw new EvalCoreException(
                    $"{path}: tensor '{entry.Name}' is {entry}, expected {(image ? "U8 [T, B, height, width, 3]" : "F32 or F64 [T, B, n]")}");
            }

            string key = entry.Name[(image ? Images : Vectors).Length..];
            if (!_entries.TryAdd(key, entry))
                throw new EvalCoreException($"{path}: has '{key}' both as {Vectors}{key} and as {Images}{key}");
            fields.Add(image
                ? ObservationField.Image(key, (int)entry.Shape[2], (int)entry.Shape[3])
                : ObservationField.Vector(key, (int)entry.Shape[2]));
        }

        if (fields.Count == 0)
            throw new EvalCoreException($"{path}: has no observations; they are named {Vectors}<key> or {Images}<key>");
        var first = _entries.Values.First();
        (Steps, Episodes) = ((int)first.Shape[0], (int)first.Shape[1]);
        if (_entries.Values.FirstOrDefault(entry => entry.Shape[0] != Steps || entry.Shape[1] != Episodes) is { } other)
            throw new EvalCoreException($"{path}: '{first.Name}' has {Steps} steps of {Episodes} episodes, but '{other.Name}' is {other}");
        if (Steps == 0 || Episodes == 0)
            throw new EvalCoreException($"{path}: has {Steps} steps of {Episodes} episodes; at least one of each is needed");
        Space = new ObservationSpace(fields);
    }

    /// <summary>The number of steps, T.</summary>
    public int Steps { get; }

    /// <summary>The number of episodes, B.</summary>
    public int Episodes { get; }

    /// <summary>The stored fields.</summary>
    public ObservationSpace Space { get; }

    /// <summary>Reads the observation of an episode at a step.</summary>
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
