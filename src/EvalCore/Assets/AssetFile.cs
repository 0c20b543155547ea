namespace EvalCore.Assets;

/// <summary>A file of a benchmark.</summary>
/// <param name="Path">Its path in the set, with <c>/</c>.</param>
/// <param name="Bytes">Its length.</param>
/// <param name="Sha256">Its SHA-256 in lower-case hexadecimal.</param>
public sealed record AssetFile(string Path, long Bytes, string Sha256);
