using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace EvalCore.Assets;

/// <summary>The files of a benchmark as their authors published them, each pinned by its SHA-256.</summary>
/// <param name="Name">The folder they go to, and what a user calls them, for example <c>metaworld</c>.</param>
/// <param name="Title">Whose they are.</param>
/// <param name="Licence">Their licence.</param>
/// <param name="Source">Where each is found under its path; ends with <c>/</c>.</param>
/// <param name="Files">The files.</param>
public sealed record AssetSet(string Name, string Title, string Licence, Uri Source, IReadOnlyList<AssetFile> Files)
{
    private static readonly JsonSerializerOptions Json = new() { PropertyNamingPolicy = JsonNamingPolicy.CamelCase };

    /// <summary>The length of all files.</summary>
    public long Bytes => Files.Sum(file => file.Bytes);

    /// <summary>One SHA-256 for all of them: that of the lines <c>sha256sum</c> prints for the files in their order.</summary>
    public string Sha256 => Convert.ToHexStringLower(
        SHA256.HashData(Encoding.UTF8.GetBytes(string.Concat(Files.Select(file => $"{file.Sha256}  {file.Path}\n")))));

    /// <summary>Reads a manifest: this record as JSON.</summary>
    /// <exception cref="InvalidDataException">It is not one, or a path leads out of the set's folder.</exception>
    public static AssetSet Read(Stream manifest)
    {
        AssetSet set = JsonSerializer.Deserialize<AssetSet>(manifest, Json)
            ?? throw new InvalidDataException("the manifest is empty");
        return set.Files.FirstOrDefault(file => file.Path.Split('/').Any(part => part is "" or "." or "..")) is { } outside
            ? throw new InvalidDataException($"{set.Name}: the path '{outside.Path}' leads out of the set's folder")
            : set;
    }
}
