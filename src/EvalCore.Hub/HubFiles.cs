using System.Text.Json;
using System.Text.Json.Nodes;

namespace EvalCore.Hub;

/// <summary>Reads lists of files: the Hub's answers, and what the cache keeps of them.</summary>
internal static class HubFiles
{
    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false };

    /// <summary>The branch of a repository that names no revision.</summary>
    public const string MainBranch = "main";

    /// <summary>
    /// Reads what the Hub answers about a revision (<c>/api/models/ID/revision/REVISION?blobs=true</c>).
    /// </summary>
    /// <exception cref="InvalidDataException">It is not such an answer.</exception>
    public static (string Commit, IReadOnlyList<HubFile> Files) OfRevision(Stream json) => Checked(json, answer =>
    {
        if (answer is not JsonObject model || Text(model, "sha") is not { } commit || !HubRepository.IsCommitHash(commit))
            throw new InvalidDataException("the answer names no commit");
        if (model["siblings"] is not JsonArray siblings)
            throw new InvalidDataException("the answer has no list of files");
        return (commit, (IReadOnlyList<HubFile>)[.. siblings.Select(node =>
            node is JsonObject file ? File(Text(file, "rfilename"), Whole(file, "size"), Text(file, "blobId"), file["lfs"] as JsonObject, "sha256") : throw NoFile())]);
    });

    /// <summary>Reads a list of the cache.</summary>
    /// <exception cref="InvalidDataException">It is not such a list, or one of another version.</exception>
    public static IReadOnlyList<HubFile> OfTree(Stream json, int version) => Checked(json, tree =>
    {
        if (tree is not JsonObject list || Whole(list, "format_version") != version || list["files"] is not JsonObject files)
            throw new InvalidDataException("it is no list of files");
        return (IReadOnlyList<HubFile>)[.. files.Select(entry =>
            entry.Value is JsonObject file ? File(entry.Key, Whole(file, "lfs_size") ?? Whole(file, "size"), Text(file, "blob_id"), file, "lfs_sha256") : throw NoFile())];
    });

    /// <summary>A list for the cache, in order of the paths.</summary>
    public static JsonObject ToTree(IEnumerable<HubFile> files, int version)
    {
        var list = new JsonObject();
        foreach (var file in files.OrderBy(file => file.Path, StringComparer.Ordinal))
        {
            var entry = new JsonObject { ["size"] = file.Bytes, ["blob_id"] = file.BlobId };
            if (file.Sha256 is not null)
                (entry["lfs_sha256"], entry["lfs_size"]) = (file.Sha256, file.Bytes);
            list[file.Path] = entry;
        }

        return new JsonObject { ["format_version"] = (long)version, ["files"] = list };
    }

    private static HubFile File(string? path, long? bytes, string? blob, JsonObject? large, string hash)
    {
        string? sha256 = large is null ? null : Text(large, hash);
        if (path is null || bytes is null or < 0 || !HubRepository.IsCommitHash(blob)
            || (sha256 is not null && !(sha256.Length == 64 && sha256.All(char.IsAsciiHexDigitLower))))
            throw NoFile();

        // A path leads to a file of the snapshot's folder, and nowhere else.
        return path.Length is > 0 and <= 1024 && !path.Any(letter => char.IsControl(letter) || letter is '\\' or ':') && path.Split('/').All(part => part is not ("" or "." or ".."))
            ? new HubFile(path, bytes.Value, blob, sha256)
            : throw new InvalidDataException("a file's path leads out of the repository");
    }

    private static T Checked<T>(Stream json, Func<JsonNode?, T> read)
    {
        try
        {
            return read(JsonNode.Parse(json, documentOptions: Strict));
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // The second is .NET's for a string with half of a letter in it.
            throw new InvalidDataException("the answer is no JSON", e);
        }
    }

    private static InvalidDataException NoFile() => new("a file has no name, length or hash");

    private static string? Text(JsonObject owner, string key) => owner[key] is JsonValue value && value.TryGetValue(out string? text) ? text : null;

    private static long? Whole(JsonObject owner, string key) => owner[key] is JsonValue value && value.TryGetValue(out long number) ? number : null;
}
