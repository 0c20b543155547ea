using EvalCore.Files;

namespace EvalCore.Onnx;

/// <summary>
/// What an ONNX file says of itself: its tensors' names, who wrote it, which operators it needs. Read without onnxruntime and
/// without the weights (ONNX's <c>onnx.proto</c>: <c>ModelProto</c>).
/// </summary>
internal sealed record ModelFile
{
    private const int External = 1;

    private readonly OrderedDictionary<string, TensorInfo> _inputs = [];
    private readonly List<TensorInfo> _outputs = [];
    private readonly SortedDictionary<string, long> _opsets = new(StringComparer.Ordinal);
    private readonly SortedSet<string> _weightFiles = new(StringComparer.Ordinal);
    private readonly HashSet<string> _initializers = [];

    private ModelFile(string path) => Path = path;

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <summary>The version of the file format.</summary>
    public long IrVersion { get; private set; }

    /// <summary>The program that wrote it, with its version: <c>pytorch 2.9.1</c>; empty where the file does not say.</summary>
    public string Producer { get; private set; } = "";

    /// <summary>The versions of the sets of operators, by domain; ONNX's own is <c>ai.onnx</c>.</summary>
    public IReadOnlyDictionary<string, long> Opsets => _opsets;

    /// <summary>What it must be given.</summary>
    public IReadOnlyList<TensorInfo> Inputs => [.. _inputs.Values.Where(input => !_initializers.Contains(input.Name))];

    /// <summary>What it gives.</summary>
    public IReadOnlyList<TensorInfo> Outputs => _outputs;

    /// <summary>The files beside it that have some of its weights.</summary>
    public IReadOnlyCollection<string> WeightFiles => _weightFiles;

    /// <summary>Reads a file.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="EvalCoreException">It cannot be read, is no ONNX model, or lacks a file with its weights.</exception>
    public static ModelFile Read(string path)
    {
        var model = new ModelFile(path);
        try
        {
            using var stream = new BufferedStream(InputFile.Open(path));
            model.ReadModel(new ProtobufReader(stream), stream.Length);
        }
        catch (Exception e) when (e is InvalidDataException or EndOfStreamException)
        {
            throw new EvalCoreException($"{path}: is no ONNX model, or is damaged ({e.Message.TrimEnd('.')}); export it again", e);
        }
        catch (Exception e) when (EvalCoreException.IsFileError(e))
        {
            throw EvalCoreException.CannotRead($"--policy.path: '{path}'", e);
        }

        if (model._outputs.Count == 0)
            throw new EvalCoreException($"{path}: is no ONNX model: it has no graph with an output");
        string folder = System.IO.Path.GetDirectoryName(path)!;
        foreach (string file in model._weightFiles)
        {
            string full = System.IO.Path.GetFullPath(file, folder);
            string relative = System.IO.Path.GetRelativePath(folder, full);
            if (System.IO.Path.IsPathRooted(relative) || relative.StartsWith("..", StringComparison.Ordinal))
                throw new EvalCoreException($"{path}: has weights in '{file}', which is outside its folder; export it again with its weights beside it or inside");
            if (!File.Exists(full))
                throw new EvalCoreException($"{path}: has weights in '{file}', which is not beside it; copy that file from where the model was exported");
        }

        return model;
    }

    private void ReadModel(ProtobufReader reader, long end)
    {
        string name = "", version = "";
        while (reader.Next(end, out int field))
        {
            switch (field)
            {
                case 1:
                    IrVersion = reader.Whole();
                    break;
                case 2:
                    name = reader.Text(end);
                    break;
                case 3:
                    version = reader.Text(end);
                    break;
                case 7:
                    ReadGraph(reader, reader.Enter(end));
                    break;
                case 8:
                    ReadOpset(reader, reader.Enter(end));
                    break;
                default:
                    reader.Skip(end);
                    break;
            }
        }

        Producer = $"{name} {version}".Trim();
    }

