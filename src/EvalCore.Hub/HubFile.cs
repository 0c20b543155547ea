namespace EvalCore.Hub;

/// <summary>A file of a repository at one commit.</summary>
/// <param name="Path">Its path in the repository, with <c>/</c> as separator.</param>
/// <param name="Bytes">Its length in bytes.</param>
/// <param name="BlobId">The SHA-1 of the git object: of the file, or of the pointer to it where it is in large file storage.</param>
/// <param name="Sha256">The SHA-256 of a file in large file storage, in lower-case hexadecimal; null for other files.</param>
public sealed record HubFile(string Path, long Bytes, string BlobId, string? Sha256 = null)
{
    /// <summary>The ETag that the Hub gives it, which is the name of its content in the cache.</summary>
    public string ETag => Sha256 ?? BlobId;
}
