using EvalCore.Files;
using EvalCore.Options;
using Safetensors;

namespace EvalCore.Replays;

/// <summary>Actions from a file, one per row.</summary>
internal sealed class RecordedActions
{
    private readonly double[] _values;
    private readonly int _dimension;

    private RecordedActions(string name, double[] values, int dimension, bool areFloat64)
    {
        (Name, _values, _dimension, AreFloat64) = (name, values, dimension, areFloat64);
    }

    /// <summary>File and tensor, for messages.</summary>
    public string Name { get; }

    /// <summary>Whether the file has float64 numbers, not float32.</summary>
    public bool AreFloat64 { get; }

    /// <summary>The number of actions.</summary>
    public int Count => _values.Length / _dimension;

    /// <summary>The action of a step.</summary>
    public ReadOnlySpan<double> this[int step] => _values.AsSpan(step * _dimension, _dimension);

    /// <summary>Reads actions.</summary>
    /// <param name="source">A file, or a file and the name of a tensor with a colon between them.</param>
    /// <param name="dimension">The action dimension.</param>
    /// <exception cref="EvalCoreException">
    /// The file or tensor is missing, or the tensor is not a list of actions.
    /// </exception>
    public static RecordedActions Read(string source, int dimension)
    {
        var (path, tensor) = Split(source);
        using var file = TensorFile.Open(path, "--actions");
        var entry = tensor is null ? Default(file) : Named(file, tensor);
        string name = $"{path}, tensor '{entry.Name}'";
        int count = Rows(entry, dimension) ?? throw new EvalCoreException(
            $"--actions: {name} is {entry}, expected [T, {dimension}]");
        double[] values = Float64Tensor.Read(file, entry) ?? throw new EvalCoreException(
            $"--actions: {name} is {entry}, expected F32 or F64");
        int bad = Array.FindIndex(values, value => !double.IsFinite(value));
        if (bad >= 0)
            throw new EvalCoreException($"--actions: {name}, row {bad / dimension} contains {values[bad]}; actions must be finite");
        return new RecordedActions(name, values.AsSpan(0, count * dimension).ToArray(), dimension, entry.Type == TensorType.F64);
    }

    /// <summary>Splits a source at its last colon, unless the whole string is an existing file.</summary>
    private static (string Path, string? Tensor) Split(string source)
    {
        int colon = source.LastIndexOf(':');
        return colon <= 0 || File.Exists(source) ? (source, null) : (source[..colon], source[(colon + 1)..]);
    }

    private static TensorEntry Named(SafetensorsFile file, string tensor) => file.TryGet(tensor, out var entry)
        ? entry
        : throw new EvalCoreException(
            $"--actions: {file.Path} has no tensor '{tensor}'{Nearest.Hint(tensor, file.Select(e => e.Name))}");

    private static TensorEntry Default(SafetensorsFile file)
    {
        if (file.TryGet("action", out var entry) || file.TryGet("actions", out entry))
            return entry;
        return file.Count == 1
            ? file.First()
            : throw new EvalCoreException(
                $"--actions: {file.Path} has {file.Count} tensors and none is named 'action': name one, "
                + $"for example {file.Path}:{file.Select(e => e.Name).Order(StringComparer.Ordinal).FirstOrDefault("NAME")}");
    }

    /// <summary>
    /// The number of rows of <c>[T, dimension]</c>, with any number of leading ones; null for other shapes.
    /// </summary>
    private static int? Rows(TensorEntry entry, int dimension)
    {
        var shape = entry.Shape;
        bool fits = shape.Count >= 2 && shape[^1] == dimension && shape.SkipLast(2).All(n => n == 1);
        return fits ? (int)shape[^2] : null;
    }
}