    private void ReadOpset(ProtobufReader reader, long end)
    {
        string domain = "";
        long version = 0;
        while (reader.Next(end, out int field))
        {
            if (field == 1)
                domain = reader.Text(end);
            else if (field == 2)
                version = reader.Whole();
            else
                reader.Skip(end);
        }

        _opsets[domain.Length == 0 ? "ai.onnx" : domain] = version;
    }

    private void ReadGraph(ProtobufReader reader, long end)
    {
        while (reader.Next(end, out int field))
        {
            switch (field)
            {
                case 5:
                    ReadInitializer(reader, reader.Enter(end));
                    break;
                case 11:
                    var input = ReadValue(reader, reader.Enter(end));
                    _inputs[input.Name] = input;
                    break;
                case 12:
                    _outputs.Add(ReadValue(reader, reader.Enter(end)));
                    break;
                default:
                    reader.Skip(end);
                    break;
            }
        }
    }

    private void ReadInitializer(ProtobufReader reader, long end)
    {
        long location = 0;
        string? file = null;
        while (reader.Next(end, out int field))
        {
            switch (field)
            {
                case 8:
                    _initializers.Add(reader.Text(end));
                    break;
                case 13:
                    file = ReadLocation(reader, reader.Enter(end)) ?? file;
                    break;
                case 14:
                    location = reader.Whole();
                    break;
                default:
                    reader.Skip(end);
                    break;
            }
        }

        if (location == External)
            _weightFiles.Add(file is { Length: > 0 } ? file : throw new InvalidDataException("a weight is in no file"));
    }

    /// <summary>The file that an entry of a tensor's external data names; null where the entry says something else.</summary>
    private static string? ReadLocation(ProtobufReader reader, long end)
    {
        string key = "", value = "";
        while (reader.Next(end, out int field))
        {
            if (field == 1)
                key = reader.Text(end);
            else if (field == 2)
                value = reader.Text(end);
            else
                reader.Skip(end);
        }

        return key == "location" && !value.Contains('\0', StringComparison.Ordinal) ? value : null;
    }

    private static TensorInfo ReadValue(ProtobufReader reader, long end)
    {
        string name = "";
        var type = ElementType.Unknown;
        List<long?>? shape = null;
        while (reader.Next(end, out int field))
        {
            if (field == 1)
                name = reader.Text(end);
            else if (field == 2)
                ReadType(reader.Enter(end));
            else
                reader.Skip(end);
        }

        return new TensorInfo(name, type, shape);

        void ReadType(long typeEnd)
        {
            while (reader.Next(typeEnd, out int field))
            {
                if (field == 1)
                    ReadTensor(reader.Enter(typeEnd));
                else
                    reader.Skip(typeEnd);
            }
        }

        void ReadTensor(long tensorEnd)
        {
            while (reader.Next(tensorEnd, out int field))
            {
                if (field == 1)
                {
                    type = reader.Whole() is var number && Enum.IsDefined((ElementType)number) ? (ElementType)number : ElementType.Unknown;
                }
                else if (field == 2)
                {
                    shape = [];
                    ReadShape(reader.Enter(tensorEnd));
                }
                else
                {
                    reader.Skip(tensorEnd);
                }
            }
        }

        void ReadShape(long shapeEnd)
        {
            while (reader.Next(shapeEnd, out int field))
            {
                if (field == 1)
                    shape!.Add(ReadDimension(reader, reader.Enter(shapeEnd)));
                else
                    reader.Skip(shapeEnd);
            }
        }
    }

    private static long? ReadDimension(ProtobufReader reader, long end)
    {
        long? size = null;
        while (reader.Next(end, out int field))
        {
            if (field == 1)
                size = reader.Whole();
            else
                reader.Skip(end);
        }

        // Some exporters write 0 or -1 for a dimension that is not fixed.
        return size is > 0 ? size : null;
    }
}
