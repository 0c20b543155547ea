using System.Collections;
using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Unicode;
using Microsoft.Win32.SafeHandles;

namespace Safetensors;

/// <summary>
/// A safetensors file. The format is Hugging Face's (github.com/huggingface/safetensors): 8 bytes
/// with the length of a JSON header, the header, then the data of all tensors (little-endian, row-major). Type, shape
/// and offsets of every tensor are checked when the file is opened, so that reads stay inside the file.
/// </summary>
/// <remarks>
/// Tensors are read, not mapped into memory: where a mapped file is truncated meanwhile, the operating system ends the
/// process.
/// </remarks>
public sealed class SafetensorsFile : IDisposable, IReadOnlyCollection<TensorEntry>
{
    /// <summary>The header's key for the metadata; no tensor may have this name.</summary>
    internal const string MetadataName = "__metadata__";

    /// <summary>The longest header accepted, in bytes; the limit of the reference implementation.</summary>
    private const long LongestHeader = 100_000_000;

    private readonly Dictionary<string, TensorEntry> _entries = [];
    private readonly ConcurrentDictionary<string, byte[]> _read = new();
    private readonly SafeFileHandle _handle;

    private SafetensorsFile(string path)
    {
        Path = path;
        if (Directory.Exists(path))
            throw new SafetensorsException($"{path}: is a folder; name the .safetensors file in it");
        try
        {
            // Before it is opened: a named pipe, whose length is 0, would wait for a writer.
            if (new FileInfo(path) is { Exists: true, Length: 0, LinkTarget: null })
                throw Damaged("is empty (0 bytes)");
            _handle = File.OpenHandle(path);
            ReadHeader(RandomAccess.GetLength(_handle));
        }
        catch (SafetensorsException)
        {
            _handle?.Dispose();
            throw;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            _handle?.Dispose();
            throw new SafetensorsException($"{path}: cannot be read ({Printable(e.Message.TrimEnd('.'))})", e);
        }
    }

    /// <summary>The path of the file, as given to <see cref="Open"/>.</summary>
    public string Path { get; }

    /// <summary>The file's metadata: names and values chosen by its writer.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; private set; } = new Dictionary<string, string>();

    /// <inheritdoc/>
    public int Count => _entries.Count;

    /// <summary>The entry of a tensor.</summary>
    /// <exception cref="SafetensorsException">The file has no such tensor.</exception>
    public TensorEntry this[string name] =>
        TryGet(name, out var entry) ? entry : throw Bad($"has no tensor '{Printable(name)}'; it has {Names()}");

    /// <summary>Opens a file and checks its header.</summary>
    /// <exception cref="SafetensorsException">The file cannot be read, or is not a valid safetensors file.</exception>
    public static SafetensorsFile Open(string path) => new(path);

    /// <summary>Looks up a tensor by name; returns false when the file has none of that name.</summary>
    public bool TryGet(string name, [NotNullWhen(true)] out TensorEntry? entry) => _entries.TryGetValue(name, out entry);

    /// <summary>The bytes of a tensor, read from the file by the first call and kept until the file is disposed.</summary>
    /// <exception cref="ArgumentException">The entry belongs to another file.</exception>
    /// <exception cref="SafetensorsException">
    /// The tensor has more than 2 GiB, or the file was changed or cannot be read.
    /// </exception>
    public ReadOnlySpan<byte> Bytes(TensorEntry entry)
    {
        CheckOwn(entry);
        if (entry.Bytes == 0)
            return [];
        ObjectDisposedException.ThrowIf(_handle.IsClosed, this);
        return _read.GetOrAdd(entry.Name, _ =>
        {
            byte[] bytes = entry.Bytes <= Array.MaxLength
                ? GC.AllocateUninitializedArray<byte>((int)entry.Bytes)
                : throw Bad($"tensor '{Printable(entry.Name)}' has more than 2 GiB and must be read in parts");
            CopyTo(entry, bytes);
            return bytes;
        });
    }

    /// <summary>Reads a tensor's bytes into memory of the caller's; nothing is kept.</summary>
    /// <param name="entry">The tensor.</param>
    /// <param name="destination">As long as the tensor.</param>
    /// <exception cref="ArgumentException">The entry belongs to another file, or the destination has another length.</exception>
    /// <exception cref="SafetensorsException">The file was changed or cannot be read.</exception>
    public void CopyTo(TensorEntry entry, Span<byte> destination)
    {
        CheckOwn(entry);
        if (destination.Length != entry.Bytes)
            throw new ArgumentException($"Tensor '{entry.Name}' has {entry.Bytes} bytes, not {destination.Length}.", nameof(destination));
        Read(entry.Offset, destination);
    }

