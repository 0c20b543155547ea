using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;

namespace Safetensors;

/// <summary>Collects tensors and writes them as a safetensors file.</summary>
public sealed class SafetensorsWriter
{
    private readonly List<(string Name, TensorType Type, long[] Shape, byte[] Data)> _tensors = [];
    private readonly HashSet<string> _names = [SafetensorsFile.MetadataName];

    /// <summary>Adds a tensor; copies its data.</summary>
    /// <param name="name">The name of the tensor.</param>
    /// <param name="data">The elements, row-major.</param>
    /// <param name="shape">The dimensions, outermost first; none for a scalar.</param>
    /// <exception cref="ArgumentException">
    /// The shape does not match the number of elements, or the name is in use or not valid Unicode.
    /// </exception>
    public SafetensorsWriter Add<T>(string name, ReadOnlySpan<T> data, params ReadOnlySpan<long> shape) where T : unmanaged
    {
        UInt128 count = 1;
        bool negative = false;
        foreach (long n in shape)
        {
            negative |= n < 0;
            count = UInt128.Min(count * (ulong)n, ulong.MaxValue);
        }

        if (negative || count != (UInt128)data.Length)
            throw new ArgumentException($"Tensor '{name}' has {data.Length} elements, which does not match its shape [{string.Join(", ", shape.ToArray())}].", nameof(shape));
        if (Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(name)) != name)
            throw new ArgumentException($"The name '{name}' is not valid Unicode.", nameof(name));
        if (!_names.Add(name))
            throw new ArgumentException($"The name '{name}' is in use.", nameof(name));
        _tensors.Add((name, TensorTypes.Of<T>(), shape.ToArray(), MemoryMarshal.AsBytes(data).ToArray()));
        return this;
    }

    /// <summary>Writes the file; replaces an existing one.</summary>
    /// <exception cref="SafetensorsException">The file cannot be written.</exception>
    public void Save(string path)
    {
        byte[] header = Header();
        try
        {
            using var stream = File.Create(path);
            stream.Write(BitConverter.GetBytes((ulong)header.Length));
            stream.Write(header);
            foreach (var tensor in InOrder())
                stream.Write(tensor.Data);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new SafetensorsException($"{path}: cannot be written ({e.Message.TrimEnd('.')})", e);
        }
    }

    /// <summary>
    /// The tensors in file order: the largest element size first, so that every tensor is aligned to its element size.
    /// </summary>
    private IEnumerable<(string Name, TensorType Type, long[] Shape, byte[] Data)> InOrder() =>
        _tensors.OrderByDescending(tensor => tensor.Type.Size()).ThenBy(tensor => tensor.Name, StringComparer.Ordinal);

    private byte[] Header()
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            long offset = 0;
            json.WriteStartObject();
            foreach (var (name, type, shape, data) in InOrder())
            {
                json.WriteStartObject(name);
                json.WriteString("dtype", type.ToString());
                json.WriteStartArray("shape");
                foreach (long n in shape)
                    json.WriteNumberValue(n);
                json.WriteEndArray();
                json.WriteStartArray("data_offsets");
                json.WriteNumberValue(offset);
                json.WriteNumberValue(offset += data.Length);
                json.WriteEndArray();
                json.WriteEndObject();
            }

            json.WriteEndObject();
        }

        // Spaces at the end of the header align the data to 8 bytes.
        int padding = (int)(-buffer.Length & 7);
        buffer.Write(Encoding.ASCII.GetBytes(new string(' ', padding)));
        return buffer.ToArray();
    }
}
