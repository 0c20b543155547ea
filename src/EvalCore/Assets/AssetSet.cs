using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace EvalCore.Assets;

/// <summary>
/// The files of a benchmark as their authors published them, each pinned by its SHA-256. A set can have named parts, which a
/// user fetches one by one: what the tasks of one suite of LIBERO load, for example.
/// </summary>
/// <param name="Name">The name in commands and, for a whole set, of the folder, for example <c>metaworld</c>.</param>
/// <param name="Title">The benchmark and its version, for example <c>Meta-World 3.0.0</c>.</param>
/// <param name="Licence">Their licence.</param>
/// <param name="Source">The base address: each file is at this address plus its path. Ends with <c>/</c>.</param>
/// <param name="Files">The files.</param>
public sealed record AssetSet(string Name, string Title, string Licence, Uri Source, IReadOnlyList<AssetFile> Files)
{
    private AssetSet(string name, string title, string licence, Uri source, IReadOnlyList<AssetFile> files, AssetSet whole)
        : this(name, title, licence, source, files) => _whole = whole;

    private static readonly JsonSerializerOptions Json = new() { PropertyNamingPolicy = JsonNamingPolicy.CamelCase };

    private readonly AssetSet? _whole;

    /// <summary>The set that this is a part of, or this set itself.</summary>
    [JsonIgnore]
    public AssetSet Whole => _whole ?? this;

    /// <summary>The name of the folder: that of the whole set. All parts of a set share a folder.</summary>
    [JsonIgnore]
    public string Folder => Whole.Name;

    /// <summary>The names of its parts, which can be fetched one by one; empty where it has none.</summary>
    [JsonIgnore]
    public IReadOnlyList<string> Parts => [.. Files.SelectMany(file => file.Parts ?? []).Distinct()];

    /// <summary>The total length of all files, in bytes.</summary>
    public long Bytes => Files.Sum(file => file.Bytes);

    /// <summary>
    /// The SHA-256 of the set: that of the lines <c>sha256sum</c> prints for the files, in their order.
    /// </summary>
    public string Sha256 => Convert.ToHexStringLower(
        SHA256.HashData(Encoding.UTF8.GetBytes(string.Concat(Files.Select(file => $"{file.Sha256}  {file.Path}\n")))));

    /// <summary>
    /// A part of the set: the files of that part and those of every part. Its name is the part's, its folder that of the set.
    /// </summary>
    /// <exception cref="ArgumentException">The set has no such part.</exception>
    public AssetSet Part(string part) => Parts.Contains(part)
        ? new AssetSet(
            part, $"{Title}, {part}", Licence, Source,
            [.. Files.Where(file => file.Parts is null || file.Parts.Contains(part)).Select(file => file with { Parts = null })],
            Whole)
        : throw new ArgumentException($"{Name} has no part '{part}', only {string.Join(", ", Parts)}", nameof(part));

    /// <summary>The name: the record's own text would have every file in it.</summary>
    public override string ToString() => Name;

    /// <summary>Reads a manifest: this record as JSON.</summary>
    /// <exception cref="InvalidDataException">
    /// The stream is not a manifest, or a path leads out of the set's folder.
    /// </exception>
    public static AssetSet Read(Stream manifest)
    {
        AssetSet set = JsonSerializer.Deserialize<AssetSet>(manifest, Json)
            ?? throw new InvalidDataException("the manifest is empty");
        return set.Files.FirstOrDefault(file => file.Path.Split('/').Any(part => part is "" or "." or "..")) is { } outside
            ? throw new InvalidDataException($"{set.Name}: the path '{outside.Path}' leads out of the set's folder")
            : set;
    }
}