    /// <summary>The elements of a tensor, as <see cref="Bytes"/>.</summary>
    /// <exception cref="SafetensorsException">The file has no such tensor, or it has another element type.</exception>
    public ReadOnlySpan<T> Span<T>(string name) where T : unmanaged
    {
        var entry = this[name];
        return entry.Type == TensorTypes.Of<T>() || (typeof(T) == typeof(byte) && entry.Type == TensorType.BOOL)
            ? MemoryMarshal.Cast<byte, T>(Bytes(entry))
            : throw Bad($"tensor '{Printable(name)}' is {entry}, expected {TensorTypes.Of<T>()}");
    }

    /// <summary>A copy of a tensor's elements.</summary>
    /// <exception cref="SafetensorsException">The file has no such tensor, or it has another element type.</exception>
    public T[] Read<T>(string name) where T : unmanaged => Span<T>(name).ToArray();

    /// <inheritdoc/>
    public IEnumerator<TensorEntry> GetEnumerator() => _entries.Values.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <inheritdoc/>
    public void Dispose()
    {
        _handle.Dispose();
        _read.Clear();
    }

    private void CheckOwn(TensorEntry entry)
    {
        ArgumentNullException.ThrowIfNull(entry);
        if (!TryGet(entry.Name, out var own) || !ReferenceEquals(own, entry))
            throw new ArgumentException($"The entry does not belong to {Path}.", nameof(entry));
    }

