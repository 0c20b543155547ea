using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace EvalCore.Assets;

/// <summary>The files of a benchmark as their authors published them, each pinned by its SHA-256.</summary>
/// <param name="Name">The name in commands and of the folder, for example <c>metaworld</c>.</param>
/// <param name="Title">The benchmark and its version, for example <c>Meta-World 3.0.0</c>.</param>
/// <param name="Licence">Their licence.</param>
/// <param name="Source">The base address: each file is at this address plus its path. Ends with <c>/</c>.</param>
/// <param name="Files">The files.</param>
public sealed record AssetSet(string Name, string Title, string Licence, Uri Source, IReadOnlyList<AssetFile> Files)
{
    private static readonly JsonSerializerOptions Json = new() { PropertyNamingPolicy = JsonNamingPolicy.CamelCase };

    /// <summary>The total length of all files, in bytes.</summary>
    public long Bytes => Files.Sum(file => file.Bytes);

    /// <summary>
    /// The SHA-256 of the set: that of the lines <c>sha256sum</c> prints for the files, in their order.
    /// </summary>
    public string Sha256 => Convert.ToHexStringLower(
        SHA256.HashData(Encoding.UTF8.GetBytes(string.Concat(Files.Select(file => $"{file.Sha256}  {file.Path}\n")))));

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
