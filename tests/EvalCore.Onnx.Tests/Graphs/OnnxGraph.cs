using System.Globalization;
using System.Runtime.InteropServices;

namespace EvalCore.Onnx.Tests.Graphs;

/// <summary>
/// Writes an ONNX model node by node (ONNX's <c>onnx.proto</c>). A value is named by a string; a node gives the name of what it
/// computes.
/// </summary>
internal sealed class OnnxGraph
{
    private readonly ProtobufWriter _graph = new ProtobufWriter().Text(2, "graph");
    private readonly Dictionary<string, string> _weights = [];
    private int _values;

    public int Opset { get; init; } = 17;

    public int IrVersion { get; init; } = 8;

    public string Domain { get; init; } = "";

    /// <summary>The file beside the model that has the floats' bytes; null where they are inside.</summary>
    public string? WeightFile { get; init; }

    /// <summary>What the file with the weights has.</summary>
    public MemoryStream Weights { get; } = new();

    /// <summary>An input. A dimension of 0 is not fixed.</summary>
    public string Input(string name, ElementType type, params long[] shape)
    {
        _graph.Message(11, Value(name, type, shape));
        return name;
    }

    /// <summary>An output: a value under another name.</summary>
    public OnnxGraph Output(string value, string name, ElementType type, params long[] shape)
    {
        Node("Identity", [value], name);
        _graph.Message(12, Value(name, type, shape));
        return this;
    }

    /// <summary>A constant tensor of floats, row-major.</summary>
    public string Weight(string name, ReadOnlySpan<float> values, params ReadOnlySpan<long> shape) =>
        _weights.TryGetValue(name, out string? known) ? known : _weights[name] = Tensor(name, ElementType.Float, MemoryMarshal.AsBytes(values), shape);

    /// <summary>A number.</summary>
    public string Scalar(float value)
    {
        string name = string.Create(CultureInfo.InvariantCulture, $"scalar {value:r}");
        return Weight(name, [value], []);
    }

    /// <summary>A constant list of whole numbers.</summary>
    public string Whole(params ReadOnlySpan<long> values)
    {
        string name = $"[{string.Join(", ", values.ToArray())}]";
        return _weights.TryGetValue(name, out string? known) ? known : _weights[name] = Tensor(name, ElementType.Int64, MemoryMarshal.AsBytes(values), [values.Length]);
    }

    /// <summary>A node.</summary>
    /// <param name="op">The operator.</param>
    /// <param name="inputs">The values that it is given.</param>
    /// <param name="attributes">Its attributes: whole numbers, lists of them, floats.</param>
    public string Node(string op, string[] inputs, params (string Name, object Value)[] attributes) => Node(op, inputs, $"v{_values++}", attributes);

    public string Add(string a, string b) => Node("Add", [a, b]);

    public string Sub(string a, string b) => Node("Sub", [a, b]);

    public string Mul(string a, string b) => Node("Mul", [a, b]);

    public string Reshape(string x, params ReadOnlySpan<long> shape) => Node("Reshape", [x, Whole(shape)]);

    public string Transpose(string x, params long[] permutation) => Node("Transpose", [x], ("perm", permutation));

    public string Concat(long axis, params string[] values) => Node("Concat", values, ("axis", axis));

    public string Slice(string x, long axis, long from, long to) => Node("Slice", [x, Whole(from), Whole(to), Whole(axis)]);

    public byte[] ToArray() => new ProtobufWriter().Whole(1, IrVersion).Text(2, "evalcore-tests").Text(3, "1.0").Message(7, _graph)
        .Message(8, new ProtobufWriter().Text(1, Domain).Whole(2, Opset)).ToArray();

    public void Save(string path)
    {
        File.WriteAllBytes(path, ToArray());
        if (WeightFile is not null)
            File.WriteAllBytes(Path.Combine(Path.GetDirectoryName(path)!, WeightFile), Weights.ToArray());
    }

    private string Node(string op, string[] inputs, string output, params (string Name, object Value)[] attributes)
    {
        var node = new ProtobufWriter();
        foreach (string input in inputs)
            node.Text(1, input);
        node.Text(2, output).Text(3, $"{op} {output}").Text(4, op);
        foreach (var (name, value) in attributes)
        {
            var attribute = new ProtobufWriter().Text(1, name);
            _ = value switch
            {
                long whole => attribute.Whole(3, whole).Whole(20, 2),
                int whole => attribute.Whole(3, whole).Whole(20, 2),
                float number => attribute.Float(2, number).Whole(20, 1),
                long[] list => list.Aggregate(attribute, (message, entry) => message.Whole(8, entry)).Whole(20, 7),
                _ => throw new ArgumentException($"{name} is {value}", nameof(attributes)),
            };
            node.Message(5, attribute);
        }

        _graph.Message(1, node);
        return output;
    }

    private string Tensor(string name, ElementType type, ReadOnlySpan<byte> bytes, ReadOnlySpan<long> shape)
    {
        var tensor = new ProtobufWriter();
        foreach (long n in shape)
            tensor.Whole(1, n);
        tensor.Whole(2, (long)type).Text(8, name);
        if (WeightFile is null || type != ElementType.Float)
        {
            tensor.Bytes(9, bytes);
        }
        else
        {
            tensor.Message(13, Entry("location", WeightFile))
                .Message(13, Entry("offset", Weights.Length.ToString(CultureInfo.InvariantCulture)))
                .Message(13, Entry("length", bytes.Length.ToString(CultureInfo.InvariantCulture)))
                .Whole(14, 1);
            Weights.Write(bytes);
        }

        _graph.Message(5, tensor);
        return name;

        static ProtobufWriter Entry(string key, string value) => new ProtobufWriter().Text(1, key).Text(2, value);
    }

    private static ProtobufWriter Value(string name, ElementType type, long[] shape)
    {
        var dimensions = new ProtobufWriter();
        foreach (long n in shape)
            dimensions.Message(1, n == 0 ? new ProtobufWriter().Text(2, "batch") : new ProtobufWriter().Whole(1, n));
        return new ProtobufWriter().Text(1, name).Message(2, new ProtobufWriter().Message(1, new ProtobufWriter().Whole(1, (long)type).Message(2, dimensions)));
    }
}