    /// <summary>Reads a part of the file.</summary>
    private void Read(long offset, Span<byte> destination)
    {
        ObjectDisposedException.ThrowIf(_handle.IsClosed, this);
        try
        {
            while (destination.Length > 0)
            {
                int count = RandomAccess.Read(_handle, destination, offset);
                if (count == 0)
                    throw Damaged($"was truncated to {offset} bytes while it was read");
                destination = destination[count..];
                offset += count;
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new SafetensorsException($"{Path}: cannot be read ({Printable(e.Message.TrimEnd('.'))})", e);
        }
    }

    /// <summary>Reads and checks the header.</summary>
    private void ReadHeader(long fileLength)
    {
        if (fileLength == 0)
            throw Damaged("is empty (0 bytes)");
        Span<byte> start = stackalloc byte[(int)Math.Min(fileLength, ForeignContent.Length)];
        Read(0, start);
        if (fileLength < 8)
            throw NotSafetensors(start, "is truncated: it has no header");
        ulong headerLength = BitConverter.ToUInt64(start);
        if (headerLength > LongestHeader)
            throw NotSafetensors(start, $"is not a safetensors file: its first 8 bytes state a header of {headerLength} bytes, at most {LongestHeader} are allowed");
        if (headerLength > (ulong)(fileLength - 8))
            throw NotSafetensors(start, $"is truncated: the header needs {headerLength} bytes, the file has {fileLength - 8} after its length");

        byte[] header = new byte[headerLength];
        Read(8, header);
        long dataStart = 8 + (long)headerLength;
        if (!Utf8.IsValid(header))
            throw Damaged("has a header that is not UTF-8");
        try
        {
            using var json = JsonDocument.Parse(header, new JsonDocumentOptions { AllowDuplicateProperties = false });
            if (json.RootElement.ValueKind != JsonValueKind.Object)
                throw Damaged("has a header that is not a JSON object");
            foreach (var property in json.RootElement.EnumerateObject())
            {
                if (property.Name == MetadataName)
                    Metadata = ReadMetadata(property.Value);
                else
                    _entries.Add(property.Name, ReadEntry(property.Name, property.Value, dataStart, fileLength));
            }
        }
        catch (JsonException e)
        {
            throw Damaged($"has a header that is not valid JSON ({Printable(e.Message.Split('.')[0])})", e);
        }
        catch (InvalidOperationException e)
        {
            // An unpaired surrogate, written as an escape, is valid JSON but not valid Unicode.
            throw Damaged("has a header with a string that is not valid Unicode", e);
        }

        CheckLayout(dataStart, fileLength);
    }

    private Dictionary<string, string> ReadMetadata(JsonElement json)
    {
        if (json.ValueKind != JsonValueKind.Object || json.EnumerateObject().Any(p => p.Value.ValueKind != JsonValueKind.String))
            throw Damaged("has metadata that are not a map from strings to strings");
        return json.EnumerateObject().ToDictionary(p => p.Name, p => p.Value.GetString()!);
    }

    private TensorEntry ReadEntry(string name, JsonElement json, long dataStart, long fileLength)
    {
        if (json.ValueKind != JsonValueKind.Object
            || !json.TryGetProperty("dtype", out var dtype) || dtype.ValueKind != JsonValueKind.String
            || !json.TryGetProperty("shape", out var shapeJson)
            || !json.TryGetProperty("data_offsets", out var offsetsJson)
            || !TryReadNumbers(shapeJson, out long[] shape)
            || !TryReadNumbers(offsetsJson, out long[] offsets) || offsets.Length != 2)
            throw Damaged($"has an invalid header entry for tensor '{Printable(name)}': it needs dtype, shape and data_offsets");

        string typeName = dtype.GetString()!;
        if (!Enum.TryParse(typeName, out TensorType type) || !Enum.IsDefined(type) || type.ToString() != typeName)
            throw Bad($"tensor '{Printable(name)}' has the dtype '{Printable(typeName)}', which is not supported");

        (long begin, long end) = (offsets[0], offsets[1]);
        if (begin > end)
            throw Damaged($"tensor '{Printable(name)}' ends at {end}, before it begins at {begin}");
        if (end > fileLength - dataStart)
            throw Damaged($"is truncated: tensor '{Printable(name)}' ends at byte {end} of {fileLength - dataStart}");
        if (!TryMultiply(shape, type.Size(), out long bytes) || bytes != end - begin)
            throw Damaged($"tensor '{Printable(name)}' is {type} {Printable($"[{string.Join(", ", shape)}]")} but has {end - begin} bytes");
        return new TensorEntry(name, type, shape, dataStart + begin, bytes);
    }

    /// <summary>
    /// Checks that every byte of data belongs to exactly one tensor: the format allows no overlaps and no gaps.
    /// </summary>
    private void CheckLayout(long dataStart, long fileLength)
    {
        long next = dataStart;
        foreach (var entry in _entries.Values.OrderBy(entry => entry.Offset).ThenBy(entry => entry.Bytes))
        {
            if (entry.Offset < next)
                throw Damaged($"tensor '{Printable(entry.Name)}' overlaps another");
            if (entry.Offset > next)
                throw Damaged($"has {entry.Offset - next} bytes before tensor '{Printable(entry.Name)}' that belong to no tensor");
            next += entry.Bytes;
        }

        if (next != fileLength)
            throw Damaged($"has {fileLength - next} bytes after its last tensor");
    }

    private static bool TryReadNumbers(JsonElement json, out long[] numbers)
    {
        numbers = [];
        if (json.ValueKind != JsonValueKind.Array)
            return false;
        long[] read = new long[json.GetArrayLength()];
        int next = 0;
        foreach (var number in json.EnumerateArray())
        {
            if (number.ValueKind != JsonValueKind.Number || !number.TryGetInt64(out long value) || value < 0)
                return false;
            read[next++] = value;
        }

        numbers = read;
        return true;
    }

    private static bool TryMultiply(long[] shape, int size, out long bytes)
    {
        bytes = size;
        foreach (long n in shape)
        {
            long high = Math.BigMul(bytes, n, out bytes);
            if (high != 0 || bytes < 0)
                return false;
        }

        return true;
    }

    /// <summary>The names of the first tensors, for a message.</summary>
    private string Names()
    {
        const int Shown = 5;
        string names = string.Join(", ", _entries.Keys.Take(Shown).Select(name => $"'{Printable(name)}'"));
        return _entries.Count switch
        {
            0 => "none",
            <= Shown => names,
            _ => $"{names} and {_entries.Count - Shown} more",
        };
    }

    /// <summary>
    /// A string from the file, shortened and with control characters escaped, for a message of one line.
    /// </summary>
    private static string Printable(string text)
    {
        const int Longest = 100;
        string shown = text.Length <= Longest ? text : text[..Longest] + "…";
        return string.Concat(shown.Select(c => char.IsControl(c) || c is '\u2028' or '\u2029' ? $"\\u{(int)c:x4}" : c.ToString()));
    }

    private SafetensorsException NotSafetensors(ReadOnlySpan<byte> start, string what) =>
        ForeignContent.Describe(start) is { } other ? Bad(other) : Damaged(what);

    private SafetensorsException Damaged(string what, Exception? cause = null) => Bad($"{what}; fetch or write the file again", cause);

    private SafetensorsException Bad(string what, Exception? cause = null) =>
        cause is null ? new SafetensorsException($"{Path}: {what}") : new SafetensorsException($"{Path}: {what}", cause);
}
