namespace EvalCore.Assets;

/// <summary>A file of a benchmark.</summary>
/// <param name="Path">Its path relative to the set's folder, with <c>/</c> as separator.</param>
/// <param name="Bytes">Its length in bytes.</param>
/// <param name="Sha256">Its SHA-256 in lower-case hexadecimal.</param>
public sealed record AssetFile(string Path, long Bytes, string Sha256);
